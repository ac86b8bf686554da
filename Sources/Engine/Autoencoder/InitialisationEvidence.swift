internal import Foundation

/// Whether directions look as `torch.nn.init` leaves them: drawn evenly from an interval around 0.
///
/// nn.Linear and `kaiming_uniform_` draw every element from the uniform distribution within a bound of
/// the order of 1/sqrt(fan_in), and most families of autoencoders begin with it, some with rows that
/// are scaled to one length besides. A sample of up to 4096 elements, in 64 pieces of 64 that lie far
/// apart in the file, tells a uniform distribution by its shape, whatever its bound is:
///
///     kurtosis in 1.8 ± 0.1        |greatest| / root mean square in √3, from -4 % to +10 %
///     |mean| at most a tenth of the root mean square
///
/// Of 2048 independent uniform elements, the fewest that are looked at, the kurtosis is known to 0.025
/// (standard deviation √(1.316/2048)), so that one initialisation in some ten thousand is missed. The
/// room of 10 % is for rows that were scaled to one length, which moves their bounds apart by
/// 0.45/√width each.
///
/// **What else could look so.** Directions that were trained have a kurtosis of 3 or above, like normal
/// numbers. That 2048 normal numbers all lie within 1.91 standard deviations has a chance of 0.944^2048,
/// or 1e-51. Training that moves elements by as little as 5 % of their root mean square pushes some
/// beyond the edge. Two levels have a kurtosis of 1, three of 1.5, sines of 1.5, numbers cut at a bound
/// have that bound below √3 of their root mean square. What does look so is a dictionary that was made
/// by evenly distributed numbers, which no training leaves, and one of which the features looked at were
/// never active: they keep their initialisation. Encoders stored as columns show up to 64 elements of
/// each of 64 rows of the file, so of hundreds of features; others show 64 features. Where nine in ten
/// features of an encoder stored by rows were never active, the chance that all 64 are such is 1e-3.
///
/// Sources: `torch/nn/init.py`, `torch/nn/modules/linear.py`; Joanes and Gill 1998 on the moments.
struct InitialisationEvidence: Equatable {
  /// The number of elements looked at.
  let count: Int

  /// The greatest of them without its sign.
  let greatest: Double

  /// Their mean.
  let mean: Double

  /// The root of their mean square.
  let scale: Double

  /// Their fourth moment about zero over the square of the second; 1.8 for a uniform distribution.
  let kurtosis: Double

  /// The pieces that are looked at, and the elements that they have together.
  private static let (pieces, elements) = (64, 4096)

  /// The fewest elements that tell.
  private static let fewest = 2048

  /// Looks at a sample of directions; nil if there are fewer than 2048 elements in the pieces, or any
  /// is not finite.
  ///
  /// - Parameter bank: The directions.
  init?(of bank: DirectionBank) {
    let (rows, columns) = (bank.tensor.shape[0], bank.tensor.shape[1])
    let pieces = min(Self.pieces, rows)
    guard pieces > 0, case let length = min(columns, Self.elements / pieces),
      pieces * length >= Self.fewest
    else { return nil }
    var sums = (first: 0.0, second: 0.0, fourth: 0.0)
    var greatest = 0.0
    var scratch: [Float] = []
    for piece in 0..<pieces {
      // Along the diagonal of the stored matrix, so that columns differ too.
      let row = piece * (rows / pieces)
      let start = row * columns + (columns - length) / pieces * piece
      bank.tensor.withFloats(in: start..<(start + length), scratch: &scratch) { values in
        for index in values.indices {
          let value = Double(values[index])
          sums.first += value
          sums.second += value * value
          sums.fourth += value * value * value * value
          greatest = max(greatest, abs(value))
        }
      }
    }
    count = pieces * length
    guard sums.fourth.isFinite, sums.second > 0 else { return nil }
    self.greatest = greatest
    mean = sums.first / Double(count)
    scale = (sums.second / Double(count)).squareRoot()
    kurtosis = sums.fourth * Double(count) / (sums.second * sums.second)
  }

  /// Whether the elements are distributed evenly around 0.
  var isUniform: Bool {
    let edge = greatest / (scale * 3.0.squareRoot())
    return abs(kurtosis - 1.8) <= 0.1 && (0.96...1.1).contains(edge) && abs(mean) <= 0.1 * scale
  }
}

extension InitialisationEvidence {
  /// A bound that an initialisation is known to draw within.
  private struct Bound {
    var name: String
    var value: Double
    /// How far beyond it an element may lie, relative.
    var room = 0.004
  }

  /// The bounds of initialisations of a matrix [n, d], those first that are met exactly.
  private static func bounds(n: Int, d: Int) -> [Bound] {
    func root(_ numerator: Int, _ denominator: Int) -> Double {
      (Double(numerator) / Double(denominator)).squareRoot()
    }
    return [d, n].map { Bound(name: "1/sqrt(\($0)) of torch's nn.Linear", value: root(1, $0)) }
      + [d, n].map { Bound(name: "sqrt(6/\($0)) of torch's kaiming_uniform_", value: root(6, $0)) }
      + [
        Bound(name: "sqrt(6/(\(n) + \(d))) of torch's xavier_uniform_", value: root(6, n + d)),
        Bound(name: "sqrt(3/\(d)) of rows of length 1", value: root(3, d), room: 0.1),
      ]
  }

  /// A note on directions that look never trained, or nil.
  ///
  /// - Parameters:
  ///   - bank: The directions.
  ///   - name: What they are called.
  /// - Returns: The evidence in a line, with the initialisation whose bound it is if that is known.
  static func note(on bank: DirectionBank?, name: String) -> String? {
    guard let bank, let found = InitialisationEvidence(of: bank), found.isUniform else {
      return nil
    }
    // The greatest of 2048 uniform elements is within 1 % of the bound, but once in 1e9 times.
    let bound = bounds(n: bank.count, d: bank.width).first {
      (-max(0.01, $0.room)...$0.room).contains(found.greatest / $0.value - 1)
    }
    let numbers = String(format: "%.4g (kurtosis %.2f)", found.greatest, found.kurtosis)
    return "\(name) directions look never trained: \(found.count) elements lie evenly within "
      + numbers + (bound.map { ", the bound \($0.name)" } ?? "")
  }
}
