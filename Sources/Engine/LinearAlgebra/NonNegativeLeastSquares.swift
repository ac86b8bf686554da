/// The x ≥ 0 that minimises xᵀG x − 2 bᵀx, which for G = A Aᵀ and b = A v is ‖v − Aᵀx‖² but for a
/// constant.
///
/// The active-set method of Lawson, Hanson 1974, chapter 23, for a few unknowns. An unknown that depends
/// linearly on those in use, to 1e-10 of its length, stays 0.
///
/// - Parameters:
///   - gram: G, symmetric and positive semidefinite, [k, k].
///   - target: b, [k].
/// - Returns: x, [k].
/// - Complexity: About k⁴ floating-point operations.
func nonNegativeLeastSquares(gram: DoubleMatrix, target: [Double]) -> [Double] {
  let count = target.count
  precondition(
    gram.rows == count && gram.columns == count, "\(count) of [\(gram.rows), \(gram.columns)]")
  // What is left of a gradient by rounding, relative to its terms.
  let limit = 1e-12 * target.reduce(0) { max($0, abs($1)) }
  var x = [Double](repeating: 0, count: count)
  var passive: [Int] = []
  var barred: Set<Int> = []
  while true {
    let gradient = (0..<count).map { i in
      passive.reduce(target[i]) { $0 - gram[i, $1] * x[$1] }
    }
    let candidates = (0..<count).filter { i in
      gradient[i] > limit && !passive.contains(i) && !barred.contains(i)
    }
    guard let next = candidates.max(by: { gradient[$0] < gradient[$1] }) else { return x }
    guard var z = solution(gram: gram, target: target, of: passive + [next]),
      z[passive.count] > 0
    else {
      // Nothing is gained by it before the others change.
      barred.insert(next)
      continue
    }
    passive.append(next)
    barred = []
    while z.contains(where: { $0 <= 0 }) {
      // As far towards the solution as no unknown falls below 0; those that reach 0 are left out.
      let steps = zip(passive, z).filter { $0.1 <= 0 }.map { x[$0.0] / (x[$0.0] - $0.1) }
      let step = steps.min() ?? 0
      for (i, value) in zip(passive, z) {
        x[i] = value <= 0 && x[i] / (x[i] - value) <= step ? 0 : x[i] + step * (value - x[i])
      }
      passive.removeAll { x[$0] == 0 }
      guard let rest = solution(gram: gram, target: target, of: passive) else { return x }
      z = rest
    }
    for (i, value) in zip(passive, z) { x[i] = value }
  }
}

/// Solves G x = b for some of the unknowns, the others 0, by Cholesky's factors.
///
/// - Returns: The x of each, or nil where one depends linearly on those before it.
private func solution(gram: DoubleMatrix, target: [Double], of unknowns: [Int]) -> [Double]? {
  let count = unknowns.count
  var factor = DoubleMatrix(rows: count, columns: count)
  var x = [Double](repeating: 0, count: count)
  for i in 0..<count {
    for j in 0...i {
      let rest = (0..<j).reduce(gram[unknowns[i], unknowns[j]]) {
        $0 - factor[i, $1] * factor[j, $1]
      }
      if i > j {
        factor[i, j] = rest / factor[j, j]
      } else {
        guard rest > 1e-10 * gram[unknowns[i], unknowns[i]] else { return nil }
        factor[i, i] = rest.squareRoot()
      }
    }
    x[i] = (0..<i).reduce(target[unknowns[i]]) { $0 - factor[i, $1] * x[$1] } / factor[i, i]
  }
  for i in (0..<count).reversed() {
    x[i] = ((i + 1)..<count).reduce(x[i]) { $0 - factor[$1, i] * x[$1] } / factor[i, i]
  }
  return x
}
