extension GaussianBank {
  /// What whitens these random vectors: their own mean and covariance, over as many of them as there are
  /// features, as those of the features whiten features.
  ///
  /// A vector is v0 = G q with q = (z, 1)/N and G = (A diag(√λ), μ), [D, D + 1], so that the moments of q
  /// are enough.
  ///
  /// - Parameters:
  ///   - isRead: Whether each feature is read, [n]; vectors in the place of others are not counted.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Returns: What whitens (z, 1) with the factors 1/N.
  /// - Complexity: 2 · n · (D + 1)² floating-point operations.
  func whitening(isRead: [Bool], workers: Int) -> BankWhitening {
    let (width, size) = (mean.count, JointBank.tileRows)
    let square = (0..<width).reduce(0.0) { sum, i in
      sum + mean[i] * mean[i] + (0..<width).reduce(0.0) { $0 + root[i, $1] * root[i, $1] }
    }
    // Near the mean of 1/N, whose square is about 1/E(N²).
    let origin = [Float](repeating: 0, count: width) + [Float(1 / max(square, 1e-12).squareRoot())]
    var moments = RowMoments(origin: origin)
    let none = moments
    forEachInOrder(
      count: (isRead.count + size - 1) / size, workers: workers, makeState: { none }
    ) { none, tile -> RowMoments.Tile? in
      let counted = Array(isRead[(tile * size)..<min((tile + 1) * size, isRead.count)])
      // What does not count is not drawn.
      guard counted.contains(true) else { return nil }
      return none.tile(unitParts(tile: tile, rows: counted.count), isCounted: counted)
    } _: {
      if let sums = $0 { moments.add(sums) }
    }
    var generator = DoubleMatrix(rows: width, columns: width + 1)
    for p in 0..<width {
      for i in 0..<width { generator[p, i] = root[i, p] }
      generator[p, width] = mean[p]
    }
    let half = DoubleMatrix.product(generator, moments.covariance)
    var covariance = DoubleMatrix.product(half, generator, opB: .transpose)
    covariance.symmetrize()
    let whitening = SymmetricEigen(of: covariance)
      .whitening(adding: BankWhitening.shrinkage)
    return BankWhitening(
      mean: moments.mean, root: DoubleMatrix.product(whitening, generator))
  }

  /// q of the vectors of a tile, [rows, D + 1].
  private func unitParts(tile: Int, rows: Int) -> [Float] {
    let width = mean.count + 1
    var (vectors, factors) = draw(tile: tile, rows: rows, room: 0)
    var target = vectors.mutableSpan
    for row in 0..<rows {
      for p in (row * width)..<((row + 1) * width) { target[p] *= factors[row] }
    }
    return vectors
  }
}
