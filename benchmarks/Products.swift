import Dispatch
import Engine
import Synchronization

/// Hands out blocks, each once, to any number of threads.
final class BlockCounter: Sendable {
  private let next = Atomic<Int>(0)

  /// The next block.
  func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// The products of a scan and nothing else: directions from a mapped file to embeddings to cosines.
struct BareProducts {
  /// The directions, [F, d].
  let directions: Tensor
  /// The projection, [D, d]; nil for directions in the joint space.
  let projection: Matrix?
  /// The labels, [C, D].
  let labels: Matrix

  /// Multiplies.
  ///
  /// - Parameters:
  ///   - blockSize: The features of a block, which one thread multiplies at once.
  ///   - workers: The threads.
  ///   - features: How many features; all if nil.
  /// - Returns: The seconds that it took.
  func run(blockSize: Int, workers: Int, features: Int? = nil) -> Double {
    let count = features ?? directions.shape[0]
    let counter = BlockCounter()
    return seconds {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        multiplyBlocks(of: min(blockSize, count), count: count, counter: counter)
      }
    }
  }

  /// The floating-point operations of all features.
  func operations(features: Int? = nil) -> Double {
    let first = projection.map { $0.rows * $0.columns } ?? 0
    return 2 * Double(features ?? directions.shape[0]) * Double(first + labels.elements.count)
  }
}

extension BareProducts {
  /// The work of one thread: blocks of directions, one after another, into the same room.
  private func multiplyBlocks(of rows: Int, count: Int, counter: BlockCounter) {
    let d = directions.shape[1]
    var images = [Float](repeating: 0, count: rows * (projection?.rows ?? 0))
    var cosines = [Float](repeating: 0, count: rows * labels.rows)
    var scratch: [Float] = []
    while true {
      let start = counter.take() * rows
      guard start < count else { break }
      let m = min(rows, count - start)
      let range = (start * d)..<((start + m) * d)
      directions.withFloats(in: range, scratch: &scratch) { block in
        if let projection {
          multiply(block, projection, m: m, into: &images)
        } else {
          multiply(block, labels, m: m, into: &cosines)
        }
      }
      if projection != nil { multiply(images.span, labels, m: m, into: &cosines) }
    }
  }

  private func multiply(_ a: Span<Float>, _ b: Matrix, m: Int, into c: inout [Float]) {
    var result = c.mutableSpan
    BLAS.gemm(
      a, b.elements.span, opB: .transpose, m: m, n: b.rows, k: b.columns, into: &result)
  }
}

// MARK: - The best block size

extension Bench {
  /// The block size in which products are fastest, measured in turn.
  ///
  /// - Parameters:
  ///   - products: The products.
  ///   - name: Their name in the table.
  ///   - shape: Their shape in the table.
  /// - Returns: The block size with the least median.
  /// - Throws: Never; what runs in turn may.
  func block(of products: BareProducts, name: String, shape: String) throws -> Int {
    if let known = bestBlocks[name] { return known }
    let blocks = sizes.blocks
    let runs = try inTurn(
      repeats: min(3, options.repeats),
      blocks.map { block in { products.run(blockSize: block, workers: self.workers) } })
    let timings = runs.map { Timing($0) }
    for (block, timing) in zip(blocks, timings) {
      report.add(
        Figure(
          part: .products, name: "\(name) in blocks of \(block)", shape: shape, seconds: timing,
          rate: products.operations() / timing.median / 1e9, unit: "GFLOP/s"))
    }
    let best = timings.indices.min { timings[$0].median < timings[$1].median } ?? 0
    bestBlocks[name] = blocks[best]
    return blocks[best]
  }
}
