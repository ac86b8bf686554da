@testable import Engine
import Testing

@Suite struct BankEvidenceTests {
  @Test func limitsAreOrderStatisticsUpwards() {
    let test = AggregateTest(200, beside: (1...200).map(Double.init))
    #expect(test.limit == 200 && !test.exceeds && test.median == 100.5)
    #expect(test.pValue == 2.0 / 201)
    let beyond = AggregateTest(200.5, beside: (1...200).map(Double.init))
    #expect(beyond.exceeds && beyond.pValue == 1.0 / 201)
    // 0.995 · 999 = 994.005: the 996th of a thousand.
    #expect(AggregateTest(0, beside: (1...1000).map(Double.init)).limit == 996)
    #expect(upperQuantile(ofSorted: [1, 2, 3, 4], share: 0.5) == 3)
    #expect(upperQuantile(ofSorted: [1, 2, 3], share: 0.5) == 2)
    #expect(upperQuantile(ofSorted: [1, 2], share: 1) == 2)
  }

  /// Shares count features at the edge of their own stratum's pool.
  @Test func sharesAreOfStrata() {
    let null: [[Float]] = (0..<10).map { bank in [Float(bank), Float(bank), 100 + Float(bank)] }
    let (shares, pools) = BankEvidence.judge(
      [9, 5, 104], beside: null, strata: [0, 0, 1], strataCount: 2)
    #expect(pools.map(\.count) == [20, 10])
    // Edges: the 95 % quantiles are 9 and 109, the medians 5 and 105.
    #expect(shares.share.observed == 1.0 / 3 && shares.half.observed == 2.0 / 3)
    #expect(shares.share.limit == 1 && shares.half.limit == 1)
  }

  private static func evidence(
    _ bank: JointBank, _ labels: LabelSide, banks: Int, workers: Int = 2, seed: UInt64 = 1,
    power: Bool = false
  ) -> BankEvidence {
    var request = BankEvidence.Request(bankCount: banks, seed: seed)
    request.asksForPower = power
    request.plantedBanks = 10
    request.cosines = [0.15, 0.9]
    return BankEvidence(
      BankMoments(bank, workers: workers), labels: labels, axes: TextAxes(labels), request,
      workers: workers)
  }

  /// Labels with noise are beyond null banks of both kinds by every test, and lie where texts do.
  @Test func plantedFeaturesAreBeyondNullBanks() throws {
    let width = 32
    var generator = SplitMix64(seed: 401)
    var texts = generator.normals(40 * width).enumerated().map {
      Float($1) * ($0 % width < 6 ? 2 : 0.6)
    }
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    let noise = generator.normals(120 * width)
    let planted = noise.indices.map { index in
      texts[(index / width % 20) * width + index % width] + 0.05 * Float(noise[index])
    }
    let labels = LabelSide(texts, count: 40, width: width)
    let found = Self.evidence(RotatedEvidenceTests.bank(planted, width: width), labels, banks: 40)
    #expect(found.beatsNull && found.exceedsRotated && found.exceedsInPlace)
    for kind in [ScoreKind.raw, .centred, .both] {
      #expect(found.rotated[kind]?.share.exceeds == true)
      #expect(found.rotated[kind]?.share.pValue == 1.0 / 41)
    }
    #expect(found.alignment.exceeds && found.textSpan.exceeds)
    #expect(found.power == nil)
    #expect(found.labelUse.counts.prefix(20).allSatisfy { $0 == 6 })
    #expect(abs(found.labelUse.nullShares.reduce(0, +) - 1) < 1e-9)
    #expect(found.labelUse.effectiveLabels.observed == 20)
    let asked = Self.evidence(
      RotatedEvidenceTests.bank(planted, width: width), labels, banks: 40, power: true)
    #expect(asked.power?.points.map(\.cosine) == [0.15, 0.9])
    #expect(asked.power?.points.last?.power.estimate == 1)
    #expect(asked.rotated == found.rotated && asked.inPlace == found.inPlace)
  }

  /// Banks without label information, with a common component: by each test the bank is one of 20 that are alike, so its rank among
  /// its 19 null banks is any with the same probability.
  ///
  /// Of 60 banks the mean p-value of a test, of which a single one has a deviation of
  /// 0.288, is within four deviations of 0.525.
  @Test func nullBanksAreLikeTheirNulls() {
    var (ratios, shares, halves, inPlace): ([Double], [Double], [Double], [Double]) = (
      [], [], [], []
    )
    for seed in 0..<60 {
      let source = BankSample(features: 24, labels: 15, width: 12, seed: UInt64(500 + seed))
      var request = BankEvidence.Request(bankCount: 19, seed: UInt64(seed))
      request.asksForPower = false
      let found = BankEvidence(
        BankMoments(source.bank, workers: 1), labels: source.labels,
        axes: TextAxes(source.labels), request, workers: 2)
      ratios.append(found.alignment.pValue)
      shares.append(found.rotated[.centred]?.share.pValue ?? .nan)
      halves.append(found.rotated[.both]?.half.pValue ?? .nan)
      inPlace.append(found.inPlace[.centred]?.half.pValue ?? .nan)
    }
    for (values, name) in [(ratios, "rho")] {
      let mean = values.reduce(0, +) / 60
      #expect(abs(mean - 0.525) < 4 * 0.288 / 60.0.squareRoot(), "\(name): \(mean)")
    }
    // Shares have ties, which count against the bank: p-values are greater, never smaller.
    for (values, name) in [(shares, "share"), (halves, "half"), (inPlace, "in place")] {
      let mean = values.reduce(0, +) / 60
      #expect(mean > 0.525 - 4 * 0.288 / 60.0.squareRoot(), "\(name): \(mean)")
      #expect(mean < 0.85, "\(name): \(mean)")
    }
  }

  @Test func evidenceIsTheSameForAnyNumberOfThreads() {
    let source = BankSample(features: 300, labels: 21, width: 16, seed: 402)
    let found = [1, 3].map {
      Self.evidence(source.bank, source.labels, banks: 24, workers: $0, power: true)
    }
    #expect(found[0].rotated == found[1].rotated && found[0].inPlace == found[1].inPlace)
    #expect(
      found[0].alignment == found[1].alignment && found[0].power == found[1].power
        && found[0].power != nil)
    #expect(found[0].textSpan == found[1].textSpan && found[0].labelUse == found[1].labelUse)
    let other = Self.evidence(source.bank, source.labels, banks: 24, seed: 2)
    #expect(other.rotated != found[0].rotated && other.inPlace != found[0].inPlace)
  }

  /// Features that are all the same have neither ratio nor shares beyond chance, and nothing is undefined.
  @Test func equalFeaturesAreNoEvidence() {
    let source = BankSample(features: 5, labels: 9, width: 8, seed: 403)
    let equal = (0..<6).flatMap { _ in (0..<8).map { Float($0 % 3) + 0.5 } }
    let found = Self.evidence(
      RotatedEvidenceTests.bank(equal, width: 8), source.labels, banks: 20)
    #expect(found.alignment.observed == 0 && !found.alignment.exceeds)
    #expect(found.rotated.values.allSatisfy { $0.share.observed.isFinite })
  }
}
