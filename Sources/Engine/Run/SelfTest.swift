/// A check that the matrix products of this process are right, and how fast they are.
public struct SelfTest: Sendable {
  /// The greatest difference of an element from the same sum in `Double`.
  public let error: Double

  /// The greatest difference that rounding explains.
  public let bound: Double

  /// The rate of all threads together, each at a product of its own, in GFLOP/s.
  public let rate: Double

  /// The number of threads.
  public let workers: Int

  /// Whether products are right.
  public var isRight: Bool { error <= bound }

  /// Multiplies and compares.
  ///
  /// - Parameter workers: The number of threads of the measurement.
  public init(workers: Int) {
    let shapes = [(1, 1, 1), (3, 5, 7), (64, 64, 64), (33, 129, 257), (128, 31, 64)]
    let outcomes = shapes.flatMap { shape in
      [BLAS.Operation.none, .transpose].map {
        Self.outcome(m: shape.0, n: shape.1, k: shape.2, opB: $0)
      }
    }
    // Of the shapes the one that uses up most of its bound is reported.
    let worst = outcomes.max { $0.error / $0.bound < $1.error / $1.bound } ?? (0, 1)
    (error, bound) = worst
    self.workers = workers
    rate = Self.measuredRate(workers: workers)
  }

  /// Makes sure of the products before anything rests on them.
  ///
  /// - Throws: `RunError` of kind `unavailable` if products are wrong.
  public func check() throws(RunError) {
    guard isRight else {
      throw RunError(
        subject: "OpenBLAS \(BLAS.coreName)", reason: .wrongProduct(error: error, bound: bound))
    }
  }
}

extension SelfTest {
  private static func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SplitMix64(seed: seed)
    return Matrix(
      rows: rows, columns: columns,
      elements: (0..<(rows * columns)).map { _ in Float.random(in: -1..<1, using: &generator) })
  }

  /// Compares a product with a triple loop in `Double`.
  ///
  /// In any order of summation, an inner product of length k is within k·u·Σ|aᵢbᵢ| of the exact
  /// one, to first order in the unit roundoff u = 2^-24 (Higham 2002, section 3.1). Here every
  /// |aᵢbᵢ| ≤ 1, so the sum is at most k. A NaN counts as an infinite error.
  private static func outcome(
    m: Int, n: Int, k: Int, opB: BLAS.Operation
  ) -> (error: Double, bound: Double) {
    let a = matrix(m, k, seed: 1)
    let b = opB == .none ? matrix(k, n, seed: 2) : matrix(n, k, seed: 2)
    var c = Matrix(rows: m, columns: n, elements: [Float](repeating: .nan, count: m * n))
    BLAS.gemm(a, b, opB: opB, into: &c)
    var error = 0.0
    for i in 0..<m {
      for j in 0..<n {
        var exact = 0.0
        for p in 0..<k { exact += Double(a[i, p]) * Double(opB == .none ? b[p, j] : b[j, p]) }
        let difference = abs(Double(c[i, j]) - exact)
        error = difference.isNaN ? .infinity : max(error, difference)
      }
    }
    return (error, Double(k * k) * Double(Float.ulpOfOne) / 2)
  }

  /// The rate of products of [512, 768] and [768, 768], in GFLOP/s: the best of a few rounds.
  private static func measuredRate(workers: Int) -> Double {
    let (m, n, k, rounds) = (512, 768, 768, 5)
    let (a, b) = (matrix(m, k, seed: 3), matrix(n, k, seed: 4))
    var best = Double.infinity
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      let sums = mapInParallel(count: workers, workers: workers) { _ in
        var c = Matrix(rows: m, columns: n)
        BLAS.gemm(a, b, opB: .transpose, into: &c)
        return c[0, 0]
      }
      precondition(sums.count == workers)
      best = min(best, (ContinuousClock.now - start) / .seconds(1))
    }
    return 2 * Double(m * n * k * workers) / best / 1e9
  }
}
