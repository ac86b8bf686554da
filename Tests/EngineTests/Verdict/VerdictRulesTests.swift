import Foundation
import Testing

@testable import Engine

/// Every rule on both sides of its threshold, on figures of a lens that works.
@Suite struct VerdictRulesTests {
  /// A change of one figure, and what becomes of a verdict.
  struct Case: Sendable, CustomStringConvertible {
    let name: VerdictName
    let holds: Bool
    let note: String
    let change: @Sendable (inout VerdictEvidence) -> Void

    var description: String { "\(name.rawValue) \(holds) \(note)" }

    init(
      _ name: VerdictName, _ holds: Bool, _ note: String,
      _ change: @escaping @Sendable (inout VerdictEvidence) -> Void
    ) {
      (self.name, self.holds, self.note, self.change) = (name, holds, note, change)
    }
  }

  static func interval(_ lower: Double, _ upper: Double) -> IntervalEstimate {
    IntervalEstimate(estimate: (lower + upper) / 2, lower: lower, upper: upper)
  }

  /// A test with a limit of 0.1.
  static func test(_ observed: Double) -> AggregateTest {
    AggregateTest(observed, beside: [0.1, 0.1, 0.1])
  }

  static let naming = VerdictEvidence.Naming(
    rotated: interval(0.7, 0.9), inPlace: interval(0.6, 0.8), beatsNull: true,
    pValues: (0.005, 0.005), power: interval(0.9, 1), excess: interval(0.2, 0.3))

  /// A lens that works, of which everything is known.
  static let working = VerdictEvidence(
    featureCount: 100, labelCount: 50,
    confidence: .known(NamingConfidence(entropy: 0.5, best: 0.9, nullBest: 0.8)),
    labelUse: .known(.init(effective: (40, 45), hub: nil)),
    reference: .known(.init(label: "sky", share: interval(0, 0.04))),
    gap: .known(
      .init(
        isAgreement: true, raw: 0.8, centred: 0.9, difference: interval(-0.4, -0.3), isReal: true)),
    naming: .known(naming),
    strata: .known([
      .init(
        name: "dense", featureCount: 25, beyond: interval(0.4, 0.6), excess: interval(0.1, 0.2))
    ]),
    textSpan: .known(.init(value: 0.5, limit: 0.4)), model: .known(.init(value: 0.6, limit: 0.02)),
    drift: .known(.init(skipping: 0.5, whole: 0.6, difference: interval(0.1, 0.3))),
    reconstruction: .known(.init(unexplained: 0.2, turned: 1)),
    vocabularies: .known([vocabulary(0.5, inUse: 0.6)]),
    table: .known(
      .init(
        name: "identity", isIdentity: true, agreement: 1, identityAgreement: 1, pValue: 1e-30)),
    efficiency: .known(interval(0.7, 0.9)))

  static func vocabulary(
    _ share: Double, inUse: Double, isSets: Bool = false, exceedsInPlace: Bool = true
  ) -> VerdictEvidence.Vocabulary {
    VerdictEvidence.Vocabulary(
      name: "other", isSets: isSets, share: test(share), exceedsInPlace: exceedsInPlace,
      shareInUse: inUse)
  }

  static func holding(_ evidence: VerdictEvidence) -> [VerdictName] {
    VerdictRules(evidence: evidence).findings.filter(\.holds).map(\.name)
  }

  static func naming(
    _ change: @escaping @Sendable (inout VerdictEvidence.Naming) -> Void
  ) -> @Sendable (inout VerdictEvidence) -> Void {
    { evidence in
      var naming = Self.naming
      change(&naming)
      evidence.naming = .known(naming)
    }
  }

  static func hub(_ share: Double, effective: Double = 40)
    -> @Sendable (inout VerdictEvidence) -> Void
  {
    { $0.labelUse = .known(.init(effective: (effective, 45), hub: ("cat", share, 0.001))) }
  }

  static func stratum(_ lower: Double, _ excess: Double)
    -> @Sendable (inout VerdictEvidence) -> Void
  {
    { evidence in
      naming { $0.rotated = interval(0.3, 0.4) }(&evidence)
      evidence.strata = .known([
        .init(
          name: "dense", featureCount: 25, beyond: interval(lower, 1),
          excess: interval(excess, 0.9))
      ])
    }
  }

  static let cases: [Case] = [
    Case(.loadSuspect, false, "at 0.9") {
      $0.reconstruction = .known(.init(unexplained: 0.45, turned: 0.5))
    },
    Case(.loadSuspect, true, "above") {
      $0.reconstruction = .known(.init(unexplained: 0.4501, turned: 0.5))
    },
    Case(.modelMismatch, true, "at the limit") {
      $0.model = .known(.init(value: 0.02, limit: 0.02))
    },
    Case(.modelMismatch, false, "above") { $0.model = .known(.init(value: 0.021, limit: 0.02)) },
    Case(.driftLimited, true, "upper end under 0") {
      $0.drift = .known(.init(skipping: 0.1, whole: 0.6, difference: interval(-0.3, -1e-9)))
    },
    Case(.driftLimited, false, "upper end 0") {
      $0.drift = .known(.init(skipping: 0.1, whole: 0.6, difference: interval(-0.3, 0)))
    },
    Case(.indexPermuted, true, "p under 1e-6") {
      $0.table = .known(
        .init(
          name: "a listing", isIdentity: false, agreement: 1, identityAgreement: 0, pValue: 9e-7))
    },
    Case(.indexPermuted, false, "p of 1e-6") {
      $0.table = .known(
        .init(
          name: "a listing", isIdentity: false, agreement: 1, identityAgreement: 0, pValue: 1e-6))
    },
    Case(.indexPermuted, false, "identity") { _ in },
    Case(.degenerateTemperature, false, "at 0.98") {
      $0.confidence = .known(NamingConfidence(entropy: 0.98, best: 0.02, nullBest: 0.02))
    },
    Case(.degenerateTemperature, true, "above") {
      $0.confidence = .known(NamingConfidence(entropy: 0.9801, best: 0.02, nullBest: 0.02))
    },
    Case(.falseConfidence, true, "at the null's quantile") {
      $0.confidence = .known(NamingConfidence(entropy: 0.5, best: 0.8, nullBest: 0.8))
    },
    Case(.falseConfidence, false, "above it") {
      $0.confidence = .known(NamingConfidence(entropy: 0.5, best: 0.8001, nullBest: 0.8))
    },
    Case(.falseConfidence, false, "at 10/C") {
      $0.confidence = .known(NamingConfidence(entropy: 0.5, best: 0.2, nullBest: 0.8))
    },
    Case(.falseConfidence, true, "above 10/C") {
      $0.confidence = .known(NamingConfidence(entropy: 0.5, best: 0.2001, nullBest: 0.8))
    },
    Case(.labelCollapse, true, "few labels", hub(0.05, effective: 8.99)),
    Case(.labelCollapse, false, "labels enough", hub(0.05, effective: 9)),
    Case(.labelCollapse, true, "a hub", hub(0.1001)),
    Case(.labelCollapse, false, "a hub at 10 %", hub(0.1)),
    Case(.labelCollapse, true, "21 features") {
      $0.featureCount = 21
      hub(0.5)(&$0)
    },
    Case(.labelCollapse, false, "20 features") {
      $0.featureCount = 20
      hub(0.5)(&$0)
    },
    Case(.biasDominated, false, "at 20 %") {
      $0.reference = .known(.init(label: "sky", share: interval(0.15, 0.25)))
    },
    Case(.biasDominated, true, "above") {
      $0.reference = .known(.init(label: "sky", share: interval(0.15, 0.2502)))
    },
    Case(.gapLimited, true, "lower end above 0") {
      $0.gap = .known(
        .init(
          isAgreement: true, raw: 0.1, centred: 0.9, difference: interval(1e-9, 0.4), isReal: true))
    },
    Case(.gapLimited, false, "lower end 0") {
      $0.gap = .known(
        .init(isAgreement: true, raw: 0.4, centred: 0.9, difference: interval(0, 0.1), isReal: true)
      )
    },
    Case(.gapLimited, false, "nothing at the end") {
      $0.gap = .known(
        .init(
          isAgreement: false, raw: 0.03, centred: 0.07, difference: interval(0.001, 0.1),
          isReal: false))
    },
    Case(.wrongVocabulary, true, "twice as many") {
      $0.vocabularies = .known([vocabulary(0.5, inUse: 0.25)])
    },
    Case(.wrongVocabulary, true, "one of two, which is sets") {
      $0.vocabularies = .known([
        vocabulary(0.5, inUse: 0.4), vocabulary(0.8, inUse: 0.4, isSets: true),
      ])
    },
    Case(.wrongVocabulary, false, "not beyond random vectors in their place") {
      $0.vocabularies = .known([vocabulary(0.9, inUse: 0.1, isSets: true, exceedsInPlace: false)])
    },
    Case(.wrongVocabulary, false, "fewer than twice") {
      $0.vocabularies = .known([vocabulary(0.5, inUse: 0.2501)])
    },
    Case(.wrongVocabulary, false, "not beyond chance") {
      $0.vocabularies = .known([vocabulary(0.1, inUse: 0.01)])
    },
    Case(.notInTextSpan, true, "at the limit") {
      $0.textSpan = .known(.init(value: 0.4, limit: 0.4))
    },
    Case(.notInTextSpan, false, "above") { $0.textSpan = .known(.init(value: 0.401, limit: 0.4)) },
    Case(
      .nullIndistinguishable, false, "beyond its null banks", naming { $0.power = interval(1, 1) }),
    Case(
      .nullIndistinguishable, true, "power 0.8",
      naming {
        $0.beatsNull = false
        $0.power = IntervalEstimate(estimate: 0.8, lower: 0.7, upper: 0.9)
      }),
    Case(
      .underpowered, false, "power 0.8",
      naming {
        $0.beatsNull = false
        $0.power = IntervalEstimate(estimate: 0.8, lower: 0.7, upper: 0.9)
      }),
    Case(
      .nullIndistinguishable, false, "power under 0.8",
      naming {
        $0.beatsNull = false
        $0.power = IntervalEstimate(estimate: 0.799, lower: 0.7, upper: 0.9)
      }),
    Case(
      .underpowered, true, "power under 0.8",
      naming {
        $0.beatsNull = false
        $0.power = IntervalEstimate(estimate: 0.799, lower: 0.7, upper: 0.9)
      }),
    Case(.underpowered, false, "beyond its null banks", naming { $0.power = interval(0, 0.1) }),
    Case(.significantButWrong, true, "lower end 0", naming { $0.excess = interval(0, 0.1) }),
    Case(
      .significantButWrong, false, "lower end above 0", naming { $0.excess = interval(1e-9, 0.1) }),
    Case(
      .significantButWrong, false, "not beyond its null banks",
      naming {
        $0.beatsNull = false
        $0.excess = interval(-0.1, 0)
      }),
    Case(
      .works, true, "lower ends 0.5",
      naming {
        $0.rotated = interval(0.5, 0.7)
        $0.inPlace = interval(0.5, 0.7)
      }),
    Case(.works, false, "beside rotated ones", naming { $0.rotated = interval(0.4999, 0.7) }),
    Case(.works, false, "beside random ones", naming { $0.inPlace = interval(0.4999, 0.7) }),
    Case(.works, false, "agreement", naming { $0.excess = interval(0, 0.2) }),
    Case(.works, true, "without truth", naming { $0.excess = nil }),
    Case(.partial, true, "lower end 0.5", stratum(0.5, 0.1)),
    Case(.partial, false, "under 0.5", stratum(0.4999, 0.1)),
    Case(.partial, false, "agreement", stratum(0.5, 0)),
    Case(.partial, false, "works on all") {
      $0.strata = .known([
        .init(name: "dense", featureCount: 25, beyond: interval(0.8, 1), excess: interval(0.1, 0.2))
      ])
    },
    Case(.partial, false, "not beyond its null banks") { evidence in
      stratum(0.9, 0.1)(&evidence)
      naming {
        $0.rotated = interval(0.3, 0.4)
        $0.beatsNull = false
      }(&evidence)
    },
    Case(.atReference, true, "reaches 0.95") { $0.efficiency = .known(interval(0.8, 0.95)) },
    Case(.atReference, false, "does not") { $0.efficiency = .known(interval(0.8, 0.9499)) },
    Case(.atReference, false, "without agreement") {
      $0.efficiency = .known(interval(0.2, 3))
      naming { $0.excess = interval(0, 0.2) }(&$0)
    },
  ]

  @Test(arguments: cases) func aRuleHoldsOnOneSideOfItsThreshold(_ example: Case) {
    var evidence = Self.working
    example.change(&evidence)
    let finding = VerdictRules(evidence: evidence).finding(example.name)
    #expect(finding.holds == example.holds)
  }

  @Test func aLensThatWorksHasNoOtherVerdict() {
    #expect(Self.holding(Self.working) == [.works])
  }

  /// Names are wrong for a reason that another verdict states: that is what to mend.
  @Test func namesThatAreWrongForAKnownReasonPointAtIt() {
    func remedy(_ evidence: VerdictEvidence) -> String? {
      VerdictRules(evidence: evidence).findings.first { $0.name == .significantButWrong }?.remedy
    }
    var evidence = Self.working
    Self.naming { $0.excess = Self.interval(-0.01, 0.02) }(&evidence)
    #expect(remedy(evidence) == VerdictName.significantButWrong.remedy)
    evidence.reference = .known(.init(label: "sky", share: Self.interval(0.9, 0.99)))
    #expect(Self.holding(evidence).contains(.biasDominated))
    #expect(remedy(evidence) == "mend BIAS-DOMINATED first, and judge again")
    #expect(remedy(Self.working) == VerdictName.significantButWrong.remedy)
  }

  @Test func everyVerdictIsGivenInOrder() {
    let findings = VerdictRules(evidence: Self.working).findings
    #expect(findings.map(\.name) == VerdictName.allCases)
    for finding in findings {
      #expect(!finding.sentence.isEmpty && !finding.definition.isEmpty)
      #expect(finding.value != nil && finding.threshold != nil, "\(finding.name)")
    }
  }

  @Test func whatIsNotKnownIsNotJudgedAndSaysWhy() {
    let unknown = VerdictEvidence(
      featureCount: 0, labelCount: 2, confidence: .missing("a"), labelUse: .missing("b"),
      reference: .missing("c"), gap: .missing("d"), naming: .missing("e"), strata: .missing("f"),
      textSpan: .missing("g"), model: .missing("h"), drift: .missing("i"),
      reconstruction: .missing("j"), vocabularies: .missing("k"), table: .missing("l"),
      efficiency: .missing("m"))
    let findings = VerdictRules(evidence: unknown).findings
    #expect(findings.count == VerdictName.allCases.count)
    let reasons: [VerdictName: String] = [
      .loadSuspect: "j", .modelMismatch: "h", .driftLimited: "i", .indexPermuted: "l",
      .degenerateTemperature: "a", .falseConfidence: "a", .labelCollapse: "b",
      .biasDominated: "c", .gapLimited: "d", .wrongVocabulary: "k", .notInTextSpan: "g",
      .nullIndistinguishable: "e", .underpowered: "e", .significantButWrong: "e", .partial: "e",
      .works: "e", .atReference: "e",
    ]
    for finding in findings {
      #expect(finding.status == .notJudged(reasons[finding.name] ?? ""))
      #expect(finding.sentence == "not judged, because \(reasons[finding.name] ?? "")")
      #expect(finding.value == nil && finding.interval == nil && finding.threshold == nil)
    }
  }

  @Test func partsThatAreNotKnownLeaveTheirOwnRulesAlone() {
    func status(_ name: VerdictName, _ change: (inout VerdictEvidence) -> Void)
      -> VerdictFinding.Status
    {
      var evidence = Self.working
      change(&evidence)
      return VerdictRules(evidence: evidence).finding(name).status
    }
    let withoutTruth = Self.naming { $0.excess = nil }
    #expect(status(.significantButWrong, withoutTruth) == .notJudged("no truth was given"))
    #expect(status(.atReference, withoutTruth) == .notJudged("no truth was given"))
    #expect(status(.works, withoutTruth) == .holds)
    #expect(status(.atReference) { $0.efficiency = .missing("m") } == .notJudged("m"))
    #expect(status(.partial) { $0.strata = .missing("f") } == .notJudged("f"))
    #expect(
      status(.labelCollapse) { $0.featureCount = 20 }
        == .notJudged("20 features are read, expected at least 21"))
    #expect(
      status(.driftLimited) { $0.model = .known(.init(value: 0.02, limit: 0.02)) }
        == .notJudged("the whole model names no more pictures right than chance"))
    #expect(
      status(
        .underpowered,
        Self.naming {
          $0.beatsNull = false
          $0.power = nil
        }) == .notJudged("the power was not computed"))
  }
}
