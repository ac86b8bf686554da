/// The matrices of an autoencoder with their orientations, and why those are what they are.
struct MatrixLayout {
  /// The encoder directions.
  private(set) var encoder: DirectionBank?
  /// The decoder directions.
  private(set) var decoder: DirectionBank?
  /// A line for each matrix.
  private(set) var evidence: [String] = []

  /// Takes a stored matrix as the encoder.
  mutating func setEncoder(_ tensor: Tensor, _ orientation: Orientation, because reason: String) {
    encoder = DirectionBank(tensor, isTransposed: orientation.isTransposed)
    note(tensor, orientation, reason)
  }

  /// Takes a stored matrix as the decoder.
  mutating func setDecoder(_ tensor: Tensor, _ orientation: Orientation, because reason: String) {
    decoder = DirectionBank(tensor, isTransposed: orientation.isTransposed)
    note(tensor, orientation, reason)
  }

  /// Puts computed directions in the place of those stored.
  mutating func replaceEncoder(_ bank: DirectionBank?) { encoder = bank }

  /// Puts computed directions in the place of those stored.
  mutating func replaceDecoder(_ bank: DirectionBank?) { decoder = bank }

  /// Adds a line to the evidence.
  mutating func addEvidence(_ line: String) { evidence.append(line) }

  private mutating func note(_ tensor: Tensor, _ orientation: Orientation, _ reason: String) {
    evidence.append(
      "\(tensor.name.printable(limit: 80)) \(tensor.shapeDescription): "
        + "features are \(orientation.rawValue) by \(reason)")
  }
}
