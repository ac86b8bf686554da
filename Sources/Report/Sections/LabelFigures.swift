internal import Engine

/// How features are spread over labels.
struct LabelFigures {
  let facts: RunFacts

  /// The labels listed by name.
  private static let hubCount = 20

  private struct Use {
    let score: String
    let kind: String
    let counts: [Int]
  }

  /// The plot of counts by rank, and the table of the most frequent labels.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markups() throws -> [Markup] {
    var uses = [Use(score: "raw", kind: "real", counts: facts.columns.firstCounts)]
    for (score, kind) in [("centred", "place"), ("zcol", "other")] {
      guard let names = try facts.integers(score, "label_id") else { continue }
      uses.append(
        Use(
          score: score, kind: kind,
          counts: RankSizes.counts(names, labelCount: facts.columns.labels.count)))
    }
    return [zipf(uses), hubs(uses)]
  }

  private func zipf(_ uses: [Use]) -> Markup {
    let title = "Label use"
    let sizes = uses.map { RankSizes.sorted($0.counts) }
    guard let most = sizes.compactMap(\.first).max(), let length = sizes.map(\.count).max() else {
      return Figure.missing(title, .text("no feature of the run was read"))
    }
    let usable = facts.columns.labelStatuses.count { $0 == 0 }
    let chance = RankSizes.chance(features: facts.readCount, labels: usable)
    var plot = Plot(
      height: 240,
      x: (.logarithmic, 1...Double(max(2, length, Int(chance.map(\.x).max() ?? 2)))),
      y: (.logarithmic, 0.8...(Double(max(2, most)) * 1.2)))
    plot.yAxis()
    plot.xAxis("rank of the label")
    plot.curve(chance, "faint")
    for (use, sorted) in zip(uses, sizes) { plot.curve(RankSizes.points(sorted), use.kind) }
    return Figure(
      title: title, caption: zipfCaption(uses, usable),
      key: uses.map { .init("line \($0.kind)", VerdictWords.score($0.score)) }
        + [.init("line faint", "all labels equally likely")],
      drawing: plot.markup(
        id: "\(facts.prefix)-zipf", title: "Features named by each label, by rank",
        description: uses.map { use in
          "\(VerdictWords.score(use.score)): \(use.counts.count { $0 > 0 }) labels in use"
        }.joined(separator: "; ")),
      table: zipfTable(uses)
    ).markup
  }

  private func zipfCaption(_ uses: [Use], _ usable: Int) -> Markup {
    let used = uses[0].counts.count { $0 > 0 }
    return .text(
      "Features named by each label, the most frequent first. \(NumberText.count(used)) of "
        + "\(NumberText.count(usable)) labels are first of a feature as it is read.")
  }

  private func zipfTable(_ uses: [Use]) -> DataTable {
    var table = DataTable(
      "Concentration of names, by score",
      [
        .text("score"), .number("labels in use"), .number("effective"), .number("greatest share"),
        .number("Gini"),
      ])
    for use in uses {
      let hubs = facts.score(use.score)?["hubs"]
      let own = Concentration(
        zip(use.counts, facts.columns.labelStatuses).filter { $1 == 0 }.map { $0.0 })
      table.add(
        .text(VerdictWords.score(use.score)),
        .number(Double(use.counts.count { $0 > 0 })) { NumberText.count($0) },
        hubs?["effective_labels"]?.cell(NumberText.short)
          ?? .number(own.effectiveCount, NumberText.short),
        hubs?["top_share"]?.cell(NumberText.percent) ?? .number(own.topShare, NumberText.percent),
        hubs?["gini"]?.cell { NumberText.fixed($0, 3) }
          ?? .number(own.gini) { NumberText.fixed($0, 3) })
    }
    return table
  }

  private func hubs(_ uses: [Use]) -> Markup {
    let order = Set(
      uses.flatMap { use in
        use.counts.indices.filter { use.counts[$0] > 0 }
          .sorted { (use.counts[$0], $1) > (use.counts[$1], $0) }.prefix(Self.hubCount)
      })
    let sorted = order.sorted { (uses[0].counts[$0], $1) > (uses[0].counts[$1], $0) }
    var table = DataTable(
      "The labels that name most features, by any of these scores",
      [.text("label")] + uses.map { .number(VerdictWords.score($0.score)) } + [.number("share")])
    for label in sorted {
      table.add(
        [.foreign(facts.label(label), limit: 80)]
          + uses.map { use in .number(Double(use.counts[label])) { NumberText.count($0) } }
          + [
            .number(
              Double(uses[0].counts[label]) / Double(max(1, facts.readCount)), NumberText.percent)
          ])
    }
    table.hasFilter = true
    return .element(
      "div", ["class": "table-figure"],
      [
        .element("h4", [:], [.text("Hubs")]),
        .element(
          "p", ["class": "mute"],
          [
            .text(
              "A label near to everything names many features without meaning any. Corrections of the score spread names out."
            )
          ]), table.markup,
      ])
  }
}
