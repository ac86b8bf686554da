extension VerdictReport {
  /// The ladder as it is written.
  var ladderJSON: JSONValue {
    var object: JSONObject = [
      "rungs": .array(ladder.rungs.map { .object(Self.json($0)) }),
      "best": ladder.best.map { best in
        [
          "variant": .string(best.form.rawValue), "score": .string(best.score.rawValue),
          "by": .string(best.isAgreement ? "excess" : "beyond"), "value": best.value.json,
        ]
      } ?? .null,
    ]
    switch ladder.causes {
    case .missing(let reason):
      object["causes"] = []
      object["causes_not_known"] = .string(reason)
    case .known(let causes):
      object["features"] = .integer(causes.featureCount)
      object["causes"] = .array(
        causes.shares.map {
          [
            "cause": .string($0.cause.rawValue), "names": $0.names.json,
            "probability": $0.probability.json,
          ]
        })
      object["readings"] = .array(
        causes.readings.map {
          [
            "corrected": .array($0.corrected.map { .string($0.rawValue) }),
            "names": JSONValue($0.names), "probability": JSONValue($0.probability),
            "scale": JSONValue($0.scale),
          ]
        })
    }
    return .object(object)
  }

  private static func json(_ rung: VerdictLadder.Rung) -> JSONObject {
    [
      "change": .string(rung.change.rawValue), "variant": .string(rung.form.rawValue),
      "score": .string(rung.score.rawValue), "excess": rung.excess?.json ?? .null,
      "gain": rung.gain?.json ?? .null, "beyond": rung.beyond?.json ?? .null,
      "effective_labels": JSONValue(rung.effectiveLabels), "alignment": JSONValue(rung.alignment),
    ]
  }
}
