/// The table of all runs of a summary.
struct SummaryTable {
  let runs: [Cited]

  /// The table, with a field that filters it.
  var markup: Markup {
    var table = DataTable(
      "Every run: an autoencoder by a variant of the lens by a vocabulary; verdicts by the centred score",
      [
        .text("run"), .text("autoencoder"), .text("lens"), .text("labels"), .number("features"),
        .number("read"), .number("usable labels"), .text("verdicts"), .number("right"),
        .number("from"), .number("to"), .number("of what can be"), .number("beyond rotated"),
        .number("beyond random"), .number("effective labels"), .number("alignment"),
      ])
    for run in runs { table.add(cells(run)) }
    table.hasFilter = true
    return table.markup
  }

  private func cells(_ run: Cited) -> [DataTable.Cell] {
    func text(_ name: String) -> DataTable.Cell { .foreign(run[name]?.string ?? "–", limit: 200) }
    func count(_ value: Cited?) -> DataTable.Cell {
      value?.cell { NumberText.count($0) } ?? .text("–")
    }
    let verdict = run["verdict"]
    let names = (verdict?["verdicts"]?.elements ?? []).compactMap(\.string)
    let right = verdict?["right"]
    return [
      text("name"), text("sae"), text("variant"), text("labels"),
      count(run["counts", "features"]), count(run["counts", "read"]), count(run["usable_labels"]),
      verdict == nil ? .text("none") : .foreign(names.joined(separator: ", "), limit: 300),
      .percent(right?["estimate"]), .percent(right?["lower"]), .percent(right?["upper"]),
      .percent(verdict?["efficiency", "estimate"]),
      .percent(verdict?["beyond_rotated", "estimate"]),
      .percent(verdict?["beyond_random", "estimate"]),
      verdict?["effective_labels"]?.cell(NumberText.short) ?? .text("–"),
      verdict?["alignment"]?.cell { NumberText.fixed($0, 2) } ?? .text("–"),
    ]
  }
}
