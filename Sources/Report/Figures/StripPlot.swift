internal import Engine

/// Many values in each of a few rows, one dot each, with the name of the row at the left and its median at the right.
struct StripPlot {
  /// A row.
  struct Row {
    let name: String
    /// What is said of it in small.
    let detail: String
    /// The values, with what each is of.
    let values: [(name: String, value: Double)]

    /// The middle of the values; nil if there is none.
    var median: Double? { Spread(values: values.map { Float($0.value) }).quantile(0.5) }
  }

  let rows: [Row]
  /// The ends of the axis.
  let domain: ClosedRange<Double>
  let axis: String
  let format: (Double) -> String

  private static let rowHeight = 34.0

  /// The drawing.
  func markup(id: String, title: String) -> Markup {
    let margins = Plot.Margins(top: 6, right: 46, bottom: 34, left: 128)
    let total = Double(max(1, rows.count)) * Self.rowHeight
    var plot = Plot(
      height: total + margins.top + margins.bottom, margins: margins, x: (.linear, domain),
      y: (.linear, 0...total))
    plot.xGrid(ticks: 4)
    plot.xAxis(axis, ticks: 4, format: format)
    for (index, row) in rows.enumerated() {
      draw(row, plot.top + (Double(index) + 0.5) * Self.rowHeight, &plot)
    }
    let description = rows.map { row in
      "\(row.name) \(row.detail): median \(row.median.map(format) ?? "unknown")"
    }.joined(separator: "; ")
    return plot.markup(id: id, title: title, description: description.printable(limit: 1000))
  }

  private func draw(_ row: Row, _ middle: Double, _ plot: inout Plot) {
    plot.foreignNote(0, middle - 2, row.name, "value", limit: 24)
    plot.foreignNote(0, middle + 10, row.detail, "small", limit: 26)
    // In rising order of value, dots stand on three levels by turns, so that neighbours are told apart.
    for (rank, entry) in row.values.sorted(by: { $0.value < $1.value }).enumerated() {
      let y = plot.bottom - middle + Double(rank % 3 - 1) * 6
      plot.dot(entry.value, y, "real", tip: "\(entry.name): \(format(entry.value))")
    }
    if let median = row.median {
      plot.note(Plot.width, middle + 4, format(median), "value", anchor: "end")
    }
  }
}
