/// The layout in which a family stores its matrices, to be checked against sizes and numbers.
///
/// Where the sizes differ they prove the layout. Where they are equal, the names alone are no
/// proof: the lengths of the decoder directions or their cosines with the encoder directions must
/// bear the layout out, or the orientation must be stated.
struct FamilyLayout {
  /// A stored matrix, and which way the family has its features run.
  struct StoredMatrix {
    var tensor: Tensor
    var orientation: Orientation
  }

  /// The file.
  var path: String
  /// Whose layout it is, for messages.
  var family: String
  /// The number of features.
  var n: Int
  /// The width of the input.
  var d: Int
  /// The width of what is decoded; d but in transcoders.
  var outputWidth: Int
  /// Where the sizes come from, for messages.
  var sizes: String
  /// Which way the features of the decoder run, if that was stated.
  var orientation: Orientation?

  /// Proves the orientation of both matrices.
  ///
  /// - Parameters:
  ///   - encoder: The encoder.
  ///   - decoder: The decoder; nil if it is the encoder.
  /// - Returns: The directions and the evidence.
  /// - Throws: `AutoencoderError`.
  func layout(encoder: StoredMatrix, decoder: StoredMatrix?) throws(AutoencoderError)
    -> MatrixLayout
  {
    guard let decoder else { return try tiedLayout(encoder) }
    let isSquare = n == d || n == outputWidth
    if isSquare {
      try checkShape(of: encoder, width: d, mayBeTransposed: false)
      try checkShape(of: decoder, width: outputWidth, mayBeTransposed: false)
      return try d == outputWidth
        ? squareLayout(encoder, decoder) : halfSquareLayout(encoder, decoder)
    }
    let wanted = orientation ?? decoder.orientation
    try checkShape(
      of: StoredMatrix(tensor: decoder.tensor, orientation: wanted), width: outputWidth,
      mayBeTransposed: false)
    try checkShape(of: encoder, width: d, mayBeTransposed: orientation != nil)
    var layout = MatrixLayout()
    layout.setDecoder(decoder.tensor, wanted, because: sizes)
    layout.setEncoder(
      encoder.tensor, encoder.tensor.shape == [n, d] ? .rows : .columns, because: sizes)
    return layout
  }

  private func checkShape(
    of matrix: StoredMatrix, width: Int, mayBeTransposed: Bool
  ) throws(AutoencoderError) {
    let tensor = matrix.tensor
    let expected = matrix.orientation == .rows ? [n, width] : [width, n]
    if tensor.shape == expected { return }
    guard tensor.shape == expected.reversed() else {
      throw fail(
        .wrongShape(tensor: tensor.name, found: tensor.shape, expected: expected, sizes: sizes))
    }
    guard mayBeTransposed else {
      throw fail(.transposed(tensor: tensor.name, found: tensor.shape, expected: expected))
    }
  }

  private func fail(_ reason: AutoencoderError.Reason) -> AutoencoderError {
    AutoencoderError(path: path, reason: reason)
  }
}

// MARK: - Square matrices

extension FamilyLayout {
  /// Weighs what the numbers say of square matrices, whose shapes say nothing.
  private func squareLayout(
    _ encoder: StoredMatrix, _ decoder: StoredMatrix
  ) throws(AutoencoderError) -> MatrixLayout {
    let lengths = LengthScatter(of: decoder.tensor)
    let pairing = Pairing(encoder: encoder.tensor, decoder: decoder.tensor)
    let isAlike = encoder.orientation == decoder.orientation
    let name = decoder.tensor.name.printable(limit: 80)
    let summary = "\(name) \(lengths.summary), \(pairing.summary)"
    var layout = MatrixLayout()
    if let orientation {
      let doubt = lengths.orientation == orientation.opposite ? ", though \(lengths.summary)" : ""
      layout.setDecoder(
        decoder.tensor, orientation, because: "--orientation \(orientation.rawValue)" + doubt)
      layout.setEncoder(
        encoder.tensor,
        pairing.isSame ?? isAlike ? orientation : orientation.opposite,
        because: pairing.isSame == nil
          ? "the layout of \(family) beside that" : pairing.summary)
      return layout
    }
    if lengths.orientation == decoder.orientation.opposite || pairing.isSame == !isAlike {
      let tensor = lengths.orientation == decoder.orientation ? encoder.tensor : decoder.tensor
      throw fail(.contradiction(tensor: tensor.name, evidence: summary))
    }
    guard lengths.orientation != nil || pairing.isSame != nil else {
      throw ambiguous(decoder, evidence: summary)
    }
    let reason = "the layout of \(family), borne out: \(summary)"
    layout.setDecoder(decoder.tensor, decoder.orientation, because: reason)
    layout.setEncoder(encoder.tensor, encoder.orientation, because: reason)
    return layout
  }

  /// One matrix that is encoder and decoder.
  private func tiedLayout(_ matrix: StoredMatrix) throws(AutoencoderError) -> MatrixLayout {
    let orientation: Orientation
    let reason: String
    if n != d {
      orientation = self.orientation ?? matrix.orientation
      reason = sizes
    } else if let stated = self.orientation {
      (orientation, reason) = (stated, "--orientation \(stated.rawValue)")
    } else {
      let lengths = LengthScatter(of: matrix.tensor)
      guard lengths.orientation != matrix.orientation.opposite else {
        throw fail(.contradiction(tensor: matrix.tensor.name, evidence: lengths.summary))
      }
      guard lengths.orientation != nil else { throw ambiguous(matrix, evidence: lengths.summary) }
      orientation = matrix.orientation
      reason = "the layout of \(family), borne out: \(lengths.summary)"
    }
    try checkShape(
      of: StoredMatrix(tensor: matrix.tensor, orientation: orientation), width: d,
      mayBeTransposed: false)
    var layout = MatrixLayout()
    layout.setEncoder(matrix.tensor, orientation, because: reason)
    layout.setDecoder(matrix.tensor, orientation, because: reason)
    return layout
  }

  /// A transcoder of two widths, one of which is the number of features.
  private func halfSquareLayout(
    _ encoder: StoredMatrix, _ decoder: StoredMatrix
  ) throws(AutoencoderError) -> MatrixLayout {
    guard let orientation else {
      let square = n == d ? encoder : decoder
      throw ambiguous(square, evidence: "the other matrix has another width")
    }
    var layout = MatrixLayout()
    if n == d {
      layout.setDecoder(decoder.tensor, decoder.orientation, because: sizes)
      layout.setEncoder(
        encoder.tensor, encoder.orientation, because: "the layout of \(family) beside that")
    } else {
      layout.setDecoder(
        decoder.tensor, orientation, because: "--orientation \(orientation.rawValue)")
      layout.setEncoder(encoder.tensor, encoder.orientation, because: sizes)
    }
    return layout
  }

  private func ambiguous(_ matrix: StoredMatrix, evidence: String) -> AutoencoderError {
    fail(
      .ambiguous(
        tensor: matrix.tensor.name, shape: matrix.tensor.shape, evidence: evidence,
        remedy: "--orientation rows or columns"))
  }
}
