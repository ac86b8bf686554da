extension Conversion {
  /// The autoencoder that is asked for, in the terms of SAELens.
  static func autoencoder(
    for request: ConversionRequest
  ) throws -> (Autoencoder, SAELensForm) {
    let autoencoder = try Autoencoder(
      contentsOf: request.path, keys: request.keys, family: request.family,
      orientation: request.orientation)
    var mapping = try SAELensMapping(
      autoencoder, encodingBy: try statedEncoding(of: autoencoder, request))
    return (autoencoder, try mapping.form())
  }

  /// How inputs are encoded by what was stated; nil if nothing was, and the files say it.
  private static func statedEncoding(
    of autoencoder: Autoencoder, _ request: ConversionRequest
  ) throws -> Encoding? {
    let activation = try request.activation.map {
      try $0.activation(
        ofFeatures: autoencoder.featureCount, in: try tensorFile(at: request.path))
    }
    guard let keys = request.keys else {
      guard let activation else { return nil }
      guard var encoding = autoencoder.encoding, encoding.lacksActivationAlone else {
        throw AutoencoderError(path: "--activation", reason: .activationStated)
      }
      (encoding.activation, encoding.missing) = (activation, [])
      return encoding
    }
    guard let activation else {
      throw AutoencoderError(path: "--keys", reason: .activationNeeded)
    }
    var encoding = Encoding(activation: activation)
    if let name = keys.encoderBias {
      let file = try tensorFile(at: request.path)
      encoding.encoderBias = try file.weights(name, shape: [autoencoder.featureCount]).floats()
    }
    if let bias = autoencoder.decoderBias {
      guard let subtractsBias = request.subtractsBias else {
        throw AutoencoderError(path: "--keys", reason: .biasRuleNeeded)
      }
      if subtractsBias { encoding.inputBias = bias }
    }
    return encoding
  }
}
