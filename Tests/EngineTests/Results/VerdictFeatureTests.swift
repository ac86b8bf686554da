import Testing

@testable import Engine

/// What a verdict says of a feature, of a label, and of a run.
@Suite struct VerdictFeatureTests {
  let place: TemporaryDirectory
  let sample: SampleRun

  init() throws {
    place = try TemporaryDirectory()
    sample = try SampleRun(
      path: place.path + "/run", features: [0, 1, 2, 3, 4], labels: ["cat", "dog", "tree"],
      unread: [2], seed: 12)
    try sample.writeVerdict(
      numbers: [
        ("dec.lin.raw.score", [0.5, 0.25, .nan, 0.75, 1]),
        ("dec.lin.centred.score", [5, 4, .nan, 3, 2]),
        ("dec.lin.centred.p", [0.05, 0.5, .nan, 0.0625, 0.01]),
        ("dec.lin.centred.p_in_place", [0.5, 0.25, .nan, 1, 1]),
        ("truth.density", [0.5, 0.25, .nan, 0, 1]),
      ],
      integers: [
        ("dec.lin.raw.label_id", [1, 1, -1, 0, 2]),
        ("dec.lin.centred.label_id", [0, 2, -1, 0, 0]),
        ("dec.lin.centred.true_rank", [1, 2, 0, 3, 0]),
        ("enc.lin.centred.label_id", [2, 2, 2, 2, 2]), ("truth.label_id", [0, 1, -1, 1, -1]),
      ])
  }

  @Test func aFeatureHasAReadingForEachScoreOfTheVariantInUse() throws {
    let verdict = try #require(try sample.run.verdict())
    func reading(
      _ score: String, _ label: Int?, _ value: Float?, _ p: Float? = nil, _ inPlace: Float? = nil,
      _ rank: Int? = nil
    ) -> VerdictFiles.Reading {
      .init(score: score, label: label, value: value, p: p, pInPlace: inPlace, trueRank: rank)
    }
    #expect(
      verdict.readings(ofRow: 1) == [
        reading("raw", 1, 0.25), reading("centred", 2, 4, 0.5, 0.25, 2),
      ])
    #expect(verdict.readings(ofRow: 2) == [reading("raw", nil, nil), reading("centred", nil, nil)])
    #expect(verdict.readings(ofRow: 4)[1] == reading("centred", 0, 2, 0.01, 1, nil))
    #expect((0..<5).map { verdict.trueLabel(ofRow: $0) } == [0, 1, nil, 1, nil])
    #expect((0..<5).map { verdict.density(ofRow: $0) } == [0.5, 0.25, nil, 0, 1])
  }

  @Test func aLabelIsWorthWhatItsFeaturesAre() throws {
    let verdict = try #require(try sample.run.verdict())
    // Features 0, 3 and 4 are named cat: p 0.05, 0.0625 and 0.01, right, wrong and not known.
    let cat = try #require(verdict.use(ofLabel: 0))
    #expect(cat.featureCount == 3 && cat.significantCount == 2)
    #expect(cat.right?.count == 1 && cat.right?.of == 2)
    let dog = try #require(verdict.use(ofLabel: 1))
    #expect(dog.featureCount == 0 && dog.significantCount == 0 && dog.right?.of == 0)
  }

  @Test func theSummaryHasWhatTheFileHas() throws {
    let verdict: JSONObject = [
      "form_in_use": "enc.lin",
      "findings": [
        [
          "name": "WORKS", "holds": true, "sentence": "s", "value": 0.75, "interval": [0.5, 1.0],
          "threshold": 0.25, "changed_by": .null,
        ],
        ["name": "PARTIAL", "holds": false, "sentence": "p"],
        ["name": "UNDERPOWERED", "holds": .null, "not_judged": "no banks", "sentence": "n"],
      ],
      "variants": [
        ["id": "dec.lin"],
        [
          "id": "enc.lin", "read": 9, "alignment": ["ratio": 2.5, "null_deviation": 0.5],
          "ceiling": ["efficiency": ["estimate": 0.5, "lower": 0.25, "upper": .null]],
          "scores": [
            ["id": "raw", "hubs": ["effective_labels": 1.0]],
            [
              "id": "centred",
              "hubs": ["effective_labels": 3.5, "top_share": 0.25, "top": [["label": "cat"]]],
              "rotated": [
                "null_share": ["estimate": 0.25, "lower": 0.125, "upper": 0.5], "discoveries": 7,
              ],
              "agreement": [
                "right": ["estimate": 0.5, "lower": 0.25, "upper": 0.75], "permuted": 0.125,
              ],
            ],
          ],
        ],
      ],
    ]
    let summary = VerdictSummary(verdict)
    #expect(
      summary.holding == [
        .init(
          name: "WORKS", sentence: "s", remedy: nil, value: 0.75, interval: 0.5...1, threshold: 0.25
        )
      ])
    #expect(summary.notJudged.map(\.name) == ["UNDERPOWERED"])
    #expect(summary.notJudged.map(\.reason) == ["no banks"])
    #expect(summary.variants.map(\.id) == ["dec.lin", "enc.lin"])
    let form = try #require(summary.inUse)
    #expect(form.id == "enc.lin" && form.readCount == 9)
    #expect(form.alignment?.ratio == 2.5 && form.alignment?.deviation == 0.5)
    #expect(
      form.rotated?.beyond == IntervalEstimate(estimate: 0.75, lower: 0.5, upper: 0.875)
        && form.rotated?.discoveries == 7 && form.inPlace == nil)
    #expect(form.right == IntervalEstimate(estimate: 0.5, lower: 0.25, upper: 0.75))
    #expect(form.permuted == 0.125 && form.efficiency?.upper == .infinity)
    #expect(form.effectiveLabels == 3.5 && form.hub?.label == "cat" && form.hub?.share == 0.25)
  }
}
