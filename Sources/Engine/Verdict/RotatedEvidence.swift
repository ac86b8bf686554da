/// A sample beside many rotations of itself.
struct RotatedEvidence: Sendable {
  /// What one bank does.
  struct Measurement: Sendable {
    /// The best score of each feature by each of `EvidenceSample.kinds`, [3][m].
    var best: [[Float]]
    /// How many features each label is the first of by the raw score, [C].
    var counts: [Int]
    /// ρ; 0 if features or labels do not differ.
    var ratio = 0.0
    /// The median over features of what they have along the axes of the texts.
    var energy = 0.0
  }

  /// The sample.
  let sample: EvidenceSample
  /// The sample itself.
  let observed: Measurement
  /// Best scores of rotated features, rising, by score and stratum.
  let pools: [[EmpiricalNull]]
  /// The shares of features at or over the null's upper quantile and over its median, by score.
  let shares: [BankEvidence.Shares]
  /// ρ beside rotations.
  let alignment: AggregateTest
  /// The energy along the axes of the texts beside rotations.
  let energy: AggregateTest
  /// The use of labels.
  let labelUse: BankEvidence.LabelUseTest

  /// Rotates a sample.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - seeds: One for each rotation.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Complexity: 2 · D · m · (C + r + D) floating-point operations for each rotation.
  init(_ sample: EvidenceSample, seeds: [UInt64], workers: Int) {
    let trace = sample.trace(mean: sample.mean.span) * sample.labelTrace
    let observed = Self.measure(sample, sample.rows, trace: trace)
    let null = mapInParallel(count: seeds.count, workers: workers) { index in
      Self.measure(sample, sample.rotatedRows(seed: seeds[index]), trace: trace)
    }
    let judged = mapInParallel(count: EvidenceSample.kinds.count, workers: workers) { kind in
      BankEvidence.judge(
        observed.best[kind], beside: null.map { $0.best[kind] }, strata: sample.strata,
        strataCount: sample.strataCount)
    }
    self.sample = sample
    self.observed = observed
    pools = judged.map(\.pools)
    shares = judged.map(\.shares)
    alignment = AggregateTest(observed.ratio, beside: null.map(\.ratio))
    energy = AggregateTest(observed.energy, beside: null.map(\.energy))
    let uses = observed.counts.indices.map { label in
      Double(null.reduce(0) { $0 + $1.counts[label] }) / Double(null.count * sample.count)
    }
    labelUse = BankEvidence.LabelUseTest(
      counts: observed.counts, nullShares: uses,
      effectiveLabels: AggregateTest(
        Concentration(observed.counts).effectiveCount,
        beside: null.map { Concentration($0.counts).effectiveCount }))
  }
}

extension RotatedEvidence {
  /// Measures the sample, turned.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - rows: The features and the mean of the bank, as they are turned, [m + 1, D].
  ///   - trace: The product of the traces of the covariances of features and labels.
  /// - Returns: The figures.
  static func measure(_ sample: EvidenceSample, _ rows: [Float], trace: Double) -> Measurement {
    let (labels, stride) = (sample.labels, sample.columnCount)
    let scores = sample.scores(rows)
    let rest = AffineScores.alongLabels(labels)
    var result = Measurement(
      best: scores.map { _ in [] }, counts: [Int](repeating: 0, count: labels.count))
    var sums = ProductSums(count: labels.count)
    var energies: [Float] = []
    var products = [Float](repeating: 0, count: EvidenceSample.tileRows * stride)
    var row = [Float](repeating: 0, count: labels.count)
    for start in Swift.stride(from: 0, to: sample.count, by: EvidenceSample.tileRows) {
      let end = min(start + EvidenceSample.tileRows, sample.count)
      sample.multiply(start..<end, of: rows, into: &products)
      for feature in start..<end {
        let (facts, first) = (sample.facts[feature], (feature - start) * stride)
        let own = products.span.extracting(first..<(first + labels.count))
        for (kind, score) in scores.enumerated() {
          let (label, best) = score.best(own, facts)
          result.best[kind].append(best)
          if kind == 0 { result.counts[Int(label)] += 1 }
        }
        var target = row.mutableSpan
        rest.write(own, row: AffineScores.Row(shift: facts.meanCosine), into: &target, at: 0)
        sums.add(row.span)
        energies.append(
          energy(products.span.extracting((first + labels.count)..<(first + stride)), facts))
      }
    }
    let inner = Double(labels.width - 1)
    result.ratio =
      trace > leastTrace ? inner * sums.residual(rows: sample.count) / trace : 0
    result.energy = interpolatedQuantile(
      ofSorted: energies.map(Double.init).sorted(), share: 0.5)
    return result
  }

  /// The product of traces under which features or labels are the same to rounding: each is a difference of
  /// numbers of at most 1 that are rounded to `Float`.
  static let leastTrace = 1e-6

  /// |U v|²/|v'|²; 0 where nothing but rounding is left of v'.
  private static func energy(_ products: Span<Float>, _ facts: Score.RowFacts) -> Float {
    let rest = 1 - Double(facts.meanCosine) * Double(facts.meanCosine)
    return rest > 1e-6 ? Float(sumOfSquares(products) / rest) : 0
  }
}

extension AffineScores {
  /// The products less what lies along the common direction of the labels: s_ij - a_i h_j with the row's
  /// shift a_i.
  static func alongLabels(_ labels: LabelSide) -> AffineScores {
    AffineScores(
      slopes: labels.meanCosines.map { _ in 1 }, shifts: labels.meanCosines,
      constants: labels.meanCosines.map { _ in 0 })
  }
}

extension BankEvidence {
  /// Compares best scores of a bank with those of null banks of as many features.
  ///
  /// - Parameters:
  ///   - best: The best score of each feature, [m].
  ///   - null: Those of null banks, [B][m].
  ///   - strata: The stratum of each feature, [m], also of null features in its place.
  ///   - strataCount: How many strata there are.
  /// - Returns: The two shares, and the best scores of null features by stratum.
  static func judge(
    _ best: [Float], beside null: [[Float]], strata: [Int], strataCount: Int
  ) -> (shares: Shares, pools: [EmpiricalNull]) {
    let pools = StratifiedNull(
      null.flatMap { $0.map(Double.init) }, strata: null.flatMap { _ in strata },
      count: strataCount
    ).strata
    func test(_ quantile: Double) -> AggregateTest {
      let edges = pools.map {
        Float(upperQuantile(ofSorted: $0.sorted, share: quantile))
      }
      func share(_ best: [Float]) -> Double {
        var count = 0
        for (score, stratum) in zip(best, strata) where score >= edges[stratum] { count += 1 }
        return Double(count) / Double(best.count)
      }
      return AggregateTest(share(best), beside: null.map(share))
    }
    return (Shares(share: test(1 - Significance.level), half: test(0.5)), pools)
  }
}
