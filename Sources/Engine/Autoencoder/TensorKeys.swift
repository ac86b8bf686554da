/// Which tensors of a file are the matrices and biases of an autoencoder.
public struct TensorKeys: Sendable, Equatable {
  /// A matrix, and how it is stored if that was stated.
  public struct MatrixKey: Sendable, Equatable {
    /// The name of the tensor, verbatim.
    public var name: String
    /// The orientation, or nil if it is to be proven.
    public var orientation: Orientation?
  }

  /// The encoder directions.
  public private(set) var encoder: MatrixKey?

  /// The decoder directions.
  public private(set) var decoder: MatrixKey?

  /// The encoder bias, [n]; only its length is used.
  public private(set) var encoderBias: String?

  /// The decoder bias, [d].
  public private(set) var decoderBias: String?

  /// The parts that can be named.
  static let parts = ["W_enc", "W_dec", "b_enc", "b_dec"]

  /// Parses `W_dec=decoder.weight,W_enc=encoder.weight,b_dec=bias`.
  ///
  /// A part alone, such as `W_dec`, stands for the tensor of its own name. A matrix may end in
  /// `:N` if features are the rows of the stored tensor, [n, d], or in `:T` if they are its
  /// columns, [d, n]; without either, the orientation must be proven. At least one matrix is
  /// needed.
  ///
  /// - Parameter text: The keys, separated by commas.
  /// - Throws: `AutoencoderError` of kind `usage` if the text is not of this form.
  public init(parsing text: String) throws(AutoencoderError) {
    var found: [String: String] = [:]
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let part = String(sides[0])
      guard Self.parts.contains(part) else { throw Self.fail(.unknownPart(part)) }
      let name = sides.count == 2 ? String(sides[1]) : part
      guard !name.isEmpty else { throw Self.fail(.emptyKey(part)) }
      guard found.updateValue(name, forKey: part) == nil else {
        throw Self.fail(.repeatedPart(part))
      }
    }
    encoder = try Self.matrixKey(found["W_enc"], part: "W_enc")
    decoder = try Self.matrixKey(found["W_dec"], part: "W_dec")
    encoderBias = found["b_enc"]
    decoderBias = found["b_dec"]
    guard encoder != nil || decoder != nil else { throw Self.fail(.noMatrix) }
  }
}

extension TensorKeys {
  /// Splits the orientation from the name of a matrix.
  private static func matrixKey(
    _ text: String?, part: String
  ) throws(AutoencoderError) -> MatrixKey? {
    guard let text else { return nil }
    let orientation: Orientation? =
      text.hasSuffix(":T") ? .columns : text.hasSuffix(":N") ? .rows : nil
    let name = orientation == nil ? text : String(text.dropLast(2))
    guard !name.isEmpty else { throw fail(.emptyKey(part)) }
    return MatrixKey(name: name, orientation: orientation)
  }

  private static func fail(_ reason: AutoencoderError.Reason) -> AutoencoderError {
    AutoencoderError(path: "--keys", reason: reason)
  }
}
