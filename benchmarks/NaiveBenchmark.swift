internal import COpenBLAS
import Dispatch
import Engine

extension Bench {
  /// Times what someone would write first, on a slice of the features.
  func benchmarkNaive() throws {
    let (products, block) = (try products, try productBlock)
    let slices = (loops: min(128, sizes.features), vectors: min(2048, sizes.features))
    let scan = try scan(autoencoder)
    let runs = try inTurn(
      repeats: min(3, options.repeats),
      [
        { self.time(scan) }, { products.run(blockSize: block, workers: self.workers) },
        { self.naiveLoops(products.directions, features: slices.loops) },
        { products.runByVectors(workers: self.workers, features: slices.vectors) },
      ])
    add("triple loops in Swift, one thread", runs[2], slices.loops, over: runs[0], "the scan")
    add(
      "the two products by one GEMV per feature", runs[3], slices.vectors, over: runs[1],
      "the two bare products")
  }

  private func add(
    _ name: String, _ slice: [Double], _ features: Int, over others: [Double], _ against: String
  ) {
    let whole = slice.map { $0 * Double(sizes.features) / Double(features) }
    report.add(
      Figure(
        part: .naive, name: name, shape: sizes.description, seconds: Timing(whole),
        ratio: Timing(whole, over: others), against: against,
        note: "extrapolated from \(features) features"))
  }

  /// The seconds of the naive lens for the first features.
  private func naiveLoops(_ directions: Tensor, features: Int) -> Double {
    let lens = NaiveLens<Float>(
      head: head, labels: labels.embeddings, map: .full, logitScale: Self.logitScale)
    let width = sizes.width
    var scratch: [Float] = []
    return seconds {
      for feature in 0..<features {
        let range = (feature * width)..<((feature + 1) * width)
        let direction = directions.withFloats(in: range, scratch: &scratch) { span in
          span.indices.map { span[$0] }
        }
        precondition(lens.reading(of: direction).entropy.isFinite, "feature \(feature)")
      }
    }
  }
}

extension BareProducts {
  /// The seconds of two matrix-vector products for each of the first features.
  ///
  /// The corresponding C function is `cblas_sgemv`.
  fileprivate func runByVectors(workers: Int, features: Int) -> Double {
    guard let projection else { return 0 }
    let (width, counter, chunk) = (directions.shape[1], BlockCounter(), 64)
    return seconds {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        var image = [Float](repeating: 0, count: projection.rows)
        var cosines = [Float](repeating: 0, count: labels.rows)
        var scratch: [Float] = []
        while true {
          let start = counter.take() * chunk
          guard start < features else { break }
          for feature in start..<min(start + chunk, features) {
            let range = (feature * width)..<((feature + 1) * width)
            directions.withFloats(in: range, scratch: &scratch) { direction in
              multiply(projection, direction, into: &image)
            }
            multiply(labels, image.span, into: &cosines)
          }
        }
      }
    }
  }
}

/// Replaces `y` with `a x`.
private func multiply(_ a: Matrix, _ x: Span<Float>, into y: inout [Float]) {
  precondition(x.count == a.columns && y.count == a.rows, "\(x.count) and \(y.count) elements")
  unsafe a.elements.withUnsafeBufferPointer { a in
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        unsafe cblas_sgemv(
          CblasRowMajor, CblasNoTrans, blasint(y.count), blasint(x.count), 1, a.baseAddress,
          blasint(x.count), x.baseAddress, 1, 0, y.baseAddress, 1)
      }
    }
  }
}
