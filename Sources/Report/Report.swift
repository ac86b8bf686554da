public import Engine

/// A page that answers of one run, or several, whether the lens works, and shows what it is made of.
public struct Report: Sendable {
  /// What is known of a run besides its directory.
  public struct Companion: Sendable {
    /// What its features fire on.
    public let pictures: TopPictures?
    /// What the run was made from, to read features on cards again.
    public let query: FeatureQuery?

    /// Joins them.
    public init(
      pictures: TopPictures? = nil, query: FeatureQuery? = nil
    ) {
      self.pictures = pictures
      self.query = query
    }
  }

  /// The cards of each group, and the seed of the random ones.
  public var cardCount = 9
  public var seed: UInt64 = 0

  /// The pictures that features fire on, of all runs; nil if they are not at hand.
  public var sprite: Sprite?

  /// The number of threads; the page is the same for any.
  public var workers = 1

  private let runs: [RunFacts]
  private let companions: [Companion]

  /// Reads what all parts of the page need.
  ///
  /// - Parameters:
  ///   - runs: The runs, one at least, in the order of the page.
  ///   - companions: What else is known of each, as many.
  /// - Throws: `CheckpointError` if a column cannot be read.
  public init(_ runs: [RunColumns], companions: [Companion]) throws(CheckpointError) {
    precondition(
      !runs.isEmpty && runs.count == companions.count, "\(runs.count) runs, \(companions.count)")
    let names = Self.names(runs.map(\.path))
    var facts: [RunFacts] = []
    for (index, run) in runs.enumerated() {
      facts.append(try RunFacts(run, index: index, name: names[index]))
    }
    self.runs = facts
    self.companions = companions
  }

  /// The last part of each path, with as many parts before it as tell it from the others.
  static func names(_ paths: [String]) -> [String] {
    let parts = paths.map { $0.split(separator: "/").map(String.init) }
    return parts.indices.map { index in
      let own = parts[index]
      let length =
        (1...max(1, own.count)).first { length in
          !parts.indices.contains {
            $0 != index && parts[$0].suffix(length) == own.suffix(length)
          }
        } ?? own.count
      let name = own.suffix(max(1, length)).joined(separator: "/")
      return name.isEmpty ? "run" : name
    }
  }

  /// The page.
  ///
  /// - Parameter path: Where the page will lie, from which it links to the files of its runs.
  /// - Returns: A whole file of HTML.
  /// - Throws: `CheckpointError` if a column cannot be read.
  public func html(at path: String) throws -> String {
    let title = runs.count == 1 ? runs[0].name : "\(runs.count) runs"
    var parts: [Markup] = [header(title)]
    var main: [Markup] = []
    let sprite = companions.contains { $0.pictures != nil } ? sprite : nil
    if let sprite { main.append(sprite.definition) }
    if runs.count > 1 { main.append(try ComparisonSection(runs: runs).markup()) }
    for (run, companion) in zip(runs, companions) {
      let page = RunPage(
        facts: run, companion: companion, sprite: sprite, cardCount: cardCount, seed: seed,
        workers: workers,
        address: FileAddress.relative(run.columns.path, from: path))
      main.append(
        runs.count == 1
          ? .element("div", ["id": run.prefix], [try page.markup()])
          : .element(
            "details", ["class": "run", "id": run.prefix],
            [
              .element("summary", [:], [.foreign(run.name, limit: 80)]), try page.markup(),
            ]))
    }
    parts.append(.element("main", ["id": "main"], main))
    parts.append(Self.footer)
    return ReportDocument(title: title + " – lensctl report", body: .joined(parts)).html
  }

  private func header(_ title: String) -> Markup {
    let links =
      runs.count == 1
      ? RunPage.sections.map { ("#\(runs[0].prefix)-\($0.id)", $0.title) }
      : [("#compare", "Side by side")] + runs.map { ("#\($0.prefix)", $0.name) }
    let subtitle: Markup =
      runs.count == 1
      ? subtitle(runs[0])
      : .text("What each lens reads, beside chance")
    return PageHeader(title: title, subtitle: subtitle, links: links).markup
  }

  /// What was read, by which lens, beside what.
  private func subtitle(_ run: RunFacts) -> Markup {
    func last(_ path: Cited?) -> Markup {
      .foreign(path?.string?.split(separator: "/").last.map(String.init) ?? "–", limit: 80)
    }
    let hook = run.run["autoencoder", "hook"]?.string
    return last(run.run["autoencoder", "path"]) + .text(hook == nil ? "" : " at ")
      + .foreign(hook ?? "", limit: 80) + .text(", read by ") + .foreign(run.lens)
      + .text(" beside ")
      + (run.run["labels", "usable"]?.markup { NumberText.count($0) } ?? .text("–"))
      + .text(" labels of ") + last(run.run["labels", "source"])
  }

  private static let footer = Markup.element(
    "footer", [:],
    [
      .text(
        "Made by lensctl \(Engine.version). Numbers are those of run.json and verdict.json, rounded; point at one to see it whole. "
          + "Histograms, hexagons and curves are binned from all features; cards are chosen."
      )
    ])
}
