internal import Engine

/// How readings of all features are spread, beside those of rotated features.
struct SpreadFigures {
  let facts: RunFacts

  /// The most bins; of fewer than their square values there are fewer.
  private static let binLimit = 48
  private static let stepCount = 120

  /// A figure for each of best cosine, margin, entropy and kurtosis.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markups() throws -> [Markup] {
    var figures: [Markup] = []
    try ReadingColumns.forEach(of: facts.columns) { column in
      let spread = Spread(values: column.values)
      let null = self.null(column.id)
      guard spread.count > 0,
        let domain = Spread.domain(of: [spread] + (null.map { [$0] } ?? []))
      else {
        figures.append(Figure.missing(column.title, .text("no feature of the run has one")))
        return
      }
      let bins = max(10, min(Self.binLimit, Int(Double(spread.count).squareRoot())))
      let histogram = Histogram(column.values, in: domain, bins: bins)
      figures.append(figure(column, spread, null, histogram).markup)
    }
    return figures
  }

  /// The spread of rotated features; nil where the verdict has none.
  func null(_ id: String) -> Spread? {
    guard let distributions = facts.verdict?["distributions"],
      let shares = distributions["shares"]?.value.array?.compactMap(\.double),
      let quantiles = distributions["spreads"]?.element(where: "id", is: id)?["rotated"]?.value
        .array?.compactMap(\.double)
    else { return nil }
    return Spread(quantiles: quantiles, shares: shares)
  }

  private func figure(
    _ column: ReadingColumns.Column, _ spread: Spread, _ null: Spread?, _ histogram: Histogram
  ) -> Figure {
    let id = "\(facts.prefix)-\(column.id)"
    let bars = histogramPlot(column, null, histogram).markup(
      id: id, title: "Histogram of \(column.title.lowercased())",
      description: Self.description(column, spread, null))
    let steps = stepPlot(column, spread, null, histogram.domain).markup(
      id: id + "-ecdf", title: "Distribution function of \(column.title.lowercased())",
      description: Self.description(column, spread, null))
    return Figure(
      title: column.title, caption: caption(column, spread, null, histogram),
      key: [.init("bar real", "features")]
        + (null == nil ? [] : [.init("line null", "rotated features")]),
      drawing: bars + steps, table: table(column, spread, null, histogram))
  }

  private func histogramPlot(
    _ column: ReadingColumns.Column, _ null: Spread?, _ histogram: Histogram
  ) -> Plot {
    let nullShares = null.map { null in
      histogram.counts.indices.map { bin in
        null.share(atOrBelow: histogram.bounds(bin).upperBound)
          - null.share(atOrBelow: histogram.bounds(bin).lowerBound)
      }
    }
    let most = max(
      histogram.counts.indices.map(histogram.share).max() ?? 0, nullShares?.max() ?? 0, 1e-9)
    var plot = Plot(
      height: 158, margins: .init(bottom: 10), x: (.linear, histogram.domain),
      y: (.linear, 0...(most * 1.04)))
    plot.yAxis(ticks: 3) { Self.percent($0, most) }
    for bin in histogram.counts.indices where histogram.counts[bin] > 0 {
      let bounds = histogram.bounds(bin)
      plot.bar(
        x: bounds, y: 0...histogram.share(bin), "real",
        tip: "\(column.format(bounds.lowerBound)) to \(column.format(bounds.upperBound)): "
          + "\(NumberText.count(histogram.counts[bin])) features, "
          + NumberText.percent(histogram.share(bin)))
    }
    if let nullShares {
      plot.curve(
        nullShares.enumerated().flatMap { bin, share in
          let bounds = histogram.bounds(bin)
          return [(x: bounds.lowerBound, y: share), (x: bounds.upperBound, y: share)]
        }, "null")
    }
    plot.add(Plot.line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"))
    return plot
  }

  private func stepPlot(
    _ column: ReadingColumns.Column, _ spread: Spread, _ null: Spread?,
    _ domain: ClosedRange<Double>
  ) -> Plot {
    var plot = Plot(height: 140, x: (.linear, domain), y: (.linear, 0...1))
    plot.yAxis(ticks: 2) { NumberText.fixed(100 * $0, 0) + "%" }
    plot.xAxis(column.axis)
    let places = (0...Self.stepCount).map { step in
      domain.lowerBound
        + Double(step) / Double(Self.stepCount) * (domain.upperBound - domain.lowerBound)
    }
    func curve(_ spread: Spread) -> [(x: Double, y: Double)] {
      places.map { (x: $0, y: spread.share(atOrBelow: $0)) }
    }
    if let null { plot.curve(curve(null), "null") }
    plot.curve(curve(spread), "real")
    return plot
  }

  /// A share with as many digits as the axis asks for.
  private static func percent(_ share: Double, _ most: Double) -> String {
    NumberText.fixed(100 * share, most < 0.04 ? 1 : 0) + "%"
  }

  private static func description(
    _ column: ReadingColumns.Column, _ spread: Spread, _ null: Spread?
  ) -> String {
    let median = column.format(spread.quantile(0.5) ?? .nan)
    let other = null.map { ", of rotated features \(column.format($0.quantile(0.5) ?? .nan))" }
    return "The median of \(NumberText.count(spread.count)) features is \(median)\(other ?? "")."
  }

  private func caption(
    _ column: ReadingColumns.Column, _ spread: Spread, _ null: Spread?, _ histogram: Histogram
  ) -> Markup {
    var text = Self.description(column, spread, null)
    let outside = histogram.below + histogram.above
    if outside > 0 { text += " \(NumberText.count(outside)) lie beyond the axis." }
    if null == nil {
      text +=
        facts.verdict == nil
        ? " lensctl verdict adds rotated features."
        : " This verdict has no spread of rotated features; lensctl verdict of this version gives it."
    }
    return .text(text)
  }

  private func table(
    _ column: ReadingColumns.Column, _ spread: Spread, _ null: Spread?, _ histogram: Histogram
  ) -> DataTable {
    var table = DataTable(
      "Quantiles of \(column.title.lowercased()); bins in the drawing: \(histogram.counts.count)",
      [.number("share"), .number("features"), .number("rotated")])
    for share in [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1] {
      table.add(
        .number(share) { NumberText.fixed(100 * $0, 0) + " %" },
        .number(spread.quantile(share) ?? .nan, column.format),
        null.map { .number($0.quantile(share) ?? .nan, column.format) } ?? .text("–"))
    }
    return table
  }
}
