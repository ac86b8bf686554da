import Testing

@testable import Engine

@Suite struct SelfTestTests {
  @Test func productsOfThisProcessAreRight() throws {
    let test = SelfTest(workers: 1)
    try test.check()
    #expect(test.error > 0)
    #expect(test.rate > 0)
  }

  @Test(arguments: [0.25, .infinity])
  func row75WrongProductsStopEverything(error: Double) {
    let test = SelfTest(error: error, bound: 0.125, rate: 1, workers: 1)
    let thrown = #expect(throws: RunError.self) { try test.check() }
    #expect(thrown?.kind == .unavailable)
    #expect(
      thrown?.description
        == "OpenBLAS \(BLAS.coreName): matrix product: found an error of \(error), expected at most "
        + "0.125; OPENBLAS_CORETYPE chooses other kernels")
  }
}
