internal import Foundation

extension VerdictReport {
  /// The member `controls` of `verdict.json`.
  func json(_ controls: VerdictControls) -> JSONObject {
    [
      "scope": .string(controls.scope.rawValue),
      "variant": .string(controls.form.rawValue),
      "limit": .integer(ControlSource.limit),
      "untrained_active": controls.untrainedActiveCount.map { .integer($0) } ?? .null,
      "banks": .array(
        controls.banks.map { control in
          switch control.bank {
          case .missing(let reason):
            ["id": .string(control.kind.rawValue), "missing": .string(reason)]
          case .known(let bank): .object(json(bank, control.kind))
          }
        }),
      "exchanged_labels": json(controls.exchange),
    ]
  }

  private func json(_ bank: VerdictControls.Bank, _ kind: VerdictControls.Kind) -> JSONObject {
    [
      "id": .string(kind.rawValue),
      "directions": .integer(bank.count),
      "read": .integer(bank.readCount),
      "labels": .integer(bank.labelCount),
      "alignment": [
        "ratio": JSONValue(bank.alignment.ratio),
        "null_deviation": JSONValue(bank.alignment.nullDeviation),
      ],
      "scores": .array(
        bank.lines.map { line in
          [
            "id": .string(line.kind.rawValue),
            "rotated": .object(json(line.rotated)),
            "in_place": line.inPlace.map { .object(json($0)) } ?? .null,
            "effective_labels": JSONValue(line.effectiveLabels),
            "agreement": line.agreement.map { agreement in
              [
                "directions": .integer(agreement.featureCount),
                "right": agreement.agreement.json,
                "permuted": JSONValue(agreement.permuted),
                "excess": agreement.excess.json,
              ]
            } ?? .null,
          ]
        }),
    ]
  }

  private func json(
    _ exchange: Known<[(kind: ScoreKind, test: LabelExchangeTest)]>
  ) -> JSONValue {
    switch exchange {
    case .missing(let reason): ["missing": .string(reason)]
    case .known(let tests):
      [
        "replicates": .integer(LabelExchangeTest.usualReplicates),
        "scores": .array(
          tests.map { entry in
            [
              "id": .string(entry.kind.rawValue),
              "right": JSONValue(entry.test.right),
              "null_mean": JSONValue(entry.test.nullMean),
              "null_limit": JSONValue(entry.test.nullLimit),
              "p": JSONValue(entry.test.pValue),
              "bins": .integer(entry.test.binCount),
            ]
          }),
      ]
    }
  }

  /// The controls in a line, by the centred score; nil if there are none.
  ///
  /// Of each stand the shares beyond rotated directions and beyond random ones in their place, 1 - π₀, and the share of
  /// right names where directions have true labels.
  public var controlLine: String? {
    guard let controls else { return nil }
    func percent(_ value: Double) -> String { String(format: "%.1f%%", 100 * value) }
    var parts = controls.banks.compactMap { control -> String? in
      guard case .known(let bank) = control.bank, let line = bank.line(.centred) else { return nil }
      let shares = [line.rotated.nullShare, line.inPlace?.nullShare].compactMap { $0?.complement }
      var text = control.kind.rawValue.replacing("_", with: " ") + " "
      text += shares.map { percent($0.estimate) }.joined(separator: " / ")
      if let right = line.agreement?.agreement.estimate, right.isFinite {
        text += ", right \(percent(right))"
      }
      return text
    }
    if case .known(let tests) = controls.exchange,
      let test = tests.first(where: { $0.kind == .centred })?.test
    {
      parts.append(
        "names right \(percent(test.right)), with labels exchanged \(percent(test.nullMean)) "
          + String(format: "(p %.2g)", test.pValue))
    }
    return "controls of \(controls.form.rawValue), centred, beyond rotated / random: "
      + parts.joined(separator: "; ")
  }

  /// The wall time of the controls; nil if there are none.
  public var controlSeconds: Double? { controls?.seconds }
}
