public import Engine

/// A page about many runs that were summarised: autoencoders by variants of the lens by vocabularies.
public struct SummaryReport: Sendable {
  private let summary: Cited
  private let runs: [Cited]

  /// The name of the format of a summary.
  static let format = "lensctl.summary"

  /// Reads a summary.
  ///
  /// - Parameter path: `summary.json`, as a campaign that was merged has it.
  /// - Throws: `CheckpointError` if it is none.
  public init(contentsOf path: String) throws(CheckpointError) {
    let json = try JSONValue(contentsOf: path)
    guard json["format"]?.string == Self.format, json["format_version"]?.integer == 1 else {
      throw CheckpointError(
        path: path,
        reason: .wrongField(
          "format",
          found: "\(json["format"]?.string ?? "none") \(json["format_version"]?.integer ?? 0)",
          expected: "\(Self.format) 1"))
    }
    summary = Cited(json, file: "0:summary.json")
    runs = summary["runs"]?.elements ?? []
  }

  /// The page.
  ///
  /// - Returns: A whole file of HTML.
  public func html() -> String {
    let saes = Set(runs.compactMap { $0["sae"]?.string }).count
    let variants = Set(runs.compactMap { $0["variant"]?.string }).count
    let vocabularies = Set(runs.compactMap { $0["labels"]?.string }).count
    let title = "\(runs.count) runs of a campaign"
    let figures = SummaryFigures(runs: runs)
    let header = PageHeader(
      title: title,
      subtitle: .text(
        "Autoencoders: \(saes); variants of the lens: \(variants); vocabularies: \(vocabularies)"),
      links: [("#figures", "By variant"), ("#verdicts", "Verdicts"), ("#runs", "All runs")])
    let body: [Markup] = [
      .element("h2", ["id": "figures"], [.text("What each variant of the lens reads")]),
      .element("div", ["class": "figures"], figures.all),
      .element("h2", ["id": "verdicts"], [.text("Verdicts")]), figures.verdicts,
      .element("h2", ["id": "runs"], [.text("All runs")]), SummaryTable(runs: runs).markup,
    ]
    let page = Markup.joined([
      header.markup, .element("main", ["id": "main"], body),
      .element(
        "footer", [:],
        [
          .text(
            "Made by lensctl \(Engine.version). Numbers are those of summary.json, rounded; point at one to see it whole."
          )
        ]),
    ])
    return ReportDocument(title: title + " – lensctl report", body: page).html
  }
}
