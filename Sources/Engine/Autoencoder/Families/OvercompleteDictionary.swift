internal import Foundation

/// The decoder of an overcomplete autoencoder as it is used, computed from what is stored.
///
/// With m the multiplier, a plain dictionary has the rows w_i / ‖w_i‖ e^m, an archetypal one
/// (relu(W) / row sums · C + Relax) e^m: convex combinations of the points C, moved by Relax.
struct OvercompleteDictionary {
  /// What the orientation shows in: the stored matrix, or for mixtures the directions, [n, d].
  let stored: Tensor
  /// The directions, [n, d].
  let bank: DirectionBank
  /// What should be known of them.
  private(set) var notes: [String] = []
  /// How they run.
  let evidence: String

  /// Computes a dictionary, with sums in `Double`.
  ///
  /// - Parameters:
  ///   - tensors: The tensors.
  ///   - normalization: What a pickled module states, such as `normalize_l2`; nil for a state
  ///     dictionary, where the default is taken.
  ///   - orientation: Which way the rows of a square dictionary run, if that was stated.
  /// - Throws: `CheckpointError` or `AutoencoderError` if tensors are missing or contradict each
  ///   other, or the normalisation is not known.
  init(
    _ tensors: FamilyTensors, normalization: String?, orientation: Orientation?
  ) throws {
    let factor = exp(tensors.number("dictionary.multiplier") ?? 0)
    guard tensors.has("dictionary._weights") else {
      bank = try Self.archetypal(tensors, factor: factor)
      self.stored = bank.tensor
      notes = ["directions are mixtures of the points C, moved by Relax"]
      evidence = "dictionary.W: features are rows by the layout of overcomplete"
      return
    }
    let matrix = try tensors.matrix("dictionary._weights")
    self.stored = matrix
    let isSquare = matrix.shape[0] == matrix.shape[1]
    let stored = DirectionBank(matrix, isTransposed: isSquare && orientation == .columns)
    let name = normalization ?? "normalize_l2"
    let factors: [Double]
    switch name {
    case "normalize_l2": factors = stored.lengths().map { factor / ($0 + 1e-8) }
    case "normalize_max_l2":
      let longest = stored.lengths().max() ?? 1
      factors = stored.lengths().map { _ in factor / longest }
    case "normalize_identity": factors = stored.lengths().map { _ in factor }
    default:
      throw AutoencoderError(
        path: tensors.file.path,
        reason: .notKnown(
          "dictionary.normalization", found: name,
          expected: "normalize_l2, normalize_max_l2 or normalize_identity"))
    }
    bank = stored.scaled(by: factors)
    evidence =
      "\(stored.tensor.name.printable(limit: 80)) [\(bank.count), \(bank.width)]: features are rows "
      + "by the layout of overcomplete"
    if normalization == nil {
      notes = [
        "the file does not say how the dictionary is normalised: rows are given length 1, the default; "
          + "cosines are the same otherwise"
      ]
    }
  }

  /// The dictionary of RA-SAE.
  private static func archetypal(
    _ tensors: FamilyTensors, factor: Double
  ) throws -> DirectionBank {
    let mixture = try tensors.matrix("dictionary.W")
    let points = try tensors.matrix("dictionary.C")
    let relax = try tensors.matrix("dictionary.Relax")
    let (n, count, d) = (mixture.shape[0], mixture.shape[1], points.shape[1])
    for (tensor, expected) in [(points, [count, d]), (relax, [n, d])] where tensor.shape != expected
    {
      throw AutoencoderError(
        path: tensors.file.path,
        reason: .wrongShape(
          tensor: tensor.name, found: tensor.shape, expected: expected,
          sizes: "\(mixture.name.printable(limit: 80)) \(mixture.shapeDescription)"))
    }
    let pointRows = points.floats()
    var result = relax.floats()
    var scratch: [Float] = []
    for i in 0..<n {
      var sums = [Double](repeating: 0, count: d)
      mixture.withFloats(in: (i * count)..<((i + 1) * count), scratch: &scratch) { weights in
        var total = 1e-8
        for p in weights.indices { total += Double(max(0, weights[p])) }
        for p in weights.indices where weights[p] > 0 {
          let share = Double(weights[p]) / total
          for j in 0..<d { sums[j] += share * Double(pointRows[p * d + j]) }
        }
      }
      for j in 0..<d { result[i * d + j] = Float((sums[j] + Double(result[i * d + j])) * factor) }
    }
    return DirectionBank(computed: "dictionary", rows: result, width: d)
  }
}
