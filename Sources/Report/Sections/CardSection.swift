internal import Engine

/// Features one by one.
struct CardSection {
  let facts: RunFacts
  let choice: CardChoice
  let companion: Report.Companion
  let sprite: Sprite?
  let workers: Int

  private var pictures: TopPictures? { companion.pictures }

  /// The columns that cards quote.
  private struct Quotes {
    let p: [Float]?
    let pInPlace: [Float]?
    let names: [Int]?
    let ranks: [Int]?
    let classes: [Int]?
    let means: [Float]
    let deviations: [Float]
    let margins: [Float]
    let entropies: [Float]
    let kurtoses: [Float]
    /// What was read again, by row.
    let answers: [Int: FeatureQuery.Answer]
  }

  /// The features listed beside one, and the bins of its cosines.
  private static let neighbourCount = 4
  private static let binCount = 40

  /// The pictures shown of a feature.
  private static let pictureCount = 6

  /// The section.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markup() throws -> Markup {
    let heading = Markup.element("h2", ["id": "\(facts.prefix)-cards"], [.text("Features")])
    guard !choice.groups.isEmpty else {
      return heading
        + Figure.missing("Features one by one", .text("report --cards, over 0, shows some"))
    }
    let quotes = Quotes(
      p: try facts.numbers("centred", "p"), pInPlace: try facts.numbers("centred", "p_in_place"),
      names: try facts.integers("centred", "label_id"),
      ranks: try facts.integers("centred", "true_rank"),
      classes: try facts.columns.verdictIntegers("truth.label_id"),
      means: try facts.columns.numbers("mean"), deviations: try facts.columns.numbers("sd"),
      margins: try facts.columns.numbers("margin"),
      entropies: try facts.columns.numbers("entropy"),
      kurtoses: try facts.columns.numbers("kurtosis"), answers: answers)
    var parts: [Markup] = [
      heading, .element("p", ["class": "mute"], [.text(Self.explanation)]),
    ]
    if pictures == nil {
      parts.append(
        Figure.missing(
          "What features fire on",
          .text("report --fires-on FILE, with --fires-on-names or --sprite, shows it")))
    }
    if companion.query == nil {
      parts.append(
        Figure.missing(
          "All cosines and nearest features",
          .text("report --recompute reads the model and the autoencoder of the run again for them"))
      )
    }
    let filter = Markup.element(
      "label", ["class": "filter"],
      [.text("Filter cards "), .element("input", ["type": "search", "autocomplete": "off"])])
    var groups: [Markup] = [filter]
    for group in choice.groups {
      groups.append(.element("h3", [:], [.text("\(group.title)")]))
      groups.append(.element("p", ["class": "mute"], [.text(group.reason)]))
      if group.rows.isEmpty { groups.append(.paragraph(.text("There is none."))) }
      groups.append(
        .element(
          "div", ["class": "cards"],
          try group.rows.map { try card($0, group.id, quotes) }))
    }
    parts.append(.element("div", ["class": "filterable"], groups))
    return .joined(parts)
  }

  private static let explanation =
    "Bars are cosines, drawn from 0; shares are probabilities among all labels. Along the axis, blue ticks are the best labels and orange ones the "
    + "worst; grey is the mean of all labels ± one and two standard deviations, or how many labels have such a cosine."

  /// What is read again of all features on cards.
  private var answers: [Int: FeatureQuery.Answer] {
    guard let query = companion.query else { return [:] }
    let rows = Set(choice.groups.flatMap(\.rows)).sorted()
    let answers = query.answers(
      ofRows: rows, neighbourCount: Self.neighbourCount, workers: workers)
    return Dictionary(uniqueKeysWithValues: zip(rows, answers))
  }

  // MARK: - A card

  private func card(_ row: Int, _ group: String, _ quotes: Quotes) throws -> Markup {
    let id = facts.featureIDs[row]
    let top = try facts.columns.labels(at: .top, ofRow: row)
    let bottom = try facts.columns.labels(at: .bottom, ofRow: row)
    let scale = Self.barScale(best: top.first?.cosine, worst: bottom.first?.cosine)
    var parts: [Markup] = [
      .element("h5", [:], [.text("feature \(id)")]),
      .element(
        "p", ["class": "names"],
        [top.first.map { .foreign(facts.label($0.label), limit: 90) } ?? .text("not read")]),
      .element("p", [:], tags(row, first: top.first?.label, quotes)),
    ]
    if let firing = firing(id) { parts.append(firing) }
    parts.append(labels("Most like", top.prefix(5), scale))
    if let first = top.first, let last = bottom.first {
      let domain = Double(min(last.cosine, first.cosine))...Double(first.cosine)
      parts.append(strip(row, group, top, bottom, quotes, domain))
    }
    if let answer = quotes.answers[row] { parts.append(try neighbours(answer)) }
    parts.append(
      .details(
        .text("More"), labels("Next labels", top.dropFirst(5), scale),
        labels("Least like", bottom.prefix(5), scale), numbers(row, quotes)))
    return .element(
      "article", ["class": "card", "id": "\(facts.prefix)-\(group)-\(id)"], parts)
  }

  /// The axis of a card's bars, on which 0 and all of its cosines lie.
  static func barScale(best: Float?, worst: Float?) -> Scale {
    let ends = [0, Double(best ?? 0), Double(worst ?? 0)].filter(\.isFinite)
    return Scale(.linear, (ends.min() ?? 0)...(ends.max() ?? 0), from: 0, to: 100)
  }

  private func tags(_ row: Int, first: Int?, _ quotes: Quotes) -> [Markup] {
    var tags: [Markup] = []
    func tag(_ parts: Markup...) { tags.append(.element("span", ["class": "tag"], parts)) }
    for (values, null) in [(quotes.p, "rotated"), (quotes.pInPlace, "random")] {
      guard let p = values?[row] else { continue }
      tag(.text("centred p \(NumberText.pValue(Double(p))) \(null)"))
    }
    if let name = quotes.names?[row], name >= 0, name != first {
      tag(.text("centred: "), .foreign(facts.label(name), limit: 60))
    }
    if let classes = quotes.classes, classes[row] >= 0, let rank = quotes.ranks?[row], rank > 0 {
      let right = rank == 1 ? "✓ centred is right: " : "fires on "
      tag(
        .text(right), .foreign(facts.label(classes[row]), limit: 60),
        .text(rank == 1 ? "" : ", its label \(NumberText.count(rank)) of the centred ones"))
    }
    return tags
  }

  private func firing(_ id: Int) -> Markup? {
    guard let pictures, id < pictures.featureCount else { return nil }
    let names = pictures.pictures(ofFeature: id)
    let items = zip(pictures.pictureIDs(ofFeature: id), names).prefix(Self.pictureCount).map {
      index, name in
      Markup.element(
        "li", [:],
        [sprite?.picture(index, name: name) ?? .foreign(name, limit: 40)])
    }
    guard !items.isEmpty else { return .element("p", ["class": "mute"], [.text("never fires")]) }
    return .element("ul", ["class": "pictures", "aria-label": "fires most on"], Array(items))
  }

  private func labels(
    _ caption: String, _ readings: some Collection<RunColumns.Reading>, _ scale: Scale
  ) -> Markup {
    guard !readings.isEmpty else { return .empty }
    let rows = readings.map { reading -> Markup in
      let (zero, end) = (scale.position(0), scale.position(Double(reading.cosine)))
      let bar = Markup.element(
        "svg",
        ["viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true"],
        [
          .element(
            "rect",
            [
              "class": reading.cosine < 0 ? "bar minus" : "bar solid",
              "x": Plot.length(min(zero, end)), "y": "1", "height": "8",
              "width": Plot.length(abs(end - zero)),
            ])
        ])
      return .element(
        "tr", [:],
        [
          .element("th", ["scope": "row"], [.foreign(facts.label(reading.label), limit: 60)]),
          .element("td", ["class": "bars"], [bar]),
          .element("td", ["class": "n"], [.text(NumberText.fixed(Double(reading.cosine), 3))]),
          .element("td", ["class": "n"], [.text(Self.share(Double(reading.probability)))]),
        ])
    }
    return .element(
      "table", [:], [.element("caption", [:], [.text(caption)]), .element("tbody", [:], rows)])
  }

  private static func share(_ value: Double) -> String {
    value >= 0.001 ? NumberText.percent(value) : value.isNaN ? "–" : "<0.1\u{A0}%"
  }

  private func neighbours(_ answer: FeatureQuery.Answer) throws -> Markup {
    guard !answer.neighbours.isEmpty else { return .empty }
    let items = try answer.neighbours.map { neighbour -> Markup in
      let row = facts.row(ofFeature: neighbour.feature)
      let name = try row.flatMap { try facts.columns.labels(at: .top, ofRow: $0).first?.label }
      return .element(
        "li", [:],
        [
          .text("feature \(neighbour.feature) "),
          .element(
            "span", ["class": "mute"],
            [
              name.map { .foreign(facts.label($0), limit: 40) } ?? .empty,
              .text(" \(NumberText.fixed(Double(neighbour.cosine), 3))"),
            ]),
        ])
    }
    return .element(
      "div", ["class": "near"],
      [.element("p", [:], [.text("Nearest features")]), .element("ul", [:], items)])
  }

  /// How many labels have which cosine, as a drawing's bars.
  private func bars(
    _ answer: FeatureQuery.Answer, _ domain: ClosedRange<Double>, _ plot: inout Plot
  ) {
    let histogram = Histogram(answer.cosines, in: plot.x.domain, bins: Self.binCount)
    let most = Double(histogram.counts.max() ?? 1)
    for bin in histogram.counts.indices where histogram.counts[bin] > 0 {
      let bounds = histogram.bounds(bin)
      plot.bar(
        x: bounds, y: 0...(Double(histogram.counts[bin]) / most), "real",
        tip:
          "\(NumberText.fixed(bounds.lowerBound, 3)) to \(NumberText.fixed(bounds.upperBound, 3)): "
          + "\(NumberText.count(histogram.counts[bin])) labels")
    }
  }

  /// All that is known of a feature's cosines along one axis.
  private func strip(
    _ row: Int, _ group: String, _ top: [RunColumns.Reading], _ bottom: [RunColumns.Reading],
    _ quotes: Quotes, _ domain: ClosedRange<Double>
  ) -> Markup {
    let answer = quotes.answers[row].flatMap { $0.cosines.isEmpty ? nil : $0 }
    var plot = Plot(
      height: answer == nil ? 58 : 92, margins: .init(top: 4, right: 16, bottom: 34, left: 16),
      x: (.linear, domain), y: (.linear, 0...1))
    plot.xAxis("cosine with every label", ticks: 4)
    let (mean, deviation) = (Double(quotes.means[row]), Double(quotes.deviations[row]))
    if let answer {
      bars(answer, domain, &plot)
    } else {
      for width in [2.0, 1] where deviation > 0 {
        plot.bar(x: (mean - width * deviation)...(mean + width * deviation), y: 0...1, "band ink")
      }
    }
    plot.verticalRule(mean, "faint")
    let height = answer == nil ? 1 : 0.3
    for (readings, kind) in [(bottom, "least"), (top, "real")] {
      for reading in readings { plot.verticalTick(Double(reading.cosine), to: height, kind) }
    }
    return plot.markup(
      id: "\(facts.prefix)-\(group)-\(facts.featureIDs[row])-strip",
      title: "Cosines of the feature",
      description:
        "Mean \(NumberText.cosine(mean)), standard deviation \(NumberText.cosine(deviation)), "
        + "from \(NumberText.cosine(domain.lowerBound)) to \(NumberText.cosine(domain.upperBound))."
    )
  }

  private func numbers(_ row: Int, _ quotes: Quotes) -> Markup {
    let values: [(String, String)] = [
      ("margin", NumberText.cosine(Double(quotes.margins[row]))),
      ("entropy", NumberText.fixed(Double(quotes.entropies[row]), 3) + " nats"),
      ("mean cosine", NumberText.cosine(Double(quotes.means[row]))),
      ("standard deviation", NumberText.cosine(Double(quotes.deviations[row]))),
      ("kurtosis", NumberText.fixed(Double(quotes.kurtoses[row]), 2)),
    ]
    return .element(
      "dl", ["class": "list"],
      values.flatMap { name, value in
        [Markup.element("dt", [:], [.text(name)]), .element("dd", [:], [.text(value)])]
      })
  }
}
