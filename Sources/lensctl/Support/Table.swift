/// Rows of texts under headings, printed in columns that align, or separated by tabs.
struct Table {
  /// How a column is set.
  enum Alignment {
    case left, right
  }

  private var columns: [(heading: String, alignment: Alignment)]
  private var rows: [[String]] = []

  /// Makes an empty table.
  ///
  /// - Parameter columns: The heading and alignment of each column.
  init(_ columns: [(heading: String, alignment: Alignment)]) {
    self.columns = columns
  }

  /// Appends a row.
  ///
  /// - Parameter cells: One text for each column, printable.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells in \(columns.count) columns")
    rows.append(cells)
  }

  /// The lines of the table, headings first.
  ///
  /// - Parameter style: How it is printed. Lines are cut to the style's width.
  /// - Returns: The lines.
  func lines(_ style: OutputStyle) -> [String] {
    let headings = columns.map(\.heading)
    guard !style.isPlain else { return ([headings] + rows).map { $0.joined(separator: "\t") } }
    let widths = widths
    let set = ([headings] + rows).map { row -> String in
      let line = zip(row, zip(columns, widths)).map { cell, column in
        let padding = String(repeating: " ", count: column.1 - cell.displayWidth)
        return column.0.alignment == .left ? cell + padding : padding + cell
      }.joined(separator: "  ")
      let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex
      let trimmed = String(line[..<end])
      return style.width.map { trimmed.cut(toWidth: $0) } ?? trimmed
    }
    return [style.emphasized(set[0])] + set.dropFirst()
  }

  /// Whether no line is cut in a style.
  func fits(_ style: OutputStyle) -> Bool {
    guard !style.isPlain, let most = style.width else { return true }
    return width <= most
  }

  /// The columns that a line takes if it is not cut.
  var width: Int { widths.reduce(0, +) + 2 * (columns.count - 1) }

  /// The width of each column.
  private var widths: [Int] {
    var widths = columns.map(\.heading.displayWidth)
    for row in rows {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], cell.displayWidth)
      }
    }
    return widths
  }
}
