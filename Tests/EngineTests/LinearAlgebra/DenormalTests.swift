import Engine
import Testing

/// Denormals count as zero inside products, and only there.
@Suite struct DenormalTests {
  /// Beside 1, a denormal operand would give 2^-130 · 2^30, and 2^-70 · 2^-70 a denormal result.
  @Test(arguments: [1, 7, 64, 257], [1, 5, 33, 300])
  func row67DenormalOperandsAndResultsAreZero(m: Int, n: Int) {
    let k = 3
    let rows: [[Float]] = [[0x1p-130, 1, 0], [0x1p-70, 0, 0], [-0x1p-149, 0, 2]]
    let a = Matrix(
      rows: m, columns: k, elements: (0..<m).flatMap { rows[$0 % rows.count] })
    let b = Matrix(
      rows: n, columns: k, elements: (0..<n).flatMap { [$0 % 2 == 0 ? 0x1p30 : 0x1p-70, 3, 5] })
    var c = Matrix(rows: m, columns: n)
    BLAS.gemm(a, b, opB: .transpose, into: &c)
    for i in 0..<m {
      for j in 0..<n {
        let expected: Float = [3, j % 2 == 0 ? 0x1p-40 : 0, 10][i % 3]
        #expect(c[i, j] == expected, "element (\(i), \(j))")
      }
    }
  }

  @Test(arguments: [Float(0x1p-149), 0x1p-130])
  func arithmeticAfterAProductKeepsDenormals(denormal: Float) {
    #expect(denormal + denormal > denormal)
    var c = Matrix(rows: 1, columns: 1)
    let a = Matrix(rows: 1, columns: 1, elements: [denormal])
    BLAS.gemm(a, a, into: &c)
    #expect(c.elements == [0])
    #expect(denormal + denormal > denormal)
    #expect(Double(denormal) > 0)
    #expect(denormal * 0.5 == denormal / 2)
  }
}
