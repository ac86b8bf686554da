internal import Engine

/// What readings depend on: the temperature of probabilities, and the factor of shifted directions.
struct ScaleFigures {
  let facts: RunFacts

  // MARK: - Temperature

  /// How sure probabilities are at other temperatures, beside rotated features.
  var temperature: Markup {
    let title = "Temperature"
    guard let curves = facts.verdict?["distributions", "temperature"],
      let points = curves["curve"]?.elements, let null = curves["rotated"]?.elements,
      case let scales = points.compactMap({ $0["scale"]?.double }), let first = scales.min(),
      let last = scales.max(), first > 0, first < last
    else {
      return Figure.missing(
        title, .text("lensctl verdict, with the form in use among those judged, gives the curve"))
    }
    var plot = Plot(height: 240, x: (.logarithmic, first...last), y: (.linear, 0...1))
    plot.yAxis { NumberText.fixed(100 * $0, 0) + "%" }
    plot.xAxis("logit scale 1/T")
    for (curve, member, kind) in [
      (null, "entropy", "other"), (null, "best_probability", "null"), (points, "entropy", "place"),
      (points, "best_probability", "real"),
    ] {
      plot.curve(
        curve.compactMap { point in
          guard let scale = point["scale"]?.double, scale > 0, let value = point[member]?.double
          else { return nil }
          return (x: scale, y: value)
        }, kind)
    }
    let scale = facts.run["logit_scale", "value"]
    if let value = scale?.double, value > 0 { plot.verticalRule(value, "ink") }
    let likeliest = likeliestScale
    if let value = likeliest?.double, value > 0 { plot.verticalRule(value, "faint") }
    return Figure(
      title: title, caption: caption(scale, likeliest, curves),
      key: [
        .init("line real", "best probability"), .init("line null", "the same, rotated"),
        .init("line place", "entropy / ln C"), .init("line other", "the same, rotated"),
        .init("rule ink", "in use"),
      ] + (likeliest == nil ? [] : [.init("rule faint", "likeliest")]),
      drawing: plot.markup(
        id: "\(facts.prefix)-temperature", title: title,
        description:
          "Medians over features at scales from \(NumberText.short(first)) to \(NumberText.short(last))."
      ),
      table: table(points, null)
    ).markup
  }

  /// The scale at which true labels are most likely, of the lens as it is otherwise.
  private var likeliestScale: Cited? {
    facts.verdict?["ladder", "readings"]?.elements.first { reading in
      reading["corrected"]?.value.array == [.string("temperature")]
    }?["scale"]
  }

  private func caption(_ scale: Cited?, _ likeliest: Cited?, _ curves: Cited) -> Markup {
    var text =
      Markup.text("Medians over ")
      + (curves["features"]?.markup { NumberText.count($0) } ?? .empty)
      + .text(" features. The scale in use is ")
      + (scale?.markup(NumberText.short) ?? .text("not known"))
    if let likeliest {
      text +=
        .text("; right names are most likely at ") + likeliest.markup(NumberText.short)
    }
    return text
      + .text(". Where both best probabilities are alike, a probability near 1 is no evidence.")
  }

  private func table(_ points: [Cited], _ null: [Cited]) -> DataTable {
    var table = DataTable(
      "Medians by scale",
      [
        .number("1/T"), .number("best probability"), .number("rotated"), .number("entropy / ln C"),
        .number("rotated"),
      ])
    for (point, other) in zip(points, null) {
      table.add(
        [point["scale"]?.cell(NumberText.short) ?? .text("–")]
          + [
            point["best_probability"], other["best_probability"], point["entropy"],
            other["entropy"],
          ].map { $0?.cell(NumberText.percent) ?? .text("–") })
    }
    return table
  }

  // MARK: - Alpha

  private struct Step {
    let alpha: Double
    let interval: CitedInterval
  }

  private static let kinds = ["real", "other", "place", "null"]

  /// What shifted directions read at other factors.
  var alphas: Markup {
    let title = "Factor of shifted directions"
    let steps = facts.verdict?["variant_inputs", "alpha_sweep"]?.elements ?? []
    var forms: [String] = []
    for step in steps {
      if let id = step["id"]?.string, !forms.contains(id) { forms.append(id) }
    }
    let member = facts.hasTruth ? "right" : "share_in_place"
    let curves = forms.prefix(Self.kinds.count).map { form in
      (
        form: form,
        steps: steps.filter { $0["id"]?.string == form }.compactMap { step -> Step? in
          guard let alpha = step["alpha"]?.double, alpha > 0,
            let found = CitedInterval(
              step["scores"]?.element(where: "id", is: "centred")?[member])
          else { return nil }
          return Step(alpha: alpha, interval: found)
        }.sorted { $0.alpha < $1.alpha }
      )
    }.filter { $0.steps.count > 1 }
    let values = curves.flatMap { $0.steps.map(\.alpha) }
    guard let least = values.min(), let greatest = values.max(), least < greatest else {
      return Figure.missing(
        title,
        .text("verdict --alpha-sweep 0.1,1,10 judges dec.abs and dec.diff at several factors"))
    }
    let most = curves.flatMap { $0.steps.map(\.interval.range.upperBound) }.max() ?? 1
    var plot = Plot(
      height: 230, x: (.logarithmic, least...greatest), y: (.linear, 0...max(most * 1.04, 0.01)))
    plot.yAxis { NumberText.fixed(100 * $0, most < 0.05 ? 1 : 0) + "%" }
    plot.xAxis("factor a of b + a d")
    for (kind, curve) in zip(Self.kinds, curves) {
      plot.band(
        curve.steps.map {
          (x: $0.alpha, lower: $0.interval.range.lowerBound, upper: $0.interval.range.upperBound)
        }, kind)
      plot.curve(curve.steps.map { (x: $0.alpha, y: $0.interval.value) }, kind)
      for step in curve.steps {
        plot.dot(
          step.alpha, step.interval.value, kind, radius: 3,
          tip:
            "\(curve.form), a = \(NumberText.short(step.alpha)): \(NumberText.percent(step.interval.value))"
        )
      }
    }
    var table = DataTable(
      "By variant and factor",
      [.text("variant"), .number("a"), .number("estimate"), .number("from"), .number("to")])
    for curve in curves {
      for step in curve.steps {
        table.add(
          .foreign(curve.form), .number(step.alpha, NumberText.short),
          step.interval.estimate.cell(NumberText.percent),
          step.interval.lower.cell(NumberText.percent),
          step.interval.upper?.cell(NumberText.percent) ?? .text("–"))
      }
    }
    return Figure(
      title: title,
      caption: .text(
        facts.hasTruth
          ? "Names that are right by the centred score, with 95 % intervals."
          : "Features beyond random vectors in their place at p ≤ 0.05, with 95 % intervals."),
      key: zip(Self.kinds, curves).map { .init("line \($0)", $1.form.printable(limit: 30)) },
      drawing: plot.markup(
        id: "\(facts.prefix)-alpha", title: title,
        description: "Factors from \(NumberText.short(least)) to \(NumberText.short(greatest))."),
      table: table
    ).markup
  }
}
