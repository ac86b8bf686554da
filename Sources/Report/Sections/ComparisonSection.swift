internal import Engine

/// Several runs side by side.
struct ComparisonSection {
  let runs: [RunFacts]

  /// The section.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markup() throws -> Markup {
    let spreads = try runs.map { Spread(values: try $0.columns.firstNumbers("top_cosines")) }
    let nulls = runs.map { SpreadFigures(facts: $0).null("best_cosine") }
    return .joined([
      .element("h2", ["id": "compare"], [.text("\(runs.count) runs side by side")]),
      table(spreads),
      .element("h3", [:], [.text("Steps from each lens to its best")]),
      .element("div", ["class": "figures"], runs.map { LadderFigures(facts: $0).small }),
      .element("h3", [:], [.text("Best cosines")]),
      .element("div", ["class": "figures"], cosines(spreads, nulls)),
    ])
  }

  // MARK: - Table

  private func table(_ spreads: [Spread]) -> Markup {
    var table = DataTable(
      "Runs: what the lens of each reads, by the centred score",
      [
        .text("run"), .text("lens"), .text("verdicts"), .number("features"), .number("labels"),
        .number("right"), .number("from"), .number("to"), .number("of what can be"),
        .number("beyond rotated"), .number("beyond random"), .number("effective labels"),
        .number("alignment"), .number("best cosine"),
      ])
    for (run, spread) in zip(runs, spreads) { table.add(cells(run, spread)) }
    table.hasFilter = true
    return table.markup
  }

  private func cells(_ run: RunFacts, _ spread: Spread) -> [DataTable.Cell] {
    let score = run.score("centred")
    let right = score?["agreement", "right"]
    let verdicts = (run.verdict?["verdicts"]?.elements ?? []).compactMap(\.string)
    let link = Markup.element(
      "a", ["href": "#\(run.prefix)"], [.foreign(run.name, limit: 60)])
    return [
      .init(link), .foreign(run.lens),
      run.verdict == nil ? .text("none") : .foreign(verdicts.joined(separator: ", "), limit: 300),
      run.run["counts", "features"]?.cell { NumberText.count($0) } ?? .text("–"),
      run.run["labels", "usable"]?.cell { NumberText.count($0) } ?? .text("–"),
      .percent(right?["estimate"]), .percent(right?["lower"]), .percent(right?["upper"]),
      .percent(run.form?["ceiling", "efficiency", "estimate"]),
      .complement(score?["rotated", "null_share", "estimate"]),
      .complement(score?["in_place", "null_share", "estimate"]),
      score?["hubs", "effective_labels"]?.cell(NumberText.short) ?? .text("–"),
      run.form?["alignment", "ratio"]?.cell { NumberText.fixed($0, 2) } ?? .text("–"),
      spread.quantile(0.5).map { .number($0, NumberText.cosine) } ?? .text("–"),
    ]
  }

  // MARK: - Small multiples

  /// Distribution functions on one axis for all runs.
  private func cosines(_ spreads: [Spread], _ nulls: [Spread?]) -> [Markup] {
    guard let domain = Spread.domain(of: spreads + nulls.compactMap { $0 }) else { return [] }
    return runs.enumerated().map { index, run in
      var plot = Plot(height: 170, x: (.linear, domain), y: (.linear, 0...1))
      plot.yAxis(ticks: 2) { NumberText.fixed(100 * $0, 0) + "%" }
      plot.xAxis("cosine with the first label")
      let places = (0...120).map {
        domain.lowerBound + Double($0) / 120 * (domain.upperBound - domain.lowerBound)
      }
      if let null = nulls[index] {
        plot.curve(places.map { (x: $0, y: null.share(atOrBelow: $0)) }, "null")
      }
      plot.curve(places.map { (x: $0, y: spreads[index].share(atOrBelow: $0)) }, "real")
      let median = NumberText.cosine(spreads[index].quantile(0.5) ?? .nan)
      return Figure(
        title: run.name.printable(limit: 60), caption: .text("Median \(median)."),
        key: [.init("line real", "features")]
          + (nulls[index] == nil ? [] : [.init("line null", "rotated features")]),
        drawing: plot.markup(
          id: "compare-cosine-\(index)",
          title: "Best cosines of \(run.name.printable(limit: 60))",
          description: "The median is \(median).")
      ).markup
    }
  }
}
