internal import Engine

/// How far corrections bring the form in use, and what each cause costs.
struct LadderFigures {
  let facts: RunFacts

  private var rungs: [Cited] { facts.verdict?["ladder", "rungs"]?.elements ?? [] }

  /// Whether rungs are measured by names that are right; else by what is beyond rotated features.
  private var isByTruth: Bool { rungs.first?["excess"] != nil }

  // MARK: - Ladder

  /// What pictures in the place of words name right.
  private var ceiling: CitedInterval? {
    isByTruth ? CitedInterval(facts.form?["ceiling", "all", "ceiling"]) : nil
  }

  /// The ceiling on the scale of the rungs: less what names agree if features exchange them.
  private var ceilingBeyondChance: (value: Double, range: ClosedRange<Double>)? {
    ceiling.map { ceiling in
      let chance = facts.score("centred")?["agreement", "permuted"]?.double ?? 0
      return (
        ceiling.value - chance,
        (ceiling.range.lowerBound - chance)...(ceiling.range.upperBound - chance)
      )
    }
  }

  /// The ladder, from the lens as it is read to the best of all that were judged.
  var ladder: Markup {
    guard !rungs.isEmpty else {
      return Figure.missing(
        "Steps from the lens as it is read to the best",
        .text("the form in use was not judged; leave --variant out, or name it there"))
    }
    var rows = rows
    let controls = controlRows
    if !controls.isEmpty {
      rows.append(RowPlot.Row(name: "For comparison"))
      rows += controls
    }
    let whole = RowPlot.domain(rows, and: ceilingBeyondChance.map { [$0.value] } ?? [])
    var plot = RowPlot(
      rows: rows, domain: 0...max(1, whole.upperBound),
      axis: isByTruth ? "names right beyond exchanged ones" : "features beyond rotated ones",
      format: NumberText.percent, tickFormat: Self.wholePercent)
    plot.isJoined = true
    if let ceiling = ceilingBeyondChance {
      plot.areas = [(ceiling.range, "place")]
      plot.rules = [(ceiling.value, "place")]
    }
    plot.rules.append((0, "null"))
    return Figure(
      title: "Steps from the lens as it is read to the best", caption: ladderCaption(ceiling),
      key: [
        .init("dot real", "this lens, corrected step by step"), .init("rule null", "by chance"),
      ]
        + (ceiling == nil ? [] : [.init("rule place", "what pictures in the place of words name")]),
      drawing: plot.markup(
        id: "\(facts.prefix)-ladder", title: "Ladder of corrections",
        description: rows.filter { !$0.marks.isEmpty }
          .map { "\($0.name): \(NumberText.percent($0.marks[0].value))" }
          .joined(separator: "; ").printable(limit: 1000)),
      table: table
    ).markup
  }

  /// The ladder without what it is compared with, under the name of the run.
  var small: Markup {
    guard !rungs.isEmpty else {
      return Figure.missing(
        facts.name.printable(limit: 60), .text("has no verdict of the lens that it was read by"))
    }
    let rows = rows
    var plot = RowPlot(
      rows: rows, domain: 0...1,
      axis: isByTruth ? "names right beyond exchanged ones" : "features beyond rotated ones",
      format: NumberText.percent, tickFormat: Self.wholePercent)
    plot.isJoined = true
    if let ceiling = ceilingBeyondChance {
      plot.areas = [(ceiling.range, "place")]
      plot.rules = [(ceiling.value, "place")]
    }
    plot.rules.append((0, "null"))
    return Figure(
      title: facts.name.printable(limit: 60), caption: ladderCaption(ceiling),
      drawing: plot.markup(
        id: "\(facts.prefix)-small-ladder",
        title: "Ladder of corrections of \(facts.name.printable(limit: 60))",
        description: rows.map { "\($0.name): \(NumberText.percent($0.marks[0].value))" }
          .joined(separator: "; ").printable(limit: 1000))
    ).markup
  }

  /// A row for each rung, and one for the best.
  private var rows: [RowPlot.Row] {
    let figure = isByTruth ? "excess" : "beyond"
    var rows = rungs.compactMap { rung -> RowPlot.Row? in
      guard let mark = RowPlot.Mark("real", CitedInterval(rung[figure])) else { return nil }
      return RowPlot.Row(
        name: rung["change"]?.string ?? "", detail: Self.reading(rung), marks: [mark])
    }
    if let best = facts.verdict?["ladder", "best"],
      let mark = RowPlot.Mark("ink", CitedInterval(best["value"]))
    {
      rows.append(
        RowPlot.Row(name: "best of all judged", detail: Self.reading(best), marks: [mark]))
    }
    return rows
  }

  private func ladderCaption(_ ceiling: CitedInterval?) -> Markup {
    guard let first = rungs.first, let last = facts.verdict?["ladder", "best"] else {
      return .empty
    }
    let figure = isByTruth ? "excess" : "beyond"
    var caption =
      (first[figure, "estimate"]?.markup(NumberText.percent) ?? .empty)
      + .text(
        isByTruth ? " of names are right beyond chance as they are read, " : " as it is read, ")
      + (last["value", "estimate"]?.markup(NumberText.percent) ?? .empty)
      + .text(" by the best of all that were judged")
    if let ceiling {
      caption +=
        .text(", ") + ceiling.estimate.markup(NumberText.percent)
        + .text(" by pictures in the place of words, drawn less what chance has of it")
    }
    return caption + .text(". Lines are 95 % intervals.")
  }

  private static func reading(_ rung: Cited) -> String {
    "\(rung["variant"]?.string ?? "") · \(rung["score"]?.string ?? "")"
  }

  private static func wholePercent(_ value: Double) -> String {
    NumberText.fixed(100 * value, 0) + "%"
  }

  /// What holds nothing, or all, by the centred score.
  private var controls: [(name: String, score: Cited)] {
    let names = [
      "random": "untrained directions", "identity": "directions of labels",
      "class_means": "directions of pictures", "shuffled": "shuffled features",
    ]
    return (facts.verdict?["controls", "banks"]?.elements ?? []).compactMap { bank in
      guard let name = names[bank["id"]?.string ?? ""],
        let score = bank["scores"]?.element(where: "id", is: "centred")
      else { return nil }
      return (name, score)
    }
  }

  private var controlRows: [RowPlot.Row] {
    controls.compactMap { name, score in
      if isByTruth {
        guard let mark = RowPlot.Mark("other", CitedInterval(score["agreement", "excess"])) else {
          return nil
        }
        return RowPlot.Row(name: name, marks: [mark])
      }
      guard let share = CitedInterval(score["rotated", "null_share"]) else { return nil }
      let range = (1 - share.range.upperBound)...(1 - share.range.lowerBound)
      return RowPlot.Row(name: name, marks: [.init("other", 1 - share.value, range)])
    }
  }

  private var table: DataTable {
    var table = DataTable(
      "The ladder, rung by rung",
      [
        .text("step"), .text("variant"), .text("score"), .number("right beyond chance"),
        .number("from"), .number("to"), .number("gain"), .number("beyond rotated"),
        .number("effective labels"),
      ])
    for rung in rungs {
      table.add(
        .foreign(rung["change"]?.string ?? ""), .foreign(rung["variant"]?.string ?? ""),
        .foreign(rung["score"]?.string ?? ""), .percent(rung["excess", "estimate"]),
        .percent(rung["excess", "lower"]), .percent(rung["excess", "upper"]),
        .percent(rung["gain", "estimate"]), .percent(rung["beyond", "estimate"]),
        rung["effective_labels"]?.cell(NumberText.short) ?? .text("–"))
    }
    func add(_ name: String, _ reading: Cited?, _ cells: [DataTable.Cell]) {
      let text = [name, reading?["variant"]?.string ?? "–", reading?["score"]?.string ?? "–"]
      let rest = table.columns.count - text.count - cells.count
      table.add(
        text.map { .foreign($0) } + cells + [DataTable.Cell](repeating: .text("–"), count: rest))
    }
    if let best = facts.verdict?["ladder", "best"] {
      let cells = ["estimate", "lower", "upper"].map { DataTable.Cell.percent(best["value", $0]) }
      let dash = DataTable.Cell.text("–")
      add("best of all judged", best, isByTruth ? cells : [dash, dash, dash, dash, cells[0]])
    }
    if let ceiling = ceilingBeyondChance {
      let ends = [ceiling.value, ceiling.range.lowerBound, ceiling.range.upperBound]
      add("pictures in the place of words", nil, ends.map { .number($0, NumberText.percent) })
    }
    for control in controls {
      add(
        control.name, nil,
        ["estimate", "lower", "upper"].map {
          DataTable.Cell.percent(control.score["agreement", "excess", $0])
        }
          + [
            .text("–"),
            .complement(control.score["rotated", "null_share", "estimate"]),
            control.score["effective_labels"]?.cell(NumberText.short) ?? .text("–"),
          ])
    }
    return table
  }

  // MARK: - Causes

  /// What each cause costs, shared out fairly.
  var causes: Markup {
    let title = "What each cause costs"
    let causes = facts.verdict?["ladder", "causes"]?.elements ?? []
    guard !causes.isEmpty else {
      return Figure.missing(
        title, .text("verdict --truth FILE says which names are right, of which costs are made"))
    }
    let rows = causes.map { cause in
      RowPlot.Row(
        name: cause["cause"]?.string ?? "", detail: Self.advice(cause["cause"]?.string ?? ""),
        marks: [
          RowPlot.Mark("real", CitedInterval(cause["names"])),
          RowPlot.Mark("other", CitedInterval(cause["probability"])),
        ].compactMap { $0 })
    }
    var table = DataTable(
      "Shapley shares of causes, in points",
      [
        .text("cause"), .number("names"), .number("from"), .number("to"), .number("probability"),
        .number("from"), .number("to"),
      ])
    for cause in causes {
      table.add(
        [.foreign(cause["cause"]?.string ?? "")]
          + ["names", "probability"].flatMap { figure in
            ["estimate", "lower", "upper"].map { end in
              cause[figure, end]?.cell(Self.points) ?? .text("–")
            }
          })
    }
    var plot = RowPlot(
      rows: rows, domain: RowPlot.domain(rows), axis: "points gained by correcting it",
      format: Self.points, tickFormat: { NumberText.plain(100 * $0) })
    plot.rules = [(0, "faint")]
    return Figure(
      title: title,
      caption: .text(
        "Shapley shares: the mean gain of each correction over all orders of corrections. Under 0 it costs more than it brings."
      ),
      key: [
        .init("dot real", "of right names"), .init("dot other", "of the right name's probability"),
      ],
      drawing: plot.markup(
        id: "\(facts.prefix)-causes", title: title,
        description: rows.map { row in
          row.name + ": " + row.marks.map { Self.points($0.value) }.joined(separator: " and ")
        }.joined(separator: "; ").printable(limit: 600)),
      table: table
    ).markup
  }

  private static func points(_ value: Double) -> String { NumberText.fixed(100 * value, 1) }

  private static func advice(_ cause: String) -> String {
    [
      "bias": "read linearly", "centring": "centre both banks", "hubs": "even labels out",
      "temperature": "likeliest scale", "template": "mean of templates",
    ][cause] ?? ""
  }
}
