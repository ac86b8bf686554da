/// A table that a script can sort by any column, and filter.
struct DataTable {
  /// A cell: what is shown, and by what it is sorted.
  struct Cell {
    let content: Markup
    /// What orders the rows; nil to take the text as it is shown.
    let key: Double?

    init(_ content: Markup, key: Double? = nil) {
      self.content = content
      self.key = key
    }

    /// Text of this program.
    static func text(_ text: String) -> Cell { Cell(.text(text)) }

    /// Text from a file.
    static func foreign(_ text: String, limit: Int = 200) -> Cell {
      Cell(.foreign(text, limit: limit))
    }

    /// A number as it is shown.
    static func number(_ value: Double, _ format: (Double) -> String) -> Cell {
      Cell(.text(format(value)), key: value.isNaN ? nil : value)
    }
  }

  /// What stands above a column, and whether it holds numbers.
  struct Column {
    let title: String
    let isNumeric: Bool

    /// A column of numbers.
    static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }

    /// A column of words.
    static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
  }

  let caption: String
  let columns: [Column]
  var rows: [[Cell]] = []
  /// Whether a field above the table leaves rows out.
  var hasFilter = false

  init(_ caption: String, _ columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  /// Adds a row.
  ///
  /// - Precondition: It has a cell for each column.
  mutating func add(_ cells: Cell...) { add(cells) }

  mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "\(cells.count) cells of \(columns.count)")
    rows.append(cells)
  }

  /// The table in a box of its own that scrolls.
  var markup: Markup {
    let head = columns.map { column in
      Markup.element(
        "th", ["scope": "col", "class": column.isNumeric ? "n" : "w"],
        [.element("button", ["type": "button"], [.text(column.title)])])
    }
    let body = rows.map { row in
      Markup.element("tr", [:], row.enumerated().map(cell))
    }
    let table = Markup.element(
      "table", ["class": "sortable"],
      [
        .element("caption", [:], [.text(caption)]),
        .element("thead", [:], [.element("tr", [:], head)]),
        .element("tbody", [:], body),
      ])
    let box = Markup.element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption],
      [table])
    return hasFilter ? .element("div", ["class": "filterable"], [Self.filter, box]) : box
  }

  private func cell(_ index: Int, _ cell: Cell) -> Markup {
    let kind = columns[index].isNumeric ? "n" : "w"
    if index == 0, !columns[0].isNumeric {
      return .element("th", ["scope": "row", "class": kind], [cell.content])
    }
    guard let key = cell.key else { return .element("td", ["class": kind], [cell.content]) }
    return .element("td", ["class": kind, "data-key": "\(key)"], [cell.content])
  }

  private static let filter = Markup.element(
    "label", ["class": "filter"],
    [.text("Filter rows "), .element("input", ["type": "search", "autocomplete": "off"])])
}
