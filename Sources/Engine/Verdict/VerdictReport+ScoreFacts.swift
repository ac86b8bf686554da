extension VerdictReport {
  /// What is worth knowing of all variants' scores.
  var scoreFacts: JSONValue {
    ["empty_prompt": verdict.emptyPrompt.json(verdict.digests)]
  }

  /// What a reader of the scores should know, one line each.
  public var scoreNotices: [String] {
    reports.flatMap { report in
      report.scoreFacts.notices.map { "\(report.form.rawValue) \($0)" }
    }
  }

  /// What is worth knowing of the scores of a variant.
  func json(_ facts: ScoreFacts) -> JSONObject {
    [
      "signs": .array(facts.signs.map { .object(Self.json($0)) }),
      "same_as_raw": .array(
        facts.sameAsRaw.map {
          ["score": .string($0.kind.rawValue), "differing": .integer($0.differing)]
        }),
      "abtt": ["axes": .integer(facts.axisCount)],
      "whiten": [
        "shrinkage": JSONValue(BankWhitening.shrinkage),
        "features": .integer(facts.featureCount), "labels": .integer(facts.labelCount),
        "width": .integer(facts.width),
        "notices": .array(facts.notices.map { .string($0) }),
      ],
      "sigmoid": sigmoid(facts),
    ]
  }

  private static func json(_ signs: SignReading) -> JSONObject {
    [
      "score": .string(signs.kind.rawValue),
      "opposed": signs.opposed.json,
      "opposed_rotated": .array(signs.rotated.map { JSONValue($0) }),
      "opposed_in_place": .array(signs.random.map { JSONValue($0) }),
      "right_by_size": signs.rightBySize?.json ?? .null,
    ]
  }

  /// What the model's own scores say; null for a model that was trained with a softmax.
  private func sigmoid(_ facts: ScoreFacts) -> JSONValue {
    guard let scores = verdict.run.sigmoid, let real = facts.sigmoids.first else { return .null }
    func null(_ value: (SigmoidTally) -> Double) -> [JSONValue] {
      let banks = facts.sigmoids.dropFirst()
      return [banks.filter(\.kind.isRotated), banks.filter { !$0.kind.isRotated }].map { banks in
        .array(banks.map { JSONValue(value($0)) })
      }
    }
    func figure(_ estimate: JSONValue, _ value: (SigmoidTally) -> Double) -> JSONValue {
      let banks = null(value)
      return ["estimate": estimate, "rotated": banks[0], "in_place": banks[1]]
    }
    let share = IntervalEstimate.wilson(successes: real.featureCount, of: real.readCount)
    return [
      "scale": JSONValue(scores.scale), "bias": JSONValue(scores.bias),
      "features_over_half": figure(share.json) {
        Double($0.featureCount) / Double($0.readCount)
      },
      "labels_over_half": figure(JSONValue(real.meanCount)) { $0.meanCount },
      "expected_labels": figure(JSONValue(real.meanSum)) { $0.meanSum },
    ]
  }

  /// The columns of a variant besides those of its scores: for each signed score with null banks the id of
  /// the label that scores least and its score, and the model's own scores of all labels, summed and
  /// counted.
  func scoreFactColumns(_ report: FormReport) -> [Column] {
    var columns: [Column] = []
    let count = report.statuses.count
    for naming in report.namings where naming.reading.kind.hasNullBanks {
      guard naming.reading.kind.isSigned else { continue }
      let name = report.form.rawValue + "." + naming.reading.kind.rawValue
      columns.append(
        .integers(name + ".least_label_id", count) {
          naming.reading.leastLabels.map { labelID($0) }
        })
      columns.append(.numbers(name + ".least_score", count) { naming.reading.leastScores })
    }
    if let sigmoid = report.scoreFacts.sigmoids.first {
      let name = report.form.rawValue + ".sigmoid"
      columns.append(.integers(name + ".over_half", count) { sigmoid.counts })
      columns.append(.numbers(name + ".expected", count) { sigmoid.sums })
    }
    return columns
  }
}
