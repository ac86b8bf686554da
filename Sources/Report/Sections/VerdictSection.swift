internal import Engine

/// What a verdict says, before anything else: its names in words, and the few numbers that carry it.
struct VerdictSection {
  let facts: RunFacts

  /// The section.
  var markup: Markup {
    guard let verdict = facts.verdict else { return missing }
    let ladder = LadderFigures(facts: facts)
    return .joined([
      .element("h2", ["id": "\(facts.prefix)-verdict"], [.text("Does the lens work?")]),
      names(verdict), numbers,
      RunPage.figures([ladder.ladder, ladder.causes, PowerFigure(facts: facts).markup]),
      .details(.text("All rules, with their figures"), findings(verdict)),
    ])
  }

  private var missing: Markup {
    .joined([
      .element("h2", ["id": "\(facts.prefix)-verdict"], [.text("Does the lens work?")]),
      .paragraph(
        .text("Nobody has asked yet: this run has no verdict. "),
        .element("code", [:], [.text("lensctl verdict")]),
        .text(
          " with the options of the scan reads the same features beside null features, and with "),
        .element("code", [:], [.text("--truth")]),
        .text(
          " beside what they fire on. Until then, that a label comes first says what a direction is near, "
            + "not that the feature means it.")),
    ])
  }

  // MARK: - Names

  private func names(_ verdict: Cited) -> Markup {
    let held = (verdict["findings"]?.elements ?? []).filter { $0["holds"]?.value.bool == true }
    guard !held.isEmpty else {
      return .paragraph(.text("No verdict holds: nothing stands out, good or bad."))
    }
    return .element("ul", ["class": "verdicts"], held.map(item))
  }

  private func item(_ finding: Cited) -> Markup {
    let name = finding["name"]?.string ?? ""
    let (text, tone) = VerdictWords.words(name)
    let mark = tone == .good ? "✓ " : tone == .warning ? "! " : "✕ "
    var parts: [Markup] = [
      .element("strong", [:], [.text(mark), .foreign(text)]),
      .element("code", ["class": "verdict-name"], [.foreign(name)]),
      .paragraph(.foreign(Self.short(finding["sentence"]?.string ?? ""), limit: 400)),
    ]
    if let remedy = finding["changed_by"]?.string {
      parts.append(.paragraph(.text("What to do: "), .foreign(remedy, limit: 400)))
    }
    return .element("li", ["class": tone.rawValue], parts)
  }

  /// A sentence without the list of what it counts.
  private static func short(_ sentence: String) -> String {
    sentence.count > 300 ? String(sentence.prefix { $0 != ":" }) : sentence
  }

  private func findings(_ verdict: Cited) -> Markup {
    var table = DataTable(
      "Every rule, in the order in which it is asked",
      [
        .text("verdict"), .text("holds"), .number("value"), .number("from"), .number("to"),
        .number("threshold"), .text("found"), .text("rule"),
      ])
    for finding in verdict["findings"]?.elements ?? [] {
      let ends = finding["interval"]?.elements ?? []
      let holds = finding["holds"]?.value.bool
      table.add(
        .foreign(finding["name"]?.string ?? ""),
        .text(holds == nil ? "not judged" : holds == true ? "yes" : "no"),
        finding["value"]?.cell(NumberText.short) ?? .text("–"),
        ends.first?.cell(NumberText.short) ?? .text("–"),
        ends.last?.cell(NumberText.short) ?? .text("–"),
        finding["threshold"]?.cell(NumberText.short) ?? .text("–"),
        .foreign(finding["sentence"]?.string ?? "", limit: 2000),
        .foreign(finding["definition"]?.string ?? "", limit: 400))
    }
    return table.markup
  }

  // MARK: - Numbers

  private var numbers: Markup {
    let tiles = [
      right, efficiency, beyond("rotated", "beyond rotated features"),
      beyond("in_place", "beyond random vectors in their place"), effectiveLabels, alignment,
      minimumCosine, control,
    ].compactMap { $0 }
    return .element("dl", ["class": "facts"], tiles)
  }

  private static func tile(_ name: String, _ big: Markup, _ sub: Markup...) -> Markup {
    .element(
      "div", [:],
      [
        .element("dt", [:], [.text(name)]),
        .element(
          "dd", [:], [.span("big", big)] + sub.map { .span("sub", $0) }),
      ])
  }

  private var right: Markup? {
    guard let agreement = facts.score("centred")?["agreement"],
      let right = CitedInterval(agreement["right"]), let permuted = agreement["permuted"]
    else { return nil }
    return Self.tile(
      "names that are right", right.estimate.markup(NumberText.percent),
      right.interval(NumberText.percent),
      permuted.markup(NumberText.percent) + .text(" if features exchange names"))
  }

  private var efficiency: Markup? {
    guard let ceiling = facts.form?["ceiling"], let share = CitedInterval(ceiling["efficiency"]),
      let most = ceiling["known", "ceiling", "estimate"]
    else { return nil }
    return Self.tile(
      "of what can be named", share.estimate.markup(NumberText.percent),
      share.interval(NumberText.percent),
      .text("pictures in the place of words name ") + most.markup(NumberText.percent))
  }

  private func beyond(_ null: String, _ name: String) -> Markup? {
    guard let found = facts.score("centred")?[null],
      let share = CitedInterval(found["null_share"]), let discoveries = found["discoveries"]
    else { return nil }
    return Self.tile(
      name, share.estimate.complement(NumberText.percent),
      .element(
        "span", ["class": "interval"],
        [
          .text("("), (share.upper ?? share.estimate).complement(NumberText.percent),
          .text(" to "), share.lower.complement(NumberText.percent), .text(")"),
        ]),
      discoveries.markup { NumberText.count($0) }
        + .text(" of \(NumberText.count(facts.readCount)) found at a false discovery rate of 5 %"))
  }

  private var effectiveLabels: Markup? {
    guard let test = facts.form?["evidence", "effective_labels"], let observed = test["observed"],
      let median = test["null_median"]
    else { return nil }
    return Self.tile(
      "labels in effective use", observed.markup(NumberText.short),
      median.markup(NumberText.short) + .text(" by rotated features"),
      .text("of ") + (facts.verdict?["labels"]?.markup { NumberText.count($0) } ?? .empty)
        + .text(" labels, by a sample of ")
        + (facts.form?["evidence", "sample"]?.markup { NumberText.count($0) } ?? .text("?"))
        + .text(" features"))
  }

  private var alignment: Markup? {
    guard let ratio = facts.form?["alignment", "ratio"],
      let deviation = facts.form?["alignment", "null_deviation"]
    else { return nil }
    return Self.tile(
      "alignment with the labels", ratio.markup { NumberText.fixed($0, 2) },
      .text("1 ± ") + deviation.markup { NumberText.fixed($0, 2) } + .text(" if rotated"))
  }

  private var minimumCosine: Markup? {
    guard let cosine = CitedInterval(facts.form?["evidence", "power", "minimum_cosine"]) else {
      return nil
    }
    func text(_ value: Double) -> String { NumberText.fixed(value, 3) }
    return Self.tile(
      "least cosine that would be found", cosine.estimate.markup(text), cosine.interval(text),
      .text("planted in half of the features, found 4 times of 5"))
  }

  private var control: Markup? {
    guard let control = facts.form?["control"], let centred = control["centred"] else { return nil }
    return Self.tile(
      "labels read back", centred.markup(NumberText.percent),
      .text("of directions that were made of labels"))
  }
}
