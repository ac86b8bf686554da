import Dispatch
import Engine

/// Times one product on one thread.
func benchmarkProduct(m: Int, n: Int, k: Int) {
  let a = Matrix(rows: m, columns: k, elements: (0..<(m * k)).map { Float($0 % 7) - 3 })
  let b = Matrix(rows: n, columns: k, elements: (0..<(n * k)).map { Float($0 % 5) - 2 })
  var c = Matrix(rows: m, columns: n)
  BLAS.gemm(a, b, opB: .transpose, into: &c)
  let timing = Timing(
    (0..<15).map { _ in seconds { BLAS.gemm(a, b, opB: .transpose, into: &c) } })
  precondition(c[0, 0].isFinite, "a product that is not finite")
  let rate = 2 * Double(m) * Double(n) * Double(k) / timing.best / 1e9
  report("gemm", "\(m)x\(n)x\(k)", timing, rate: rate, unit: "GFLOP/s")
}

/// The two products of a scan and nothing else, on several threads: directions to embeddings to
/// cosines, in blocks of 2048 features that are used again.
func bareProducts(features: Int, width: Int, embeddingWidth: Int, labels: Int, workers: Int) {
  let block = 2048
  let directions = Matrix(rows: block, columns: width)
  let projection = Matrix(rows: embeddingWidth, columns: width)
  let bank = Matrix(rows: labels, columns: embeddingWidth)
  let blocks = (features + block - 1) / block
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    var embeddings = Matrix(rows: block, columns: embeddingWidth)
    var cosines = Matrix(rows: block, columns: labels)
    for _ in stride(from: worker, to: blocks, by: workers) {
      BLAS.gemm(directions, projection, opB: .transpose, into: &embeddings)
      BLAS.gemm(embeddings, bank, opB: .transpose, into: &cosines)
    }
  }
}
