internal import Foundation

extension DirectionBank {
  /// Directions that were computed, [count, width].
  ///
  /// - Parameters:
  ///   - name: The name, for messages.
  ///   - rows: The directions.
  ///   - width: The elements of each.
  init(computed name: String, rows: [Float], width: Int) {
    self.init(
      Tensor(name: name, shape: [rows.count / max(1, width), width], elements: rows),
      isTransposed: false, isComputed: true)
  }

  /// The lengths of the directions, in `Double`, [count].
  func lengths() -> [Double] {
    var lengths = [Double](repeating: 0, count: count)
    forEachBlock { range, rows in
      for i in 0..<range.count {
        let elements = (i * width)..<((i + 1) * width)
        lengths[range.lowerBound + i] = euclideanNorm(rows.span.extracting(elements))
      }
    }
    return lengths
  }

  /// The directions times a factor each, rounded once.
  ///
  /// - Parameter factors: The factors, [count].
  /// - Returns: A bank in memory.
  func scaled(by factors: [Double]) -> DirectionBank {
    precondition(factors.count == count, "\(factors.count) factors of \(count)")
    var result: [Float] = []
    result.reserveCapacity(count * width)
    forEachBlock { range, rows in
      for i in 0..<range.count {
        let factor = factors[range.lowerBound + i]
        for j in (i * width)..<((i + 1) * width) { result.append(Float(Double(rows[j]) * factor)) }
      }
    }
    return DirectionBank(computed: tensor.name, rows: result, width: width)
  }

  /// The inner product of each direction with a vector, in `Double`, [count].
  ///
  /// - Parameter vector: The vector, [width].
  /// - Returns: The products.
  func products(with vector: [Double]) -> [Double] {
    precondition(vector.count == width, "\(vector.count) elements of \(width)")
    var products = [Double](repeating: 0, count: count)
    forEachBlock { range, rows in
      for i in 0..<range.count {
        var sum = 0.0
        for j in 0..<width { sum += Double(rows[i * width + j]) * vector[j] }
        products[range.lowerBound + i] = sum
      }
    }
    return products
  }

  /// Calls `body` with blocks of directions in order, [range.count, width].
  private func forEachBlock(_ body: (Range<Int>, [Float]) -> Void) {
    for start in stride(from: 0, to: count, by: 256) {
      let range = start..<min(start + 256, count)
      body(range, rows(range))
    }
  }
}
