import Dispatch
import Engine
import Synchronization

/// The products of one layer of a text tower and nothing else.
struct TowerProducts: Sendable {
  /// The rows of each product: those of a large block of prompts.
  private static let rows = 1024

  /// One of the weights of attention, [width, width], and both of the feed-forward part.
  private let (square, expand, contract): (Matrix, Matrix, Matrix)

  /// What goes into the products of each layer, [rows, width].
  private let input: Matrix

  /// Where the results of each thread go.
  private let results: [Results]

  /// Makes the operands, of random numbers, before anything is timed.
  ///
  /// - Parameters:
  ///   - width: The width of the tower.
  ///   - intermediateWidth: The width between the two products of its feed-forward part.
  ///   - workers: The threads.
  init(width: Int, intermediateWidth: Int, workers: Int) {
    var generator = LinearCongruential(state: 5)
    func random(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(rows: rows, columns: columns, elements: generator.floats(rows * columns))
    }
    square = random(width, width)
    expand = random(intermediateWidth, width)
    contract = random(width, intermediateWidth)
    input = random(Self.rows, width)
    results = (0..<workers).map { _ in
      Results(output: random(Self.rows, width), inner: random(Self.rows, intermediateWidth))
    }
  }

  /// The floating-point operations of a second of products on all threads.
  ///
  /// - Parameter layers: How many layers each thread multiplies.
  /// - Returns: The rate.
  func operationsPerSecond(layers: Int = 3) -> Double {
    let taken = seconds {
      DispatchQueue.concurrentPerform(iterations: results.count) { index in
        results[index].matrices.withLock { multiply(into: &$0.output, &$0.inner, layers: layers) }
      }
    }
    let elements = 4 * square.elements.count + 2 * expand.elements.count
    return 2 * Double(results.count * layers * Self.rows) * Double(elements) / taken
  }

  private func multiply(into output: inout Matrix, _ inner: inout Matrix, layers: Int) {
    for _ in 0..<layers {
      for _ in 0..<4 { BLAS.gemm(input, square, opB: .transpose, into: &output) }
      BLAS.gemm(input, expand, opB: .transpose, into: &inner)
      BLAS.gemm(inner, contract, opB: .transpose, into: &output)
    }
  }

  /// Memory for results, written before it is timed, and taken by one thread at a time.
  private final class Results: Sendable {
    let matrices: Mutex<(output: Matrix, inner: Matrix)>

    init(output: Matrix, inner: Matrix) {
      matrices = Mutex((output, inner))
    }
  }
}
