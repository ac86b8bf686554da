/// A rotated sample in some features of which labels are planted.
struct PlantedBank: Sendable {
  /// What is found at one cosine.
  struct Finding: Sendable {
    /// The share of features at or over the null's upper quantile, and over its median, by the centred score.
    var shares = (share: 0.0, half: 0.0)
    /// ρ.
    var ratio = 0.0
    /// How many planted features have the planted label first.
    var named = 0
    /// How many planted features are significant for themselves.
    var significant = 0
  }

  /// The labels that are planted, and what their planting needs.
  struct Choice: Sendable {
    /// The labels as positions among those that take part, [L].
    let labels: [Int]
    /// |t - (t·m) m| of each, [L].
    let lengths: [Float]
    /// t' · t_j, t' = t - (t·m) m made a unit vector, [L, C].
    let products: [Float]

    /// The most labels that are planted.
    static let limit = 512

    /// Chooses labels at random among those that are not their mean.
    init(_ side: LabelSide, seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      let usable = side.centredLengths.indices.filter {
        side.centredLengths[$0] > LabelSide.leastCentredLength
          && side.squaresOffMean[$0] > 1e-6
      }
      let chosen = generator.permutation(of: usable.count).prefix(Self.limit).map { usable[$0] }
        .sorted()
      let lengths = chosen.map { side.squaresOffMean[$0].squareRoot() }
      var rows: [Float] = []
      rows.reserveCapacity(chosen.count * side.width)
      for (label, length) in zip(chosen, lengths) {
        for p in 0..<side.width {
          let along = side.meanCosines[label] * side.meanDirection[p]
          rows.append(Float((Double(side.rows[label * side.width + p]) - along) / length))
        }
      }
      var products = [Float](repeating: 0, count: chosen.count * side.count)
      var target = products.mutableSpan
      BLAS.gemm(
        rows.span, side.rows.span, opB: .transpose, m: chosen.count, n: side.count, k: side.width,
        into: &target)
      labels = chosen
      self.lengths = lengths.map { Float($0) }
      self.products = products
    }
  }

  /// What is kept of one cosine while features are read.
  private struct Reading {
    let cosine: Float
    var best: [Float] = []
    var sums: ProductSums
    /// What features are multiplied by in the sum of all, [m].
    var weights: [Float] = []
    /// What labels are, [C + r].
    var labelWeights: [Float]
    var named = 0
    var significant = 0
  }

  let sample: EvidenceSample
  let choice: Choice
  /// The planted label of each feature as a position in `choice.labels`, -1 for none, [m].
  let planted: [Int]
  /// The features, turned, and the mean of the bank, [m + 1, D].
  let rows: [Float]

  /// Rotates a sample afresh, and chooses what is planted.
  ///
  /// - Parameters:
  ///   - sample: The sample.
  ///   - choice: The labels.
  ///   - share: The share of features that get a label; one at least does.
  ///   - seed: Determines rotation and choice.
  init(_ sample: EvidenceSample, _ choice: Choice, share: Double, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    rows = sample.rotatedRows(seed: generator.next())
    let count = max(1, Int((share * Double(sample.count)).rounded()))
    var planted = [Int](repeating: -1, count: sample.count)
    for feature in generator.permutation(of: sample.count).prefix(count) {
      planted[feature] = generator.nextIndex(below: choice.labels.count)
    }
    (self.sample, self.choice, self.planted) = (sample, choice, planted)
  }

  /// The number of planted features.
  var plantedCount: Int { planted.count { $0 >= 0 } }
}

extension PlantedBank {
  /// Reads the bank, planted at each of some cosines.
  ///
  /// Products of planted features are sums of those of the feature and of its label,
  ///
  ///     x_ij = A_i x_ij + B_i t'·t_j     A = √(1 - c²)/√(1 - d²), B = |v'| (c - A d), d = the cosine of v' and t'
  ///
  /// with x what features have in common with labels where nothing lies along m, so that one product does for all.
  ///
  /// - Parameters:
  ///   - cosines: c, from 0 to 1.
  ///   - pools: Best centred scores of rotated features by stratum.
  /// - Returns: What is found at each.
  func findings(_ cosines: [Double], beside pools: [EmpiricalNull]) -> [Finding] {
    let (labels, stride) = (sample.labels, sample.columnCount)
    guard
      let score = Score.make(.centred, labels: labels, context: ScoreContext(bankMean: []))
    else { return [] }
    let along = AffineScores.alongLabels(labels)
    var readings = cosines.map {
      Reading(
        cosine: Float($0), sums: ProductSums(count: labels.count),
        labelWeights: [Float](repeating: 0, count: stride))
    }
    var products = [Float](repeating: 0, count: EvidenceSample.tileRows * stride)
    var row = [Float](repeating: 0, count: labels.count)
    for start in Swift.stride(from: 0, to: sample.count, by: EvidenceSample.tileRows) {
      let end = min(start + EvidenceSample.tileRows, sample.count)
      sample.multiply(start..<end, of: rows, into: &products)
      for feature in start..<end {
        let first = (feature - start) * stride
        var target = row.mutableSpan
        along.write(
          products.span.extracting(first..<(first + labels.count)),
          row: AffineScores.Row(shift: sample.facts[feature].meanCosine), into: &target, at: 0)
        for index in readings.indices {
          add(feature, row, score: score, pools: pools, to: &readings[index])
        }
      }
    }
    return readings.map { finding($0, pools: pools) }
  }

  /// Adds one feature, given what it has in common with labels where nothing lies along m.
  private func add(
    _ feature: Int, _ own: [Float], score: Score, pools: [EmpiricalNull], to reading: inout Reading
  ) {
    let facts = sample.facts[feature]
    let place = planted[feature]
    let length = max(0, 1 - facts.meanCosine * facts.meanCosine).squareRoot()
    var row = own
    var weight: Float = 1
    if place >= 0, length > 1e-3 {
      let label = choice.labels[place]
      let cosine = own[label] / (choice.lengths[place] * length)
      weight = ((1 - reading.cosine * reading.cosine) / max(1e-6, 1 - cosine * cosine)).squareRoot()
      let added = length * (reading.cosine - weight * cosine)
      let start = place * own.count
      Self.combine(
        &row, weight, choice.products.span.extracting(start..<(start + own.count)), added)
      reading.labelWeights[label] += added / choice.lengths[place]
    }
    reading.weights.append(weight)
    reading.sums.add(row.span)
    // What lies along m is not in the products, so its shift has been taken off.
    let scale = length > 1e-3 ? 1 / length : 0
    let best = score.affine.best(row.span, row: AffineScores.Row(factor: scale))
    reading.best.append(best.score)
    guard place >= 0 else { return }
    if Int(best.label) == choice.labels[place] { reading.named += 1 }
    let p = pools[sample.strata[feature]].pValue(of: Double(best.score))
    if p <= PowerCurve.individualLevel { reading.significant += 1 }
  }

  /// Replaces x by a x + b y.
  private static func combine(_ x: inout [Float], _ a: Float, _ y: Span<Float>, _ b: Float) {
    var target = x.mutableSpan
    for j in y.indices { target[j] = a * target[j] + b * y[j] }
  }

  private func finding(_ reading: Reading, pools: [EmpiricalNull]) -> Finding {
    func share(_ quantile: Double) -> Double {
      let edges = pools.map { Float(upperQuantile(ofSorted: $0.sorted, share: quantile)) }
      let count = reading.best.indices.count { reading.best[$0] >= edges[sample.strata[$0]] }
      return Double(count) / Double(sample.count)
    }
    let trace = sample.trace(mean: mean(reading).span) * sample.labelTrace
    let inner = Double(sample.labels.width - 1)
    return Finding(
      shares: (share(1 - Significance.level), share(0.5)),
      ratio: trace > RotatedEvidence.leastTrace
        ? inner * reading.sums.residual(rows: sample.count) / trace : 0,
      named: reading.named, significant: reading.significant)
  }

  /// The mean of the planted features where nothing lies along m, [D].
  private func mean(_ reading: Reading) -> [Float] {
    let (width, scale) = (sample.labels.width, 1 / Float(sample.count))
    var mean = [Float](repeating: 0, count: width)
    var target = mean.mutableSpan
    BLAS.gemm(
      reading.weights.span, rows.span, m: 1, n: width, k: sample.count, alpha: scale,
      into: &target)
    BLAS.gemm(
      sample.columns.span, reading.labelWeights.span, m: width, n: 1, k: sample.columnCount,
      alpha: scale,
      beta: 1, into: &target)
    return mean
  }
}

extension PowerCurve {
  /// Plants labels in rotations of a sample.
  ///
  /// - Parameters:
  ///   - evidence: The sample beside its rotations.
  ///   - cosines: The cosines, rising.
  ///   - share: The share of features that are planted.
  ///   - seeds: One for each planted bank.
  ///   - choiceSeed: Determines the labels that can be planted.
  ///   - workers: The number of threads; the result is the same for any.
  init(
    _ evidence: RotatedEvidence, cosines: [Double], share: Double, seeds: [UInt64],
    choiceSeed: UInt64, workers: Int
  ) {
    let sample = evidence.sample
    let choice = PlantedBank.Choice(sample.labels, seed: choiceSeed)
    let (centred, pools) = (evidence.shares[1], evidence.pools[1])
    let banks = mapInParallel(count: seeds.count, workers: workers) { index in
      let bank = PlantedBank(sample, choice, share: share, seed: seeds[index])
      return (bank.plantedCount, bank.findings(cosines, beside: pools))
    }
    let planted = Double(banks.reduce(0) { $0 + $1.0 })
    points = cosines.indices.map { index in
      let findings = banks.map { $0.1[index] }
      let found = findings.count {
        $0.shares.share > centred.share.limit || $0.shares.half > centred.half.limit
          || $0.ratio > evidence.alignment.limit
      }
      return Point(
        cosine: cosines[index],
        power: IntervalEstimate.clopperPearson(successes: found, of: seeds.count),
        named: Double(findings.reduce(0) { $0 + $1.named }) / planted,
        significant: Double(findings.reduce(0) { $0 + $1.significant }) / planted)
    }
    plantedShare = share
    bankCount = seeds.count
  }
}
