/// Estimates with intervals, one row under the other, with their names at the left and their numbers at the right.
struct RowPlot {
  /// A mark in a row.
  struct Mark {
    let kind: String
    let value: Double
    let range: ClosedRange<Double>?

    init(_ kind: String, _ value: Double, _ range: ClosedRange<Double>? = nil) {
      (self.kind, self.value, self.range) = (kind, value, range)
    }

    init?(_ kind: String, _ interval: CitedInterval?) {
      guard let interval else { return nil }
      self.init(kind, interval.value, interval.range)
    }
  }

  /// A row: a name, what is said of it in small, and its marks, of which the first has its number at the right; without marks it
  /// is a heading.
  struct Row {
    let name: String
    var detail = ""
    var marks: [Mark] = []
  }

  let rows: [Row]
  /// The ends of the axis.
  let domain: ClosedRange<Double>
  let axis: String
  let format: (Double) -> String
  /// The format of ticks, which are shorter.
  let tickFormat: (Double) -> String
  var nameWidth = 128.0
  /// Areas over all rows, such as a ceiling.
  var areas: [(range: ClosedRange<Double>, kind: String)] = []
  /// Lines over all rows.
  var rules: [(value: Double, kind: String)] = []

  /// Whether a line leads from the first mark of each row to that of the next, up to the first heading.
  var isJoined = false

  private static let rightWidth = 46.0

  /// The first marks of the rows above the first heading, in the coordinates of the drawing.
  private var joints: [(x: Double, y: Double)] {
    let total = rows.reduce(0) { $0 + Self.height($1) }
    var top = 0.0
    var points: [(x: Double, y: Double)] = []
    for row in rows.prefix(while: { !$0.marks.isEmpty }) {
      points.append((row.marks[0].value, total - top - Self.height(row) / 2))
      top += Self.height(row)
    }
    return points
  }

  /// The height of a row with one line of text, and with two.
  private static func height(_ row: Row) -> Double {
    row.marks.isEmpty ? 20 : row.detail.isEmpty ? 17 : 29
  }

  /// The drawing.
  func markup(id: String, title: String, description: String) -> Markup {
    let total = rows.reduce(0) { $0 + Self.height($1) }
    let margins = Plot.Margins(top: 6, right: Self.rightWidth, bottom: 34, left: nameWidth)
    var plot = Plot(
      height: total + margins.top + margins.bottom, margins: margins, x: (.linear, domain),
      y: (.linear, 0...max(1, total)))
    for area in areas {
      plot.bar(x: area.range, y: 0...total, "band \(area.kind)")
    }
    plot.xGrid(ticks: 4)
    plot.xAxis(axis, ticks: 4, format: tickFormat)
    for rule in rules { plot.verticalRule(rule.value, rule.kind) }
    if isJoined { plot.curve(joints, "thin") }
    var top = plot.top
    for row in rows {
      draw(row, top, &plot)
      top += Self.height(row)
    }
    return plot.markup(id: id, title: title, description: description)
  }

  private func draw(_ row: Row, _ top: Double, _ plot: inout Plot) {
    let height = Self.height(row)
    let middle = top + height / 2
    guard !row.marks.isEmpty else {
      plot.foreignNote(0, top + 15, row.name, "head", limit: 50)
      return
    }
    plot.foreignNote(0, row.detail.isEmpty ? middle + 4 : top + 12, row.name, "value", limit: 24)
    if !row.detail.isEmpty { plot.foreignNote(0, top + 24, row.detail, "small", limit: 26) }
    let place = plot.bottom - middle
    for (index, mark) in row.marks.enumerated() {
      // Marks of one row stand a little above each other, so that none hides another.
      let shift = (Double(index) - Double(row.marks.count - 1) / 2) * (row.detail.isEmpty ? 5 : 8)
      let y = place - shift
      if let range = mark.range { plot.horizontalInterval(range, y: y, mark.kind) }
      plot.dot(mark.value, y, mark.kind, tip: "\(row.name): \(tip(mark))")
    }
    let value = row.marks.first.map { format($0.value) } ?? ""
    plot.note(Plot.width, middle + 4, value, "value", anchor: "end")
  }

  private func tip(_ mark: Mark) -> String {
    guard let range = mark.range else { return format(mark.value) }
    return "\(format(mark.value)) (\(format(range.lowerBound)) to \(format(range.upperBound)))"
  }

  /// An axis that holds all marks and 0, with a little room.
  static func domain(_ rows: [Row], and others: [Double] = []) -> ClosedRange<Double> {
    let marks = rows.flatMap(\.marks)
    let values =
      marks.flatMap { [$0.value, $0.range?.lowerBound, $0.range?.upperBound].compactMap { $0 } }
      + others + [0]
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let pad = max(high - low, 1e-6) * 0.04
    return (low < 0 ? low - pad : 0)...(high + pad)
  }
}
