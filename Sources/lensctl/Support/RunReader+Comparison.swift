import Engine

extension RunReader {
  /// What differs in another run, A being this one and B the other.
  func comparison(with other: RunDirectory, limit: Int) throws -> Answer {
    let comparison = try RunComparison(run, other)
    let changed = comparison.changedMost(limit)
    var lines = FactList(facts(comparison, other)).lines(style) + [""]
    lines += Self.quantileTable(
      over: "over features",
      comparison.changes.flatMap {
        [($0.name + " A", $0.first), ($0.name + " B", $0.second), ("  B less A", $0.difference)]
      }
    ) { Number.significant($0, digits: 3) }.lines(style)
    if !changed.isEmpty {
      lines += [""]
      lines +=
        style.isPlain
        ? [] : style.sentence("another first label, far ahead of the second in both:") + [""]
      lines += table(changed, other).lines(style)
    }
    return Answer(lines: lines, json: json(comparison, changed, other))
  }

  private func facts(
    _ comparison: RunComparison, _ other: RunDirectory
  ) -> [(name: String, value: String)] {
    let both = comparison.pairs.count
    let (features, labels) = (comparison.onlyCounts, comparison.labelCounts)
    func leftOut(_ first: Int, _ second: Int) -> String {
      first + second == 0 ? "" : "; left out \(first) of A alone, \(second) of B alone"
    }
    let unread = comparison.commonCount - both
    return [
      ("A", "\(run.path.printable(limit: 1000)), \(run.lensID.printable())"),
      ("B", "\(other.path.printable(limit: 1000)), \(other.lensID.printable())"),
      (
        "features",
        "\(both) compared, by id" + (unread > 0 ? "; \(unread) not read in both" : "")
          + leftOut(features.first, features.second)
      ),
      (
        "labels",
        "\(labels.common) in both, by text"
          + (labels.first + labels.second == 0
            ? "" : "; \(labels.first) of A alone, \(labels.second) of B alone")
      ),
      (
        "same first label",
        "\(comparison.agreeing) of \(both), \(comparison.agreement.percent); "
          + "\(Number.percent(Float(comparison.chance))) by chance"
      ),
      (
        "same among best",
        "\(Number.percent(Float(comparison.overlap))) of the \(comparison.topCount) best labels, mean over features"
      ),
    ]
  }

  private func table(_ pairs: [RunComparison.Pair], _ other: RunDirectory) -> Table {
    var table = Table([
      ("feature", .right), ("margin A", .right), ("cosine A", .right), ("label A", .left),
      ("margin B", .right), ("cosine B", .right), ("label B", .left),
    ])
    func cells(_ run: RunDirectory, _ row: Int) -> [String] {
      let index = row * run.features.topCount
      return [
        Number.cosine(run.features.margins[row]), Number.cosine(run.features.topCosines[index]),
        run.labels[Int(run.features.topLabelIDs[index])].printable(limit: style.limit(40)),
      ]
    }
    for pair in pairs {
      table.add(
        ["\(run.features.featureIDs[pair.first])"] + cells(run, pair.first)
          + cells(other, pair.second))
    }
    return table
  }

  private func json(
    _ comparison: RunComparison, _ changed: [RunComparison.Pair], _ other: RunDirectory
  ) -> JSONObject {
    let (features, labels) = (comparison.onlyCounts, comparison.labelCounts)
    func points(_ quantiles: Quantiles) -> JSONValue {
      .array(quantiles.points.map { JSONValue($0) })
    }
    return [
      "a": .string(run.path), "b": .string(other.path),
      "features": [
        "compared": .integer(comparison.pairs.count), "common": .integer(comparison.commonCount),
        "a_alone": .integer(features.first), "b_alone": .integer(features.second),
      ],
      "labels": [
        "common": .integer(labels.common), "a_alone": .integer(labels.first),
        "b_alone": .integer(labels.second),
      ],
      "same_first": .integer(comparison.agreeing), "same_first_share": comparison.agreement.json,
      "same_first_by_chance": JSONValue(comparison.chance),
      "best_labels": .integer(comparison.topCount),
      "same_among_best": JSONValue(comparison.overlap),
      "quantile_shares": .array(Quantiles.shares.map { JSONValue($0) }),
      "quantiles": .array(
        comparison.changes.map {
          [
            "statistic": .string($0.name), "a": points($0.first), "b": points($0.second),
            "difference": points($0.difference),
          ]
        }),
      "changed": .array(
        changed.map { pair in
          [
            "feature": .integer(Int(run.features.featureIDs[pair.first])),
            "a": object(pair.first),
            "b": RunReader(run: other, pictures: nil, top: top, style: style).object(pair.second),
          ]
        }),
    ]
  }
}
