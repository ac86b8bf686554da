internal import Foundation

/// Judges variants of the lens: names features by every score, beside null banks.
struct FormJudge: Sendable {
  /// The labels.
  let labels: LabelSide
  /// 1 / logit scale.
  let temperature: Double
  /// The principal axes of the labels.
  let axes: LabelAxes
  /// The model's own scores of labels, if it was trained with a sigmoid.
  var sigmoid: SigmoidScores?
  /// t_0, [D], if there is one.
  var empty: [Double]?
  /// The number of rotated banks, r, and the most banks of random vectors.
  var rotations = 4
  /// Determines null banks and intervals.
  var seed: UInt64 = 1
  /// The true label of each feature, -1 for none, [n].
  var truth: [Int32]?
  /// What evidence of whole banks is asked for; nil for none.
  var evidence: BankEvidence.Request?
  /// The axes of the labels, which evidence needs.
  var textAxes: TextAxes?
  /// The variants that have whole null banks, a whole sample and the power; all if nil.
  ///
  /// Others have a smaller sample, and no more than `NullTiles.briefLimit` features of a null bank.
  var formsWithPower: [LensForm]?
  /// The variant of the scan, whose probabilities are compared with those of rotated features.
  var formInUse: LensForm?
  /// Groups of features that are not independent of each other, [n].
  var clusters: [Int]?
  /// Whether images are kept from one pass over the features to the next, which saves making them again.
  var keepsImages = false
  /// The number of threads.
  let workers: Int

  /// Makes a judge with the defaults of the command line.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - temperature: 1 / logit scale.
  ///   - workers: The number of threads; the results are the same for any.
  init(labels: LabelSide, temperature: Double, workers: Int) {
    self.labels = labels
    self.temperature = temperature
    self.workers = workers
    axes = LabelAxes(labels, workers: workers)
  }

  /// Judges a variant.
  ///
  /// - Parameters:
  ///   - form: The variant.
  ///   - bank: Its features.
  /// - Returns: What was found; nil if fewer than two features can be read.
  func report(_ form: LensForm, _ bank: JointBank) -> FormReport? {
    let start = ContinuousClock.now
    let moments = BankMoments(bank, keepsImages: keepsImages, workers: workers)
    guard moments.count > 1 else { return nil }
    var bank = bank
    bank.images = moments.images
    let spectrum = moments.spectrum()
    let nullTiles = NullTiles(
      featureCount: bank.count, limit: isBrief(form) ? NullTiles.briefLimit : nil)
    let isNull = nullTiles.among(moments.statuses.map { $0 == .read })
    let views = views(moments, spectrum, areWhole: nullTiles.isWhole)
    let statistics = statistics(views, moments)
    let whitened = whitened(views, moments, spectrum, isRead: isNull)
    let reading = BankReading(
      bank, banks: banks(views, statistics) + whitened.banks, whitening: whitened.whitening,
      sigmoid: sigmoid, truth: truth, nullTiles: nullTiles, workers: workers)
    let strata = Significance.strata(
      reading.bankMeanCosines,
      hasCommon: moments.commonEnergy > BankMoments.leastCommonEnergy)
    let together = strata.map { _ in 0 }
    let namings = reading.namings.filter { !$0.kind.ranksAsRaw }.map { naming in
      FormReport.Naming(
        reading: naming, hubs: LabelUse(naming.labels, labelCount: labels.count),
        rotated: significance(naming.scores, beside: naming.rotatedScores, strata: strata),
        inPlace: significance(
          naming.scores, beside: naming.gaussianScores, strata: together, isIndependent: true))
    }
    return FormReport(
      form: form, width: bank.width, statuses: moments.statuses,
      alignment: Alignment(moments, labels: labels), commonEnergy: moments.commonEnergy,
      bankMeanCosines: reading.bankMeanCosines, nullCount: isNull.count { $0 }, namings: namings,
      scoreFacts: ScoreFacts(reading, axes: axes, labels: labels, truth: truth),
      sample: moments.sample, samplePositions: moments.samplePositions,
      evidence: evidence(form, moments, spectrum),
      control: evidence == nil ? nil : PositiveControl(bank.map, labels: labels, workers: workers),
      confidence: form == formInUse ? confidence(views, moments) : nil,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func isBrief(_ form: LensForm) -> Bool {
    formsWithPower.map { !$0.contains(form) } ?? false
  }

  private func confidence(_ views: [BankView], _ moments: BankMoments) -> NamingConfidence? {
    moments.sample.isEmpty
      ? nil
      : NamingConfidence(
        Array(views.prefix(1 + rotations)), sample: moments.sample, labels: labels,
        temperature: temperature, workers: workers)
  }

  private func evidence(
    _ form: LensForm, _ moments: BankMoments, _ spectrum: SymmetricEigen
  ) -> BankEvidence? {
    guard var request = evidence, let textAxes else { return nil }
    if isBrief(form) {
      request.sampleLimit = BankEvidence.briefSampleLimit
      request.asksForPower = false
    }
    return BankEvidence(
      moments, spectrum: spectrum, labels: labels, axes: textAxes, request, workers: workers)
  }

  private func significance(
    _ scores: [Float], beside nullScores: [[Float]], strata: [Int], isIndependent: Bool = false
  ) -> Significance? {
    nullScores.isEmpty
      ? nil
      : Significance(
        scores, beside: nullScores, strata: strata, isIndependent: isIndependent,
        clusters: clusters, workers: workers)
  }

  /// The random vectors that are enough: more banks are not made.
  private static let gaussianLimit = 1 << 16

  /// The real bank, rotated banks, and random vectors in the place of the features.
  private func views(
    _ moments: BankMoments, _ spectrum: SymmetricEigen, areWhole: Bool
  ) -> [BankView] {
    let fixed = moments.fixedDirections(labels)
    // Null banks of one number are made of the same random numbers in every variant.
    let seeds = (0..<rotations).map { seed &+ 0x9E37_79B9 &* UInt64($0 + 1) }
    let rotated = mapInParallel(count: rotations, workers: workers) { index in
      var generator = SplitMix64(seed: seeds[index])
      let rotation = NullRotation(fixing: fixed, width: labels.width, using: &generator)
      return BankView(
        .rotated(rotation), labels: labels, moments: moments, axes: axes, empty: empty)
    }
    let random = areWhole ? min(rotations, max(1, Self.gaussianLimit / moments.count)) : 1
    let gaussian = mapInParallel(count: random, workers: workers) { index in
      BankView(
        .gaussian(GaussianBank(moments, spectrum: spectrum, seed: ~seeds[index])),
        labels: labels, moments: moments, axes: axes, empty: empty)
    }
    let real = BankView(.real, labels: labels, moments: moments, axes: axes, empty: empty)
    return [real] + rotated + gaussian
  }

  /// Statistics of the centred scores of each bank over the sample.
  private func statistics(_ views: [BankView], _ moments: BankMoments) -> [ColumnStatistics] {
    let sample = SampleMoments(moments.sample, labels: labels, workers: workers)
    return mapInParallel(count: views.count, workers: workers) { index in
      if case .rotated(let rotation) = views[index].kind {
        return ColumnStatistics(moments: sample.columns(rotation), temperature: temperature)
      }
      return ColumnStatistics(
        scores: views[index].centredScores(moments.sample, labels: labels),
        labelCount: labels.count, temperature: temperature, isWhole: index == 0)
    }
  }

  /// Each bank with its scores.
  private func banks(
    _ views: [BankView], _ statistics: [ColumnStatistics]
  ) -> [(view: BankView, scores: [Score])] {
    views.indices.map { index in
      let context = ScoreContext(
        bankMean: views[index].mean, columns: statistics[index],
        nullColumns: pooled(statistics.dropFirst().prefix(rotations)), empty: empty, axes: axes)
      let kinds = ScoreKind.allCases.filter {
        $0 != .whitened && (index == 0 || $0.hasNullBanks)
      }
      return (views[index], kinds.compactMap { Score.make($0, labels: labels, context: context) })
    }
  }

  /// Mean and deviation of each label over the features of all rotated banks.
  private func pooled(
    _ statistics: ArraySlice<ColumnStatistics>
  ) -> (means: [Double], deviations: [Double])? {
    guard !statistics.isEmpty else { return nil }
    let count = Double(statistics.count)
    let means = (0..<labels.count).map { j in
      statistics.reduce(0) { $0 + $1.means[j] } / count
    }
    let deviations = (0..<labels.count).map { j in
      let squares = statistics.reduce(0.0) {
        $0 + $1.deviations[j] * $1.deviations[j] + $1.means[j] * $1.means[j]
      }
      return max(0, squares / count - means[j] * means[j]).squareRoot()
    }
    return (means, deviations)
  }
}

extension BankView {
  /// The centred scores of a bank's features.
  ///
  /// - Parameters:
  ///   - images: Unit images of the real bank, [m, D].
  ///   - labels: The labels.
  /// - Returns: The scores, [m, C].
  func centredScores(_ images: [Float], labels: LabelSide) -> [Float] {
    let (width, count) = (labels.width, images.count / labels.width)
    guard
      let score = Score.make(
        .centred, labels: labels, context: ScoreContext(bankMean: mean))
    else { return [] }
    var scores = [Float](repeating: 0, count: count * labelCount)
    var room = Room(rows: JointBank.tileRows, view: self)
    var tile = [Float](repeating: 0, count: JointBank.tileRows * width)
    for start in stride(from: 0, to: count, by: JointBank.tileRows) {
      let rows = min(JointBank.tileRows, count - start)
      for index in 0..<(rows * width) { tile[index] = images[start * width + index] }
      let facts = multiply(
        tile.span, rows: rows, tile: start / JointBank.tileRows, into: &room)
      var target = scores.mutableSpan
      for row in 0..<rows {
        let first = row * columnCount
        score.affine.write(
          room.products.span.extracting(first..<(first + labelCount)),
          row: score.row(facts[row]).row, into: &target, at: (start + row) * labelCount)
      }
    }
    return scores
  }
}
