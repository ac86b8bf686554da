extension VerdictReport {
  /// The ladder as it is written.
  var ladderJSON: JSONValue {
    var object: JSONObject = [
      "rungs": .array(ladder.rungs.map { .object(Self.json($0)) }),
      "best": ladder.best.map { best in
        [
          "variant": .string(best.form.rawValue), "score": .string(best.score.rawValue),
          "by": .string(best.isAgreement ? "excess" : "beyond"), "value": Self.json(best.value),
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
            "cause": .string($0.cause.rawValue), "names": Self.json($0.names),
            "probability": Self.json($0.probability),
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
      "score": .string(rung.score.rawValue), "excess": rung.excess.map { json($0) } ?? .null,
      "gain": rung.gain.map { json($0) } ?? .null, "beyond": rung.beyond.map { json($0) } ?? .null,
      "effective_labels": JSONValue(rung.effectiveLabels), "alignment": JSONValue(rung.alignment),
    ]
  }
}
