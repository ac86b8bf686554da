import Engine

extension RunReader {
  /// The features that have a label among their best, and how the label is used.
  func label(_ text: String, limit: Int) throws -> Answer {
    let label = try run.label(matching: text)
    let shown = run.places(ofLabel: label).prefix(limit)
    let sigmoid = run.sigmoid
    var extra = FeatureColumns([("place", .right)] + Self.scoreColumns(sigmoid))
    for place in shown {
      extra.add(["\(place.rank + 1)"] + Self.scores(place.cosine, sigmoid))
    }
    let use = try run.verdict()?.use(ofLabel: label)
    let lines = table(shown.map(\.row), extra)
    return Answer(
      lines: style.isPlain ? lines : FactList(facts(label, use)).lines(style) + [""] + lines,
      json: [
        "label_id": .integer(label), "label": .string(run.labels[label]),
        "first_count": .integer(run.firstCounts[label]),
        "top_count": .integer(run.topCounts[label]),
        "use_rank": .integer(run.useRank(ofLabel: label)),
        "verdict": use.map(Self.json) ?? .null,
        "features": .array(
          shown.map { place in
            object(
              place.row,
              with: Self.scores(
                of: "label", place.cosine, sigmoid,
                before: ["label_place": .integer(place.rank + 1)]))
          }),
      ])
  }

  private func facts(
    _ label: Int, _ use: VerdictFiles.LabelWorth?
  ) -> [(name: String, value: String)] {
    let read = run.features.readCount
    var facts: [(name: String, value: String)] = [
      ("label", "\(label) (\(run.labels[label].printable()))"),
      (
        "first of",
        "\(run.firstCounts[label]) of \(read) features, rank \(run.useRank(ofLabel: label)) "
          + "of \(run.usableLabels.count) labels"
      ),
      ("among the \(run.features.topCount) best of", "\(run.topCounts[label]) features"),
    ]
    guard let use else { return facts }
    var verdict = "names \(use.featureCount) features by the score centred"
    if let significant = use.significantCount, let share = use.significantShare {
      verdict += ", p at most 0.05 beside rotated features for \(significant), \(share.percent)"
    }
    if let right = use.right, right.of > 0 {
      verdict += ", right for \(right.count) of \(right.of) with a true class"
    }
    facts.append(("verdict", verdict))
    return facts
  }

  private static func json(_ use: VerdictFiles.LabelWorth) -> JSONValue {
    [
      "score": "centred", "features": .integer(use.featureCount),
      "p_at_most_0.05": .orNull(use.significantCount),
      "share_of_p_at_most_0.05": use.significantShare?.json ?? .null,
      "right": .orNull(use.right?.count),
      "with_true_class": .orNull(use.right?.of),
    ]
  }

  /// The labels that a pattern means, and the features that say them.
  func search(_ pattern: LabelPattern, limit: Int) -> Answer {
    let found = run.labels(matching: pattern)
    let shown = Array(found.prefix(limit))
    let places = run.places(ofLabels: Set(shown))
    var table = Table([
      ("label", .right), ("text", .left), ("first of", .right),
      ("among \(run.features.topCount) best of", .right), ("features, nearest first", .left),
    ])
    for label in shown {
      let nearest = (places[label] ?? []).prefix(Self.featuresOfLabel).map { place in
        "\(run.features.featureIDs[place.row]) \(Number.cosine(place.cosine))"
      }
      table.add([
        "\(label)", run.labels[label].printable(limit: style.limit(60)),
        "\(run.firstCounts[label])",
        "\(run.topCounts[label])", nearest.joined(separator: ", "),
      ])
    }
    let heading =
      "labels that \(Self.words(pattern)): \(found.count)"
      + (found.count > shown.count ? ", of which \(shown.count) are shown" : "")
    let lines = shown.isEmpty ? [] : table.lines(style)
    return Answer(
      lines: style.isPlain
        ? table.lines(style) : style.sentence(heading) + (lines.isEmpty ? [] : [""] + lines),
      json: [
        "pattern": .string(pattern.text), "kind": .string(pattern.kind.rawValue),
        "found": .integer(found.count),
        "labels": .array(shown.map { json(ofLabel: $0, places[$0] ?? [], limit: limit) }),
      ])
  }

  private static func words(_ pattern: LabelPattern) -> String {
    let text = pattern.text.printable()
    return switch pattern.kind {
    case .part: "contain \"\(text)\""
    case .glob: "match the glob \(text)"
    case .regex: "match the regular expression \(text)"
    }
  }

  private func json(ofLabel label: Int, _ places: [LabelPlace], limit: Int) -> JSONValue {
    [
      "label_id": .integer(label), "label": .string(run.labels[label]),
      "first_count": .integer(run.firstCounts[label]), "top_count": .integer(run.topCounts[label]),
      "features": .array(
        places.prefix(limit).map { place in
          [
            "feature": .integer(Int(run.features.featureIDs[place.row])),
            "label_place": .integer(place.rank + 1), "label_cosine": JSONValue(place.cosine),
          ]
        }),
    ]
  }

  /// The features shown beside a label that was searched.
  private static let featuresOfLabel = 5
}
