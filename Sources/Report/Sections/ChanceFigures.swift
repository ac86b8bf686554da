internal import Engine

/// Features beside the two kinds of null features, one by one.
struct ChanceFigures {
  let facts: RunFacts

  private static let binCount = 20

  /// One of the kinds of null features.
  private struct Null {
    let column: String
    let member: String
    let words: String
    let kind: String
  }

  private static let nulls = [
    Null(column: "p", member: "rotated", words: "rotated features", kind: "null"),
    Null(
      column: "p_in_place", member: "in_place", words: "random vectors in their place",
      kind: "place"),
  ]

  /// p-values beside each null, and the share of features over each score beside the share of null features.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markups() throws -> [Markup] {
    guard facts.form != nil else {
      return [
        Figure.missing(
          "p-values and best scores beside null features",
          .text("lensctl verdict, with the form in use among those judged, gives them"))
      ]
    }
    return try Self.nulls.map { try pValues($0) } + [try exceedance()]
  }

  // MARK: - p-values

  private func pValues(_ null: Null) throws -> Markup {
    let title = "p-values beside \(null.words)"
    guard let values = try facts.numbers("centred", null.column),
      let share = CitedInterval(facts.score("centred")?[null.member, "null_share"])
    else { return Figure.missing(title, .text("the centred score has no such null here")) }
    let histogram = Histogram(values, in: 0...1, bins: Self.binCount)
    let even = 1 / Double(Self.binCount)
    let most = max(histogram.counts.indices.map(histogram.share).max() ?? 0, even)
    var plot = Plot(height: 200, x: (.linear, 0...1), y: (.linear, 0...(most * 1.05)))
    plot.yAxis { NumberText.fixed(100 * $0, most < 0.1 ? 1 : 0) + "%" }
    plot.xAxis("p-value by the centred score")
    for bin in histogram.counts.indices where histogram.counts[bin] > 0 {
      let bounds = histogram.bounds(bin)
      plot.bar(
        x: bounds, y: 0...histogram.share(bin), "real",
        tip:
          "p \(NumberText.fixed(bounds.lowerBound, 2)) to \(NumberText.fixed(bounds.upperBound, 2)): "
          + NumberText.count(histogram.counts[bin]) + " features")
    }
    plot.band(
      [0, 1].map {
        (x: $0, lower: even * share.range.lowerBound, upper: even * share.range.upperBound)
      }, "ink")
    plot.horizontalRule(even * share.value, null.kind)
    plot.horizontalRule(even, "faint")
    return Figure(
      title: title,
      caption: .text("In ") + share.markup(NumberText.percent)
        + .text(
          " of the features there is nothing to be found (π₀); the others are the excess at the left."
        ),
      key: [
        .init("bar real", "features"), .init("rule \(null.kind)", "π₀"),
        .init("rule faint", "all by chance"),
      ],
      drawing: plot.markup(
        id: "\(facts.prefix)-\(null.column)", title: title,
        description:
          "\(NumberText.percent(histogram.share(0))) of the features have a p-value under 0.05."
      ),
      table: table(histogram)
    ).markup
  }

  private func table(_ histogram: Histogram) -> DataTable {
    var table = DataTable(
      "Features by p-value",
      [.number("from"), .number("to"), .number("features"), .number("share")]
    )
    for bin in histogram.counts.indices {
      let bounds = histogram.bounds(bin)
      table.add(
        .number(bounds.lowerBound) { NumberText.fixed($0, 2) },
        .number(bounds.upperBound) { NumberText.fixed($0, 2) },
        .number(Double(histogram.counts[bin])) { NumberText.count($0) },
        .number(histogram.share(bin), NumberText.percent))
    }
    return table
  }

  // MARK: - Scores

  /// The share of features at or over each score, and of null features: that is what a p-value says at the score of a feature, where
  /// all features have one null.
  private func exceedance() throws -> Markup {
    let title = "Best scores beside chance"
    guard let scores = try facts.numbers("centred", "score") else {
      return Figure.missing(title, .text("the centred score was not judged"))
    }
    let order = scores.indices.filter { !scores[$0].isNaN }.sorted { scores[$0] < scores[$1] }
    guard let first = order.first, let last = order.last, scores[first] < scores[last] else {
      return Figure.missing(title, .text("no two features have different scores"))
    }
    let least = max(1 / Double(order.count), 1e-4)
    var plot = Plot(
      height: 240, x: (.linear, Double(scores[first])...Double(scores[last])),
      y: (.logarithmic, least...1))
    plot.yAxis {
      $0 >= 0.01 ? NumberText.fixed(100 * $0, 0) + "%" : NumberText.plain(100 * $0) + "%"
    }
    plot.xAxis("centred score of the first label")
    let places = Self.places(order.count)
    func points(_ value: (Int) -> Double) -> [(x: Double, y: Double)] {
      places.map { (x: Double(scores[order[$0]]), y: value($0)) }
    }
    var key = [Figure.KeyEntry("line real", "features")]
    var nulls: [(words: String, p: [Float])] = []
    for null in Self.nulls {
      guard facts.score("centred")?[null.member, "strata"]?.value.integer == 1,
        let p = try facts.numbers("centred", null.column)
      else { continue }
      // A p-value is never under 1/(1 + B): where it is that, no null feature scores as much.
      let floor = Double(p[last]) * 1.001
      let curve = points { Double(p[order[$0]]) }
      plot.curve(
        Array(curve.prefix(1 + (curve.firstIndex { $0.y <= floor } ?? curve.count))), null.kind)
      key.append(.init("line \(null.kind)", null.words))
      nulls.append((null.words, p))
    }
    plot.curve(points { 1 - Double($0) / Double(order.count) }, "real")
    let note =
      key.count == 3
      ? "" : " Nulls that differ between quarters of the features cannot be drawn as one curve."
    return Figure(
      title: title,
      caption: .text(
        "How many features, and how many null features, score as much or more. Where curves lie on each other, features are as near to labels as chance has it."
          + note),
      key: key,
      drawing: plot.markup(
        id: "\(facts.prefix)-exceedance", title: title,
        description: "Scores of features run from \(NumberText.cosine(Double(scores[first]))) to "
          + NumberText.cosine(Double(scores[last])) + "."),
      table: exceedanceTable(scores, order, nulls)
    ).markup
  }

  /// The score that a share of the features has or exceeds, and the share of null features at or over it.
  private func exceedanceTable(
    _ scores: [Float], _ order: [Int], _ nulls: [(words: String, p: [Float])]
  ) -> DataTable {
    var table = DataTable(
      "Scores by the share of features at or over them",
      [.number("features"), .number("score")] + nulls.map { .number($0.words) })
    for share in [1.0, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001] {
      let row = order[Int((Double(order.count - 1) * (1 - share)).rounded())]
      table.add(
        [
          .number(share) { NumberText.percent($0) },
          .number(Double(scores[row]), NumberText.cosine),
        ] + nulls.map { .number(Double($0.p[row]), NumberText.percent) })
    }
    return table
  }

  /// Some 160 places in a sorted list, closer to each other at its upper end, where a logarithmic axis shows them apart.
  private static func places(_ count: Int) -> [Int] {
    var places: Set<Int> = [0, count - 1]
    for step in 0...80 {
      places.insert(min(count - 1, step * count / 81))
      var rest = Double(count)
      for _ in 0..<step { rest *= 0.87 }
      places.insert(max(0, count - 1 - Int(rest)))
    }
    return places.sorted()
  }
}
