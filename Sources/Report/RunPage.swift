internal import Engine

/// All that is said of one run.
struct RunPage {
  let facts: RunFacts
  let companion: Report.Companion
  let sprite: Sprite?
  let cardCount: Int
  let seed: UInt64
  let workers: Int
  /// The address of the run directory from where the page lies.
  let address: String

  /// The ids and titles of the sections.
  static let sections: [(id: String, title: String)] = [
    ("verdict", "Verdict"), ("chance", "Against chance"), ("labels", "Labels"),
    ("parts", "Parts and variants"), ("cards", "Features"), ("run", "Provenance"),
  ]

  /// The sections, one after the other.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markup() throws -> Markup {
    let scales = ScaleFigures(facts: facts)
    let parts = PartFigures(facts: facts)
    return .joined([
      VerdictSection(facts: facts).markup,
      heading("chance", "Readings against chance"),
      Self.figures(
        try ChanceFigures(facts: facts).markups()
          + [
            try DensityFigure(facts: facts, densities: companion.pictures?.densities).markup()
          ] + (try SpreadFigures(facts: facts).markups())),
      heading("labels", "Labels and scales"),
      Self.figures(try LabelFigures(facts: facts).markups() + [scales.temperature, scales.alphas]),
      heading("parts", "Parts and variants"),
      Self.figures([parts.strata, try parts.variants(), parts.templates]),
      try CardSection(
        facts: facts, choice: CardChoice(facts, count: cardCount, seed: seed),
        companion: companion, sprite: sprite, workers: workers
      ).markup(),
      RunSection(facts: facts, address: address).markup,
    ])
  }

  private func heading(_ id: String, _ text: String) -> Markup {
    .element("h2", ["id": "\(facts.prefix)-\(id)"], [.text(text)])
  }

  /// Figures beside each other, and below them the lines in the place of those that are missing.
  static func figures(_ figures: [Markup]) -> Markup {
    .joined(
      [.element("div", ["class": "figures"], figures.filter { !Figure.isMissing($0) })]
        + figures.filter(Figure.isMissing))
  }
}
