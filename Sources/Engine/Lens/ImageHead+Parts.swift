extension ImageHead {
  /// The image of one vector, `E(x) = P (γ ⊙ (x - mean x) / √(var x + ε) + β)`, in `Double`.
  ///
  /// - Parameter x: The vector, [d].
  /// - Returns: The image, [D].
  func image(of x: [Double]) -> [Double] {
    let (centred, sigma) = centred(x)
    let inner = x.indices.map { Double(weight[$0]) * centred[$0] / sigma + Double(bias[$0]) }
    return products(with: inner)
  }

  /// The linear part of the head, `M = P diag(γ) C`, [D, d], summed in `Double`.
  var linearPart: Matrix {
    matrix { row in
      let mean = row.reduce(0, +) / Double(row.count)
      return row.map { $0 - mean }
    }
  }

  /// The derivative of the head at a point, `J(x) = P diag(γ) (C - x̂ x̂ᵀ / d) / σ` with σ = √(var x + ε)
  /// and x̂ = C x / σ, [D, d], summed in `Double`.
  ///
  /// - Parameter x: The point, [d].
  /// - Returns: The matrix, which takes (1, ..., 1) to nothing.
  func jacobian(at x: [Double]) -> Matrix {
    let (centred, sigma) = centred(x)
    let unit = centred.map { $0 / sigma }
    return matrix { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let along = zip(row, unit).map(*).reduce(0, +) / Double(row.count)
      return row.indices.map { (row[$0] - mean - along * unit[$0]) / sigma }
    }
  }

  /// x - mean x and √(var x + ε).
  private func centred(_ x: [Double]) -> (centred: [Double], sigma: Double) {
    precondition(x.count == width, "a vector of \(x.count) elements for a head of \(width)")
    let mean = x.reduce(0, +) / Double(x.count)
    let centred = x.map { $0 - mean }
    let variance = centred.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    return (centred, (variance + epsilon).squareRoot())
  }

  private func products(with vector: [Double]) -> [Double] {
    (0..<embeddingWidth).map { i in
      var sum = 0.0
      for j in vector.indices { sum += Double(projection.elements[i * width + j]) * vector[j] }
      return sum
    }
  }

  /// The matrix whose rows are made of those of P diag(γ).
  private func matrix(_ row: ([Double]) -> [Double]) -> Matrix {
    var elements: [Float] = []
    elements.reserveCapacity(embeddingWidth * width)
    for i in 0..<embeddingWidth {
      let scaled = (0..<width).map {
        Double(projection.elements[i * width + $0]) * Double(weight[$0])
      }
      elements += row(scaled).map { Float($0) }
    }
    return Matrix(rows: embeddingWidth, columns: width, elements: elements)
  }
}
