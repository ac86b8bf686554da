/// What the test of the whole bank would find, had labels been planted in half of the features.
struct PowerFigure {
  let facts: RunFacts

  /// The curve of power with the least cosine that would be found.
  var markup: Markup {
    let title = "What would be found"
    guard let power = facts.form?["evidence", "power"], let points = power["points"]?.elements,
      case let cosines = points.compactMap({ $0["cosine"]?.double }), let first = cosines.min(),
      let last = cosines.max(), first < last
    else {
      return Figure.missing(
        title,
        .text("verdict with --null-banks over 0, of a form in use that is judged, plants labels"))
    }
    var plot = Plot(x: (.linear, first...last), y: (.linear, 0...1))
    plot.yAxis { NumberText.fixed(100 * $0, 0) + "%" }
    plot.xAxis("cosine of feature and planted label")
    let intervals = points.compactMap { point in
      point["cosine"]?.double.flatMap { cosine in
        CitedInterval(point["power"]).map { (x: cosine, interval: $0) }
      }
    }
    plot.band(
      intervals.map {
        (x: $0.x, lower: $0.interval.range.lowerBound, upper: $0.interval.range.upperBound)
      }, "real")
    plot.curve(intervals.map { (x: $0.x, y: $0.interval.value) }, "real")
    for (figure, kind) in [("named", "other"), ("significant", "place")] {
      plot.curve(
        points.compactMap { point in
          guard let cosine = point["cosine"]?.double, let value = point[figure]?.double else {
            return nil
          }
          return (x: cosine, y: value)
        }, kind)
    }
    plot.horizontalRule(Self.wanted, "faint")
    let least = CitedInterval(power["minimum_cosine"])
    if let least {
      plot.verticalRule(least.value, "ink")
      plot.dot(least.value, Self.wanted, "ink", tip: NumberText.fixed(least.value, 3))
    }
    return Figure(
      title: title, caption: caption(least),
      key: [
        .init("line real", "the bank is told from chance"),
        .init("line other", "planted label comes first"),
        .init("line place", "a feature has p ≤ 0.001"),
      ],
      drawing: plot.markup(
        id: "\(facts.prefix)-power", title: title,
        description: intervals.map {
          "cosine \(NumberText.short($0.x)): \(NumberText.percent($0.interval.value))"
        }.joined(separator: "; ")),
      table: table(points)
    ).markup
  }

  /// The power that is asked for.
  private static let wanted = 0.8

  private func caption(_ least: CitedInterval?) -> Markup {
    guard let least else {
      return .text(
        "No cosine of the curve is found 4 times of 5: this bank could not show an effect.")
    }
    func text(_ value: Double) -> String { NumberText.fixed(value, 3) }
    return .text("A cosine of ") + least.markup(text)
      + .text(" in half of the features is found 4 times of 5 (the vertical line).")
  }

  private func table(_ points: [Cited]) -> DataTable {
    var table = DataTable(
      "Power by planted cosine",
      [
        .number("cosine"), .number("power"), .number("from"), .number("to"), .number("named"),
        .number("p ≤ 0.001"),
      ])
    for point in points {
      table.add(
        [point["cosine"]?.cell { NumberText.fixed($0, 2) } ?? .text("–")]
          + [
            point["power", "estimate"], point["power", "lower"], point["power", "upper"],
            point["named"], point["significant"],
          ].map { $0?.cell(NumberText.percent) ?? .text("–") })
    }
    return table
  }
}
