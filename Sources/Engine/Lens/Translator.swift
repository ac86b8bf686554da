/// A map that a user has fitted elsewhere: from the layer that an autoencoder reads to the end of
/// the residual stream (A, [d, d]), or into the joint space (B, [D, d]), and a shift if it has one.
public struct Translator: Sendable {
  /// Where a translator leads.
  enum Target: Equatable, Sendable {
    /// To the end of the residual stream: A.
    case residual
    /// Into the joint space: B.
    case joint
  }

  /// The file, as it was named.
  public let path: String

  /// The files that were read.
  let filePaths: [String]

  /// Where it leads.
  let target: Target

  /// A or B.
  let matrix: Matrix

  /// c, as long as the matrix has rows; nil if the file has none.
  let shift: [Float]?

  /// Reads a translator: a file of tensors with `A` or `B`, and `bias` if there is one.
  ///
  /// - Parameters:
  ///   - path: The file, of any container of tensors.
  ///   - width: The width of the residual stream, d.
  ///   - embeddingWidth: The width of the joint space, D.
  /// - Throws: `CheckpointError` if the file cannot be read or a tensor has another shape,
  ///   `LensError` if it has neither or both of the two, or numbers that are not finite.
  init(contentsOf path: String, width: Int, embeddingWidth: Int) throws {
    let file = try TensorFile(contentsOf: path)
    let found = ["A", "B"].filter { file.tensors[$0] != nil }
    guard found.count == 1 else {
      throw LensError(subject: path, reason: .translatorKeys(found: file.names))
    }
    let rows = found == ["A"] ? width : embeddingWidth
    self.path = path
    filePaths = file.filePaths
    target = found == ["A"] ? .residual : .joint
    matrix = try file.weights(found[0], shape: [rows, width]).matrix()
    shift =
      file.tensors["bias"] == nil ? nil : try file.weights("bias", shape: [rows]).floats()
    for (name, elements) in [(found[0], matrix.elements), ("bias", shift ?? [])]
    where !sumOfSquares(elements.span).isFinite {
      throw LensError(subject: path, reason: .nonFinite(name))
    }
  }
}
