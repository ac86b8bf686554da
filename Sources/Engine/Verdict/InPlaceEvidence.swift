/// A sample beside many banks of random vectors in its place.
struct InPlaceEvidence: Sendable {
  /// The shares of features by each of `kinds`.
  let shares: [BankEvidence.Shares]

  /// The scores that are compared.
  static let kinds: [ScoreKind] = [.centred, .both]

  /// Draws banks.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - moments: Mean and covariance of the whole bank.
  ///   - spectrum: The eigenvectors of the covariance, if they are known.
  ///   - observed: The best scores of the sample by each of `kinds`, [2][m].
  ///   - bankCount: The number of banks.
  ///   - seed: Determines the vectors.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Complexity: 2 · D · C · m floating-point operations for each bank.
  init(
    _ sample: EvidenceSample, _ moments: BankMoments, spectrum: SymmetricEigen? = nil,
    observed: [[Float]], bankCount: Int, seed: UInt64, workers: Int
  ) {
    let labels = sample.labels
    let bank = GaussianBank(moments, spectrum: spectrum, seed: seed)
    let vectors =
      labels.rows + labels.meanDirection.map { Float($0) } + moments.mean.map { Float($0) }
    let operand = bank.operand(vectors, count: labels.count + 2)
    let scores = Self.kinds.compactMap {
      Score.make($0, labels: labels, context: ScoreContext(bankMean: moments.mean))
    }
    let null = mapInParallel(count: bankCount, workers: workers) { index in
      let drawn = bank.draw(tile: index, rows: sample.count, room: 0)
      return Self.best(drawn, operand, labels: labels, scores: scores)
    }
    shares = mapInParallel(count: Self.kinds.count, workers: workers) { kind in
      BankEvidence.judge(
        observed[kind], beside: null.map { $0[kind] },
        strata: [Int](repeating: 0, count: sample.count), strataCount: 1
      ).shares
    }
  }

  /// The best score of each vector by each score.
  private static func best(
    _ drawn: (vectors: [Float], factors: [Float]), _ operand: [Float], labels: LabelSide,
    scores: [Score]
  ) -> [[Float]] {
    let (stride, width) = (labels.count + 2, labels.width + 1)
    var products = [Float](repeating: 0, count: EvidenceSample.tileRows * stride)
    var best = scores.map { _ in [Float]() }
    for start in Swift.stride(from: 0, to: drawn.factors.count, by: EvidenceSample.tileRows) {
      let end = min(start + EvidenceSample.tileRows, drawn.factors.count)
      var target = products.mutableSpan
      BLAS.gemm(
        drawn.vectors.span.extracting((start * width)..<(end * width)), operand.span,
        opB: .transpose, m: end - start, n: stride, k: width, into: &target)
      for row in start..<end {
        let (first, factor) = ((row - start) * stride, drawn.factors[row])
        let facts = Score.RowFacts(
          meanCosine: factor * products[first + labels.count],
          bankMeanCosine: factor * products[first + labels.count + 1], productFactor: factor)
        let own = products.span.extracting(first..<(first + labels.count))
        for (kind, score) in scores.enumerated() {
          best[kind].append(score.best(own, facts).score)
        }
      }
    }
    return best
  }
}
