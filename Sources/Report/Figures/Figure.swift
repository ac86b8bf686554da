/// A drawing with its heading, what is to be seen in it, a key, and the numbers behind it.
struct Figure {
  /// What a colour or stroke stands for.
  struct KeyEntry {
    let kind: String
    let text: String

    init(_ kind: String, _ text: String) { (self.kind, self.text) = (kind, text) }
  }

  let title: String
  /// What is to be seen, with its numbers.
  let caption: Markup
  var key: [KeyEntry] = []
  let drawing: Markup
  /// The numbers behind the drawing; nil where the page has them elsewhere.
  var table: DataTable?

  /// The figure on the page.
  var markup: Markup {
    var parts: [Markup] = [
      .element(
        "figcaption", [:],
        [.element("h4", [:], [.text(title)]), .element("p", [:], [caption])])
    ]
    if !key.isEmpty {
      parts.append(
        .element(
          "ul", ["class": "key"],
          key.map { entry in
            .element(
              "li", [:],
              [
                .element(
                  "svg",
                  ["class": "swatch", "viewBox": "0 0 20 10", "aria-hidden": "true"],
                  [Self.swatch(entry.kind)]),
                .text(entry.text),
              ])
          }))
    }
    parts.append(drawing)
    if let table { parts.append(.details(.text("Numbers"), table.markup)) }
    return .element("figure", [:], parts)
  }

  /// A short piece of what a kind of mark looks like.
  private static func swatch(_ kind: String) -> Markup {
    if kind.hasPrefix("bar ") {
      return .element(
        "rect", ["class": kind, "x": "1", "y": "0", "width": "18", "height": "10"])
    }
    if kind.hasPrefix("dot ") {
      return .element("circle", ["class": kind, "cx": "10", "cy": "5", "r": "4"])
    }
    return .element("line", ["class": kind, "x1": "0", "y1": "5", "x2": "20", "y2": "5"])
  }

  /// Whether markup is a line in the place of a figure.
  static func isMissing(_ markup: Markup) -> Bool { markup.html.hasPrefix("<p class=\"missing\"") }

  /// A line in the place of a figure for which a run has no numbers.
  ///
  /// - Parameters:
  ///   - title: What would be shown.
  ///   - remedy: What gives the numbers, such as an option.
  /// - Returns: The line.
  static func missing(_ title: String, _ remedy: Markup) -> Markup {
    .element(
      "p", ["class": "missing"], [.element("strong", [:], [.text(title + ": ")]), remedy])
  }
}
