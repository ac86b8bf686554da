/// A drawing with two axes, in units that are pixels where it is shown 360 wide.
///
/// Colours are classes of the page's style, so that one drawing serves both themes and print.
struct Plot {
  /// The space around the area of the marks.
  struct Margins {
    var top = 8.0
    var right = 12.0
    var bottom = 34.0
    var left = 44.0
  }

  /// The width of every drawing.
  static let width = 360.0

  let height: Double
  let margins: Margins
  let x: Scale
  let y: Scale
  private var axes: [Markup] = []
  private var marks: [Markup] = []
  private var labels: [Markup] = []

  /// Makes an empty drawing.
  ///
  /// - Parameters:
  ///   - height: Its height.
  ///   - margins: The space around the marks.
  ///   - x: The kind and domain of the horizontal axis.
  ///   - y: The same of the vertical one, which rises.
  init(
    height: Double = 220, margins: Margins = Margins(),
    x: (kind: Scale.Kind, domain: ClosedRange<Double>),
    y: (kind: Scale.Kind, domain: ClosedRange<Double>)
  ) {
    self.height = height
    self.margins = margins
    self.x = Scale(x.kind, x.domain, from: margins.left, to: Self.width - margins.right)
    self.y = Scale(y.kind, y.domain, from: height - margins.bottom, to: margins.top)
  }

  var left: Double { margins.left }
  var right: Double { Self.width - margins.right }
  var top: Double { margins.top }
  var bottom: Double { height - margins.bottom }

  /// A length as it is written in a drawing.
  static func length(_ value: Double) -> String {
    let text = NumberText.fixed(value, 2).replacing("−", with: "-")
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }
}

// MARK: - Axes

extension Plot {
  /// Draws the horizontal axis: a line, ticks with their numbers, and what it shows.
  mutating func xAxis(
    _ title: String, ticks wanted: Int = 5, format: ((Double) -> String)? = nil
  ) {
    let ticks = x.ticks(wanted)
    axes.append(Self.line(left, bottom, right, bottom, "axis"))
    for tick in ticks {
      let place = x.position(tick)
      axes.append(Self.line(place, bottom, place, bottom + 4, "axis"))
      let text = format?(tick) ?? x.label(tick, among: ticks)
      // A number at the very end is moved inwards; digits are some 6 wide.
      let half = 3.2 * Double(text.count)
      let middle = min(Self.width - half, max(half, place))
      axes.append(Self.text(middle, bottom + 15, text, "tick", "middle"))
    }
    axes.append(Self.text((left + right) / 2, bottom + 30, title, "title", "middle"))
  }

  /// Draws the vertical axis: lines across the drawing with their numbers.
  mutating func yAxis(ticks wanted: Int = 4, format: ((Double) -> String)? = nil) {
    let ticks = y.ticks(wanted)
    for tick in ticks {
      let place = y.position(tick)
      axes.append(Self.line(left, place, right, place, "grid"))
      axes.append(
        Self.text(
          left - 6, place + 3.5, format?(tick) ?? y.label(tick, among: ticks), "tick", "end"))
    }
  }

  /// Draws vertical lines across the drawing at the ticks of the horizontal axis.
  mutating func xGrid(ticks wanted: Int = 5) {
    for tick in x.ticks(wanted) {
      axes.append(Self.line(x.position(tick), top, x.position(tick), bottom, "grid"))
    }
  }
}

// MARK: - Marks

extension Plot {
  /// Draws a line through points, in the coordinates of the axes.
  mutating func curve(_ points: [(x: Double, y: Double)], _ kind: String) {
    guard points.count > 1 else { return }
    marks.append(
      .element("path", ["class": "line \(kind)", "d": path(points, closing: false)]))
  }

  /// Fills the area between two lines over the same places.
  mutating func band(_ points: [(x: Double, lower: Double, upper: Double)], _ kind: String) {
    guard points.count > 1 else { return }
    let outline =
      points.map { (x: $0.x, y: $0.upper) } + points.reversed().map { (x: $0.x, y: $0.lower) }
    marks.append(.element("path", ["class": "band \(kind)", "d": path(outline, closing: true)]))
  }

  private func path(_ points: [(x: Double, y: Double)], closing: Bool) -> String {
    var text = ""
    for (index, point) in points.enumerated() {
      text += index == 0 ? "M" : "L"
      text += Self.length(x.clamped(point.x)) + " " + Self.length(y.clamped(point.y))
    }
    return closing ? text + "Z" : text
  }

  /// Fills a rectangle between places on the axes, which says what it shows when it is pointed at.
  mutating func bar(
    x xRange: ClosedRange<Double>, y yRange: ClosedRange<Double>, _ kind: String, tip: String? = nil
  ) {
    let (x0, x1) = (x.clamped(xRange.lowerBound), x.clamped(xRange.upperBound))
    let (y0, y1) = (y.clamped(yRange.upperBound), y.clamped(yRange.lowerBound))
    marks.append(
      .element(
        "rect",
        [
          "class": "bar \(kind)", "x": Self.length(x0), "y": Self.length(y0),
          "width": Self.length(max(0, x1 - x0)), "height": Self.length(max(0, y1 - y0)),
        ], tip.map { [Self.tip($0)] } ?? []))
  }

  /// Draws a dot at a place.
  mutating func dot(
    _ xValue: Double, _ yValue: Double, _ kind: String, radius: Double = 3.5, tip: String? = nil
  ) {
    marks.append(
      .element(
        "circle",
        [
          "class": "dot \(kind)", "cx": Self.length(x.clamped(xValue)),
          "cy": Self.length(y.clamped(yValue)), "r": Self.length(radius),
        ], tip.map { [Self.tip($0)] } ?? []))
  }

  /// Draws an interval along the horizontal axis.
  mutating func horizontalInterval(_ range: ClosedRange<Double>, y yValue: Double, _ kind: String) {
    let place = y.position(yValue)
    marks.append(
      Self.line(
        x.clamped(range.lowerBound), place, x.clamped(range.upperBound), place,
        "interval \(kind)"))
  }

  /// Draws a vertical line at a number, from bottom to top.
  mutating func verticalRule(_ value: Double, _ kind: String) {
    marks.append(Self.line(x.clamped(value), top, x.clamped(value), bottom, "rule \(kind)"))
  }

  /// Draws a vertical line at a number, from the bottom up to another.
  mutating func verticalTick(_ value: Double, to end: Double, _ kind: String) {
    let place = x.clamped(value)
    marks.append(Self.line(place, y.clamped(end), place, bottom, "rule \(kind)"))
  }

  /// Draws a horizontal line at a number, from left to right.
  mutating func horizontalRule(_ value: Double, _ kind: String) {
    marks.append(Self.line(left, y.clamped(value), right, y.clamped(value), "rule \(kind)"))
  }

  /// Adds anything else.
  mutating func add(_ mark: Markup) { marks.append(mark) }

  /// Writes words at a place in the drawing.
  mutating func note(
    _ xPlace: Double, _ yPlace: Double, _ text: String, _ kind: String, anchor: String = "start"
  ) {
    labels.append(Self.text(xPlace, yPlace, text, kind, anchor))
  }

  /// Writes words from a file at a place in the drawing.
  mutating func foreignNote(
    _ xPlace: Double, _ yPlace: Double, _ text: String, _ kind: String, limit: Int
  ) {
    labels.append(
      Self.element(
        "text", xPlace, yPlace, kind, "start", [.foreign(text, limit: limit)]))
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) -> Markup
  {
    .element(
      "line",
      [
        "class": kind, "x1": length(x1), "y1": length(y1), "x2": length(x2), "y2": length(y2),
      ])
  }

  static func text(
    _ x: Double, _ y: Double, _ text: String, _ kind: String, _ anchor: String
  ) -> Markup {
    element("text", x, y, kind, anchor, [.text(text)])
  }

  private static func element(
    _ name: StaticString, _ x: Double, _ y: Double, _ kind: String, _ anchor: String,
    _ children: [Markup]
  ) -> Markup {
    .element(
      name,
      ["class": kind, "x": length(x), "y": length(y), "text-anchor": anchor], children)
  }

  static func tip(_ text: String) -> Markup { .element("title", [:], [.text(text)]) }
}

// MARK: - As a whole

extension Plot {
  /// The drawing.
  ///
  /// - Parameters:
  ///   - id: A name of its own on the page.
  ///   - title: What it shows, for who cannot see it.
  ///   - description: What there is to be seen, for the same.
  /// - Returns: An `svg` element.
  func markup(id: String, title: String, description: String) -> Markup {
    Self.drawing(
      id: id, height: height, title: title, description: description, axes + marks + labels)
  }

  /// A drawing of any marks.
  static func drawing(
    id: String, height: Double, title: String, description: String, _ marks: [Markup]
  ) -> Markup {
    .element(
      "svg",
      [
        "class": "plot", "viewBox": "0 0 \(length(width)) \(length(height))", "role": "img",
        "aria-labelledby": "\(id)-t \(id)-d",
      ],
      [
        .element("title", ["id": "\(id)-t"], [.text(title)]),
        .element("desc", ["id": "\(id)-d"], [.text(description)]),
      ] + marks)
  }
}
