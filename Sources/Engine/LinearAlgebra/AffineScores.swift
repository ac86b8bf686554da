internal import CKernels

/// Scores of labels that are affine in a row of products.
///
///     score_ij = slopes_j · (factor_i · product_ij) - shift_i · shifts_j + constants_j
///
/// Centring, corrections for hubs and whatever else is known of a label beforehand come to this, so
/// that any number of scores is taken of one product. All functions of one set of scores have the
/// same bits for the same row.
struct AffineScores: Sendable {
  /// What a row brings along.
  struct Row: Equatable, Sendable {
    /// The factor of its products.
    var factor: Float = 1
    /// What the shifts are multiplied by.
    var shift: Float = 0
  }

  /// The factors of the products, [C].
  let slopes: [Float]

  /// What a row's shift is multiplied by, [C].
  let shifts: [Float]

  /// What is added, [C].
  let constants: [Float]

  /// The number of labels.
  var count: Int { slopes.count }

  /// Makes scores.
  ///
  /// - Parameters:
  ///   - slopes: The factors of the products, [C], in `Double`, rounded once.
  ///   - shifts: What a row's shift is multiplied by, [C].
  ///   - constants: What is added, [C].
  init(slopes: [Double], shifts: [Double], constants: [Double]) {
    precondition(
      slopes.count == shifts.count && slopes.count == constants.count,
      "scores of \(slopes.count), \(shifts.count) and \(constants.count) labels")
    self.slopes = slopes.map { Float($0) }
    self.shifts = shifts.map { Float($0) }
    self.constants = constants.map { Float($0) }
  }

  /// The scores of one label alone.
  func at(_ label: Int) -> AffineScores {
    AffineScores(
      slopes: [Double(slopes[label])], shifts: [Double(shifts[label])],
      constants: [Double(constants[label])])
  }

  /// The greatest score of a row and its label; of equal ones the first.
  ///
  /// The corresponding C function is `kernel_best_score`.
  ///
  /// - Parameters:
  ///   - products: The products of a row, [C], none of which is NaN.
  ///   - row: The factor and the shift of the row.
  /// - Returns: The label and its score; label -1 and -infinity if there are no labels.
  func best(_ products: Span<Float>, row: Row) -> (label: Int32, score: Float) {
    precondition(products.count == count, "\(products.count) products of \(count) labels")
    var score = -Float.infinity
    let label = unsafe products.withUnsafeBufferPointer { source in
      unsafe kernel_best_score(
        source.baseAddress, slopes, shifts, constants, row.factor, row.shift, source.count, &score)
    }
    return (label, score)
  }

  /// How many labels of a row score higher than a bound.
  ///
  /// The corresponding C function is `kernel_scores_above`.
  ///
  /// - Parameters:
  ///   - bound: The bound.
  ///   - products: The products of a row, [C], none of which is NaN.
  ///   - row: The factor and the shift of the row.
  /// - Returns: The number.
  func count(above bound: Float, _ products: Span<Float>, row: Row) -> Int {
    precondition(products.count == count, "\(products.count) products of \(count) labels")
    return unsafe products.withUnsafeBufferPointer { source in
      unsafe kernel_scores_above(
        source.baseAddress, slopes, shifts, constants, row.factor, row.shift, source.count, bound)
    }
  }

  /// Writes the scores of a row.
  ///
  /// The corresponding C function is `kernel_scores`.
  ///
  /// - Parameters:
  ///   - products: The products of a row, [C].
  ///   - row: The factor and the shift of the row.
  ///   - scores: Receives the scores.
  ///   - start: Where the first goes.
  func write(
    _ products: Span<Float>, row: Row, into scores: inout MutableSpan<Float>, at start: Int
  ) {
    precondition(
      products.count == count && start >= 0 && start + count <= scores.count,
      "\(products.count) products of \(count) labels at \(start) of \(scores.count)")
    unsafe products.withUnsafeBufferPointer { source in
      unsafe scores.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress else { return }
        unsafe kernel_scores(
          source.baseAddress, slopes, shifts, constants, row.factor, row.shift, source.count,
          base + start)
      }
    }
  }
}

/// Writes exponentials of a row, `exp(scale · (x - offset))`, each within (2 + 1.2 |e|)·1e-7 of
/// itself, e its exponent.
///
/// The corresponding C function is `kernel_exponentials`.
///
/// - Parameters:
///   - source: The elements x, none so great that an exponent exceeds 88.
///   - scale: The factor.
///   - offset: What is subtracted.
///   - target: Receives the exponentials.
///   - start: Where the first goes.
/// - Returns: Their sum, in `Double`.
@discardableResult
func writeExponentials(
  of source: Span<Float>, scale: Float, offset: Float, into target: inout MutableSpan<Float>,
  at start: Int
) -> Double {
  precondition(start >= 0 && start + source.count <= target.count, "\(source.count) at \(start)")
  return unsafe source.withUnsafeBufferPointer { from in
    unsafe target.withUnsafeMutableBufferPointer { to in
      guard let base = to.baseAddress else { return 0 }
      return unsafe kernel_exponentials(from.baseAddress, scale, offset, from.count, base + start)
    }
  }
}

/// The sum of σ(scale · x + bias) over the elements x of a row, and how many exceed a half.
///
/// Each term is within 2e-7 + 1.3e-7 · |e| of itself, e its exponent, which is rounded twice; the sum is
/// kept in `Double`. The corresponding C function is `kernel_sigmoid_sum`.
///
/// - Parameters:
///   - source: The elements x, none of which is NaN.
///   - scale: The factor, above 0.
///   - bias: What is added.
/// - Returns: The sum, from 0 to the number of elements, and the number of terms over a half.
func sigmoidSum(_ source: Span<Float>, scale: Float, bias: Float) -> (sum: Double, above: Int) {
  var above = 0
  let sum = unsafe source.withUnsafeBufferPointer { from in
    unsafe kernel_sigmoid_sum(from.baseAddress, scale, bias, from.count, &above)
  }
  return (sum, above)
}
