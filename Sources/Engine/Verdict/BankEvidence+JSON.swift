extension BankEvidence {
  /// The evidence as it is written.
  var json: JSONObject {
    [
      "sample": .integer(positions.count),
      "null_banks": .integer(bankCount),
      "quantile": JSONValue(AggregateTest.quantile),
      "rotated": Self.json(rotated, kinds: EvidenceSample.kinds),
      "alignment": .object(alignment.json),
      "in_place": Self.json(inPlace, kinds: InPlaceEvidence.kinds),
      "exceeds_rotated": .bool(exceedsRotated),
      "exceeds_in_place": .bool(exceedsInPlace),
      "beats_null": .bool(beatsNull),
      "text_span": [
        "axes": .integer(textSpan.axisCount), "energy": .object(textSpan.energy.json),
      ],
      "effective_labels": .object(labelUse.effectiveLabels.json),
      "power": power.map { .object($0.json) } ?? .null,
    ]
  }

  private static func json(_ shares: [ScoreKind: Shares], kinds: [ScoreKind]) -> JSONValue {
    var object: JSONObject = [:]
    for kind in kinds {
      guard let pair = shares[kind] else { continue }
      object[kind.rawValue] = pair.json
    }
    return .object(object)
  }
}

extension BankEvidence.Shares {
  /// The two figures as they are written.
  var json: JSONValue { ["share": .object(share.json), "half": .object(half.json)] }
}

extension AggregateTest {
  /// The test as it is written.
  var json: JSONObject {
    [
      "observed": JSONValue(observed), "null_median": JSONValue(median),
      "limit": JSONValue(limit), "p": JSONValue(pValue), "exceeds": .bool(exceeds),
    ]
  }
}

extension PowerCurve {
  /// The curve as it is written.
  var json: JSONObject {
    [
      "planted_share": JSONValue(plantedShare),
      "planted_banks": .integer(bankCount),
      "individual_level": JSONValue(Self.individualLevel),
      "points": .array(
        points.map { point in
          [
            "cosine": JSONValue(point.cosine),
            "power": point.power.json,
            "named": JSONValue(point.named), "significant": JSONValue(point.significant),
          ]
        }),
      "minimum_cosine": minimumCosine?.json ?? .null,
    ]
  }
}

extension PositiveControl {
  /// The control as it is written.
  var json: JSONObject {
    ["raw": JSONValue(raw), "centred": JSONValue(centred), "cosine": JSONValue(cosine)]
  }
}
