internal import Engine

/// The same question asked of parts: strata of features, templates, variants.
struct PartFigures {
  let facts: RunFacts

  // MARK: - Strata

  private static let strataNames = [
    "density": "By density", "encoder_decoder_cosine": "By cosine of encoder and decoder row",
    "length": "By length of the row", "along_mean": "By cosine with the mean of the features",
  ]

  /// Quarters of the features by what is known of them.
  var strata: Markup {
    let title = "Parts of the features"
    let strata =
      facts.verdict?["strata"]?.element(where: "id", is: facts.formID)?["strata"]?.elements ?? []
    var rows: [RowPlot.Row] = []
    var heading = ""
    var table = DataTable(
      "Quarters of the features, by the centred score",
      [
        .text("by"), .number("from"), .number("to"), .number("features"),
        .number("right beyond chance"), .number("beyond rotated"), .number("beyond random"),
      ])
    let groups = Dictionary(grouping: strata) { $0["by"]?.string ?? "" }
    for stratum in strata {
      guard let score = stratum["scores"]?.element(where: "id", is: "centred") else { continue }
      let by = stratum["by"]?.string ?? ""
      defer { table.add(cells(stratum, score)) }
      guard Self.differ(groups[by] ?? []) else { continue }
      if by != heading {
        rows.append(RowPlot.Row(name: Self.strataNames[by] ?? by))
        heading = by
      }
      let ends = ["lower", "upper"].map { NumberText.short(stratum[$0]?.double ?? .nan) }
      rows.append(
        RowPlot.Row(
          name: ends.joined(separator: " to "),
          marks: [
            RowPlot.Mark("real", CitedInterval(score["excess"])),
            RowPlot.Mark("place", CitedInterval(score["in_place", "beyond"])),
          ].compactMap { $0 }))
    }
    guard rows.contains(where: { !$0.marks.isEmpty }) else {
      return Figure.missing(
        title, .text("lensctl verdict, with the form in use among those judged, asks quarters"))
    }
    var plot = RowPlot(
      rows: rows, domain: 0...1, axis: "share of the features", format: NumberText.percent,
      tickFormat: { NumberText.fixed(100 * $0, 0) + "%" })
    plot.nameWidth = 118
    return Figure(
      title: title,
      caption: .text("Quarters of the features, with 95 % intervals, by the centred score."),
      key: (facts.hasTruth ? [.init("dot real", "names right beyond chance")] : [])
        + [.init("dot place", "features beyond random vectors in their place")],
      drawing: plot.markup(
        id: "\(facts.prefix)-strata", title: title,
        description: "\(strata.count) parts; the numbers are in the table."), table: table
    ).markup
  }

  /// Whether quarters have different ends; lengths that differ by rounding are one length.
  private static func differ(_ quarters: [Cited]) -> Bool {
    guard let low = quarters.first?["lower"]?.double, let high = quarters.last?["upper"]?.double
    else { return false }
    return high - low > 1e-5 * max(abs(low), abs(high))
  }

  private func cells(_ stratum: Cited, _ score: Cited) -> [DataTable.Cell] {
    let by = stratum["by"]?.string ?? ""
    return [
      .foreign(Self.strataNames[by] ?? by), stratum["lower"]?.cell(NumberText.short) ?? .text("–"),
      stratum["upper"]?.cell(NumberText.short) ?? .text("–"),
      stratum["features"]?.cell { NumberText.count($0) } ?? .text("–"),
      .percent(score["excess", "estimate"]), .percent(score["rotated", "beyond", "estimate"]),
      .percent(score["in_place", "beyond", "estimate"]),
    ]
  }

  // MARK: - Templates

  /// How far first labels depend on the template.
  var templates: Markup {
    let title = "Templates"
    guard let report = facts.verdict?["semantics", "templates"],
      let templates = report["templates"]?.elements, !templates.isEmpty
    else {
      return Figure.missing(
        title,
        .text(
          "verdict --compare-templates, or --template-embeddings, names features by each template"))
    }
    let rows = templates.map { template in
      RowPlot.Row(
        name: template["source"]?.string ?? "",
        marks: [RowPlot.Mark("real", CitedInterval(template["like_scan"]))].compactMap { $0 })
    }
    let pairs = report["pairs"]?.elements ?? []
    var table = DataTable(
      "Features with the same first label by two templates",
      [.text("template")] + pairs.indices.map { .number("\($0 + 1)") })
    for (index, (pair, template)) in zip(pairs, templates).enumerated() {
      let cells = pair.elements.prefix(pairs.count).map { $0.cell(NumberText.percent) }
      table.add(
        [.foreign("\(index + 1): " + (template["source"]?.string ?? ""), limit: 80)] + cells
          + [DataTable.Cell](repeating: .text("–"), count: pairs.count - cells.count))
    }
    let kappa = report["kappa"]?.markup { NumberText.fixed($0, 3) } ?? .text("–")
    let same = report["same", "estimate"]?.markup(NumberText.percent) ?? .text("–")
    var plot = RowPlot(
      rows: rows, domain: 0...1, axis: "features named as by the labels of the run",
      format: NumberText.percent, tickFormat: { NumberText.fixed(100 * $0, 0) + "%" })
    plot.nameWidth = 150
    return Figure(
      title: title,
      caption: .text("Two templates give ") + same
        + .text(" of the features the same first label; beyond chance that is κ = ") + kappa
        + .text("."),
      drawing: plot.markup(
        id: "\(facts.prefix)-templates", title: title,
        description: rows.compactMap { row in
          row.marks.first.map { "\(row.name): \(NumberText.percent($0.value))" }
        }.joined(separator: "; ").printable(limit: 800)), table: table
    ).markup
  }

  // MARK: - Variants

  /// What each variant reads, encoder and decoder rows among them.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func variants() throws -> Markup {
    let title = "Encoder, decoder and other variants"
    let variants = facts.verdict?["variants"]?.elements ?? []
    guard !variants.isEmpty else {
      return Figure.missing(
        title, .text("lensctl verdict reads the same features by every variant"))
    }
    let hasTruth = facts.hasTruth
    let rows = variants.compactMap { variant -> RowPlot.Row? in
      guard let score = variant["scores"]?.element(where: "id", is: "centred") else { return nil }
      let id = variant["id"]?.string ?? ""
      let marks = [
        hasTruth ? RowPlot.Mark("real", CitedInterval(score["agreement", "right"])) : nil,
        Self.beyond(score["in_place"]),
      ].compactMap { $0 }
      return RowPlot.Row(name: id == facts.formID ? "▸ " + id : id, marks: marks)
    }
    var plot = RowPlot(
      rows: rows.filter { !$0.marks.isEmpty }, domain: 0...1, axis: "share of the features",
      format: NumberText.percent, tickFormat: { NumberText.fixed(100 * $0, 0) + "%" })
    plot.nameWidth = 104
    return Figure(
      title: title,
      caption: try caption(variants),
      key: (hasTruth ? [.init("dot real", "names that are right")] : [])
        + [.init("dot place", "features beyond random vectors in their place")],
      drawing: plot.markup(
        id: "\(facts.prefix)-variants", title: title,
        description: rows.compactMap { row in
          row.marks.first.map { "\(row.name): \(NumberText.percent($0.value))" }
        }.joined(separator: "; ").printable(limit: 1000)),
      table: table(variants)
    ).markup
  }

  private static func beyond(_ significance: Cited?) -> RowPlot.Mark? {
    guard let share = CitedInterval(significance?["null_share"]) else { return nil }
    return RowPlot.Mark(
      "place", 1 - share.value, (1 - share.range.upperBound)...(1 - share.range.lowerBound))
  }

  /// How often encoder and decoder row of a feature are given the same name.
  private func caption(_ variants: [Cited]) throws -> Markup {
    var text = "By the centred score, with 95 % intervals. ▸ is the lens of the run."
    for (decoder, encoder) in [("dec.lin", "enc.lin"), ("native", "enc.native")] {
      guard let a = try facts.columns.verdictIntegers("\(decoder).centred.label_id"),
        let b = try facts.columns.verdictIntegers("\(encoder).centred.label_id")
      else { continue }
      let both = zip(a, b).filter { $0 >= 0 && $1 >= 0 }
      let same = both.count { $0 == $1 }
      guard !both.isEmpty else { continue }
      text +=
        " \(decoder) and \(encoder) give \(NumberText.percent(Double(same) / Double(both.count))) "
        + "of \(NumberText.count(both.count)) features the same first label."
    }
    return .text(text)
  }

  private func table(_ variants: [Cited]) -> DataTable {
    var table = DataTable(
      "Variants, by the centred score",
      [
        .text("variant"), .number("right"), .number("from"), .number("to"),
        .number("of what can be"), .number("π₀ rotated"), .number("π₀ random"),
        .number("effective labels"), .number("alignment"), .number("read"),
      ])
    for variant in variants {
      let score = variant["scores"]?.element(where: "id", is: "centred")
      let right = score?["agreement", "right"]
      table.add(
        .foreign(variant["id"]?.string ?? ""), .percent(right?["estimate"]),
        .percent(right?["lower"]), .percent(right?["upper"]),
        .percent(variant["ceiling", "efficiency", "estimate"]),
        .percent(score?["rotated", "null_share", "estimate"]),
        .percent(score?["in_place", "null_share", "estimate"]),
        score?["hubs", "effective_labels"]?.cell(NumberText.short) ?? .text("–"),
        variant["alignment", "ratio"]?.cell { NumberText.fixed($0, 2) } ?? .text("–"),
        variant["read"]?.cell { NumberText.count($0) } ?? .text("–"))
    }
    return table
  }
}
