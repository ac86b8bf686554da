import Testing

@testable import Engine

@Suite struct BLASTests {
  @Test func everyFunctionThatIsCalledIsLookedFor() throws {
    try BLAS.check()
    let sources = try SourceFile.all(below: "Sources/Engine/LinearAlgebra")
    var called = Set(sources.flatMap(\.words).filter { $0.hasPrefix("cblas_") })
    let shim = try SourceFile.all(below: "Sources/COpenBLAS", ["h"])
    for match in shim.map(\.text).joined().matches(of: /\b(d\w+_|openblas_[gs]et_\w+)\(/) {
      called.insert(String(match.output.1))
    }
    #expect(Set(BLAS.functions) == called)
  }

  struct Shape: CustomTestStringConvertible, Sendable {
    var m: Int
    var n: Int
    var k: Int
    var testDescription: String { "[\(m), \(k)] · [\(k), \(n)]" }
  }

  static let shapes = [
    Shape(m: 0, n: 3, k: 2), Shape(m: 3, n: 0, k: 2), Shape(m: 3, n: 2, k: 0),
    Shape(m: 1, n: 1, k: 1), Shape(m: 1, n: 17, k: 5), Shape(m: 17, n: 1, k: 5),
    Shape(m: 7, n: 13, k: 31), Shape(m: 16, n: 16, k: 16), Shape(m: 33, n: 65, k: 17),
    Shape(m: 101, n: 103, k: 107),
  ]

  static let operations = [
    (BLAS.Operation.none, BLAS.Operation.none), (.none, .transpose),
    (.transpose, .none), (.transpose, .transpose),
  ]

  /// Compares with a triple loop in `Double`.
  ///
  /// In any order of summation, a computed dot product of length k is within k·u·Σ|aᵢbᵢ| of the
  /// exact one, to first order in the unit roundoff u = ulp(1)/2 (Higham 2002, §3.1). Here every
  /// |aᵢbᵢ| ≤ 1, so the sum is at most k.
  @Test(arguments: shapes, operations)
  func gemmMatchesTripleLoop(
    shape: Shape, operations: (opA: BLAS.Operation, opB: BLAS.Operation)
  ) {
    let (opA, opB) = operations
    let (m, n, k) = (shape.m, shape.n, shape.k)
    var generator = SplitMix64(seed: 1)
    let a = Matrix.random(rows: m, columns: k, using: &generator)
    let b = Matrix.random(rows: k, columns: n, using: &generator)
    // Where beta is zero, c is not read and may hold NaN.
    var c = Matrix(rows: m, columns: n, elements: [Float](repeating: .nan, count: m * n))

    BLAS.gemm(
      opA == .none ? a : a.transposed(), opB == .none ? b : b.transposed(), opA: opA, opB: opB,
      into: &c)

    let tolerance = Double(k * k) * Double(Float.ulpOfOne) / 2
    for i in 0..<m {
      for j in 0..<n {
        let exact = (0..<k).reduce(0.0) { $0 + Double(a[i, $1]) * Double(b[$1, j]) }
        #expect(abs(Double(c[i, j]) - exact) <= tolerance, "element (\(i), \(j))")
      }
    }
  }

  /// All values are small whole numbers, so every product and sum is exact.
  @Test func gemmScalesAndAccumulates() {
    let a = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
    let b = Matrix(rows: 3, columns: 2, elements: [1, 0, 0, 1, 2, 2])
    var c = Matrix(rows: 2, columns: 2, elements: [1, 1, 1, 1])
    BLAS.gemm(a, b, alpha: 2, beta: 3, into: &c)
    #expect(c.elements == [17, 19, 35, 37])
  }

  @Test func emptySumsAreZeroAndKeepWhatBetaKeeps() {
    var c = Matrix(rows: 1, columns: 2, elements: [5, 7])
    BLAS.gemm(Matrix(rows: 1, columns: 0), Matrix(rows: 0, columns: 2), beta: 1, into: &c)
    #expect(c.elements == [5, 7])
    BLAS.gemm(Matrix(rows: 1, columns: 0), Matrix(rows: 0, columns: 2), into: &c)
    #expect(c.elements == [0, 0])
  }

  @Test func gemmUsesTheStartOfLongerSpans() {
    var c: [Float] = [9, 9, 9]
    var result = c.mutableSpan
    let (a, b): ([Float], [Float]) = ([2, 100], [3, 4, 100])
    BLAS.gemm(a.span, b.span, m: 1, n: 2, k: 1, into: &result)
    #expect(c == [6, 8, 9])
  }

  @Test func libraryNamesItsKernelAndVersion() {
    #expect(!BLAS.coreName.isEmpty)
    #expect(BLAS.configuration.contains("OpenBLAS"))
  }
}
