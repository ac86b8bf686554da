extension Autoencoder {
  /// Opens a SAELens directory: `cfg.json` and `sae_weights.safetensors`.
  ///
  /// The layout is `W_enc` [d_in, d_sae] and `W_dec` [d_sae, d_out]; the shapes prove it where the
  /// sizes differ. Where they are equal, the names alone are no proof: the lengths of the decoder
  /// directions or their cosines with the encoder directions must bear the layout out, or
  /// `orientation` must be stated.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - orientation: Which way the features of `W_dec` run, if it is to be believed over the
  ///     layout; nil for the layout of SAELens.
  /// - Throws: `CheckpointError` if a file, field or tensor is missing or malformed;
  ///   `AutoencoderError` if the files contradict each other, the orientation cannot be proven, or
  ///   the directions lie in a space that cannot be read.
  public init(directory: String, orientation: Orientation? = nil) throws {
    let root = directory.withoutFinalSlash
    let configuration = root + "/" + Self.configurationName
    guard MappedFile.exists(configuration) else {
      throw CheckpointError(path: configuration, reason: .notFound)
    }
    try self.init(
      weights: root + "/" + Self.weightsName, path: directory, family: .saelens,
      orientation: orientation)
  }
}
