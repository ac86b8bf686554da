/// What sets of labels, all together, find in a sample of a bank beside many null banks.
///
/// The figure of a feature is its greatest NES: the score of a set over its mean beside rotated features, of the set of
/// which that is most. Features are high, or upper, by this figure as they are by their best label in `BankEvidence`, and null
/// banks are of the same two kinds, so that what one label in particular does not show is told from chance in the same way.
struct SetEvidence: Sendable, Equatable {
  /// The number of sampled features.
  let sampleCount: Int
  /// The number of null banks of each kind.
  let bankCount: Int
  /// Beside rotated banks.
  let rotated: BankEvidence.Shares
  /// Beside random vectors in the place of the features.
  let inPlace: BankEvidence.Shares
}

extension SetEvidence {
  /// What the evidence is made of.
  struct Question: Sendable {
    /// The labels.
    let labels: LabelSide
    /// The sets.
    let ranking: SetEnrichment
    /// What each score of a set is divided by, above 0.
    let scale: [Double]
    /// The number of null banks of each kind.
    let bankCount: Int
    let seed: UInt64
    let workers: Int
  }

  /// Compares a sample, of as many features as that of a variant beside others, with null banks.
  ///
  /// - Parameters:
  ///   - moments: What is known of the bank, two features at least.
  ///   - question: What is asked.
  /// - Complexity: 2 · D · m · (D + 2 C) floating-point operations for each null bank, and the ranking of the labels of each of
  ///   its m features.
  init(_ moments: BankMoments, _ question: Question) {
    var seeds = SplitMix64(seed: question.seed)
    let sources = (0..<3).map { _ in seeds.next() }
    let sample = EvidenceSample(
      moments, labels: question.labels, axes: nil, limit: BankEvidence.briefSampleLimit,
      seed: sources[0])
    var generator = SplitMix64(seed: sources[1])
    let turns = (0..<question.bankCount).map { _ in generator.next() }
    let observed = question.figures(sample, sample.rows)
    let rotated = mapInParallel(count: turns.count, workers: question.workers) { index in
      question.figures(sample, sample.rotatedRows(seed: turns[index]))
    }
    let bank = GaussianBank(moments, seed: sources[2])
    let operand = bank.operand(
      question.labels.rows + question.labels.meanDirection.map { Float($0) },
      count: question.labels.count + 1)
    let random = mapInParallel(count: question.bankCount, workers: question.workers) { index in
      question.figures(bank.draw(tile: index, rows: sample.count, room: 0), operand)
    }
    sampleCount = sample.count
    bankCount = question.bankCount
    self.rotated =
      BankEvidence.judge(
        observed, beside: rotated, strata: sample.strata, strataCount: sample.strataCount
      ).shares
    inPlace =
      BankEvidence.judge(
        observed, beside: random, strata: [Int](repeating: 0, count: sample.count), strataCount: 1
      ).shares
  }
}

extension SetEvidence.Question {
  /// The greatest NES of each of the sampled features, as they are turned, [m].
  fileprivate func figures(_ sample: EvidenceSample, _ rows: [Float]) -> [Float] {
    var products = [Float](repeating: 0, count: EvidenceSample.tileRows * sample.columnCount)
    return figures(count: sample.count) { range in
      sample.multiply(range, of: rows, into: &products)
      return (
        products, sample.columnCount,
        range.map { Score.RowFacts(meanCosine: sample.facts[$0].meanCosine) }
      )
    }
  }

  /// The greatest NES of each of some random vectors, [m].
  fileprivate func figures(
    _ drawn: (vectors: [Float], factors: [Float]), _ operand: [Float]
  ) -> [Float] {
    let (stride, width) = (labels.count + 1, labels.width + 1)
    var products = [Float](repeating: 0, count: EvidenceSample.tileRows * stride)
    func multiply(_ range: Range<Int>) {
      var target = products.mutableSpan
      BLAS.gemm(
        drawn.vectors.span.extracting((range.lowerBound * width)..<(range.upperBound * width)),
        operand.span, opB: .transpose, m: range.count, n: stride, k: width, into: &target)
    }
    return figures(count: drawn.factors.count) { range in
      multiply(range)
      let facts = range.enumerated().map { row, vector in
        Score.RowFacts(
          meanCosine: drawn.factors[vector] * products[row * stride + labels.count],
          productFactor: drawn.factors[vector])
      }
      return (products, stride, facts)
    }
  }

  /// The greatest NES of rows of which products with the labels are at hand tile by tile.
  private func figures(
    count: Int,
    _ multiply: (Range<Int>) -> (products: [Float], stride: Int, facts: [Score.RowFacts])
  ) -> [Float] {
    guard
      let score = Score.make(.centred, labels: labels, context: ScoreContext(bankMean: []))
    else { return [] }
    var figures: [Float] = []
    var row = [Float](repeating: 0, count: labels.count)
    for start in Swift.stride(from: 0, to: count, by: EvidenceSample.tileRows) {
      let (products, stride, facts) = multiply(
        start..<min(start + EvidenceSample.tileRows, count))
      for (index, own) in facts.enumerated() {
        var target = row.mutableSpan
        score.affine.write(
          products.span.extracting((index * stride)..<(index * stride + labels.count)),
          row: score.row(own).row, into: &target, at: 0)
        let scores = ranking.scores(row.span)
        figures.append(
          zip(scores, scale).reduce(0) { max($0, Float(Double($1.0) / $1.1)) })
      }
    }
    return figures
  }
}
