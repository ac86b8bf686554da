internal import Engine

/// What a summary shows in pictures, with the numbers of each in the table of all runs.
struct SummaryFigures {
  let runs: [Cited]

  /// What is shown of each variant and vocabulary: a number of the verdict, what it is called, and what
  /// gives it.
  private static let figures = [
    (name: "right", title: "Names that are right", axis: "features named right", remedy: "truth"),
    (
      name: "efficiency", title: "Names right, of what can be", axis: "share of the ceiling",
      remedy: "truth"
    ),
    (
      name: "beyond_rotated", title: "Features beyond rotated ones",
      axis: "features beyond rotated ones", remedy: "verdict"
    ),
    (
      name: "beyond_random", title: "Features beyond random ones",
      axis: "features beyond random ones", remedy: "verdict"
    ),
  ]

  /// A drawing of each number, or a line where there is none.
  var all: [Markup] {
    Self.figures.map { figure in
      let rows = rows(figure.name)
      guard !rows.isEmpty else {
        return Figure.missing(
          figure.title, .text("no run has it; give \(figure.remedy) in the campaign's file"))
      }
      let values = rows.flatMap(\.values).map(\.value)
      let low = min(0, values.min() ?? 0)
      let plot = StripPlot(
        rows: rows, domain: low...max(1, values.max() ?? 1), axis: figure.axis,
        format: NumberText.percent)
      return Figure(
        title: figure.title,
        caption: .text(
          "Each dot is an autoencoder, each row a variant of the lens and a vocabulary; at the right medians. "
            + "The numbers stand in the table of all runs."),
        drawing: plot.markup(id: "summary-" + figure.name, title: figure.title)
      ).markup
    }
  }

  /// A row for each variant and vocabulary in which a number is known, in the order of the runs.
  private func rows(_ name: String) -> [StripPlot.Row] {
    var order: [[String]] = []
    var values: [[String]: [(name: String, value: Double)]] = [:]
    for run in runs {
      guard let value = run["verdict", name, "estimate"]?.double else { continue }
      let key = [run["variant"]?.string ?? "", run["labels"]?.string ?? ""]
      if values[key] == nil { order.append(key) }
      values[key, default: []].append((run["sae"]?.string ?? "", value))
    }
    return order.map { StripPlot.Row(name: $0[0], detail: $0[1], values: values[$0] ?? []) }
  }

  /// How often each verdict holds, by variant and vocabulary.
  var verdicts: Markup {
    var columns: [[String]] = []
    var counts: [String: [[String]: Int]] = [:]
    var names: [String] = []
    for run in runs {
      guard let verdicts = run["verdict", "verdicts"]?.elements.compactMap(\.string) else {
        continue
      }
      let key = [run["variant"]?.string ?? "", run["labels"]?.string ?? ""]
      if !columns.contains(key) { columns.append(key) }
      for name in verdicts {
        if counts[name] == nil { names.append(name) }
        counts[name, default: [:]][key, default: 0] += 1
      }
    }
    guard !columns.isEmpty else {
      return Figure.missing(
        "Verdicts", .text("no run has one; give verdict in the campaign's file"))
    }
    var table = DataTable(
      "How many autoencoders have each verdict",
      [.text("verdict")]
        + columns.map { .number($0.joined(separator: ", ").printable(limit: 60)) })
    for name in names {
      table.add(
        [.foreign(name)]
          + columns.map { .number(Double(counts[name]?[$0] ?? 0)) { NumberText.count($0) } })
    }
    return table.markup
  }
}
