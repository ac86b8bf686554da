/// What is done to the values of features, as a caller states it where the files do not.
public enum StatedActivation: Sendable, Equatable {
  case relu
  /// ReLU of the k greatest.
  case topK(Int)
  /// ReLU above the thresholds in a tensor, [n] or one for all.
  case jumpReLU(tensor: String)

  /// The forms of its text.
  static let forms = "relu, topk:K or jumprelu:TENSOR"

  /// Parses an activation.
  ///
  /// - Parameter text: `relu`, `topk:K` or `jumprelu:TENSOR`.
  /// - Throws: `AutoencoderError` of kind `usage` if it is of another form.
  public init(parsing text: String) throws(AutoencoderError) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("relu", 1): self = .relu
    case ("topk", 2):
      guard let k = Int(parts[1]), k > 0 else { throw Self.unknown(text) }
      self = .topK(k)
    case ("jumprelu", 2): self = .jumpReLU(tensor: parts[1])
    default: throw Self.unknown(text)
    }
  }

  private static func unknown(_ text: String) -> AutoencoderError {
    AutoencoderError(path: "--activation", reason: .unknownActivation(text))
  }

  /// The activation of an autoencoder.
  ///
  /// - Parameters:
  ///   - count: The number of features, n.
  ///   - file: The file that holds the thresholds.
  /// - Returns: The activation.
  /// - Throws: `CheckpointError` if there are no thresholds of that name, or not as many.
  func activation(
    ofFeatures count: Int, in file: TensorFile
  ) throws(CheckpointError) -> Encoding.Activation {
    switch self {
    case .relu: return .relu
    case .topK(let k): return .topK(Encoding.TopK(k: k))
    case .jumpReLU(let name):
      let tensor = try file.tensor(name)
      let isOne = tensor.elementCount == 1
      let threshold = try file.weights(name, shape: isOne ? tensor.shape : [count]).floats()
      return .jumpReLU(
        threshold: isOne ? [Float](repeating: threshold[0], count: count) : threshold,
        atThreshold: false)
    }
  }
}
