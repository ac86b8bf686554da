import Engine

/// What a question about a run is answered with: the same for people and for programs.
struct Answer {
  var lines: [String]
  var json: JSONObject
}

/// Sets what is known of the features of a run as tables and as JSON.
struct RunReader {
  let run: RunDirectory

  /// The pictures that features fire on, if they are known.
  let pictures: TopPictures?

  /// The labels shown of each feature; nil for the default.
  let top: Int?

  let style: OutputStyle

  /// The pictures shown of each feature in a table.
  private static let pictureCount = 5

  private var labelsShown: Int { min(top ?? 3, run.features.topCount) }

  /// The features with the largest margins.
  func sharpest(_ count: Int) -> Answer {
    let rows = run.sharpest(count)
    return Answer(lines: table(rows), json: ["features": .array(rows.map(object))])
  }

  /// A random sample.
  func sample(_ count: Int, seed: Int) -> Answer {
    let rows = run.sample(count, seed: UInt64(bitPattern: Int64(seed)))
    let note = style.isPlain ? [] : ["", "random sample with --seed \(seed)"]
    return Answer(
      lines: table(rows) + note,
      json: ["seed": .integer(seed), "features": .array(rows.map(object))])
  }

  /// The features nearest to a text, with the scores of the model that encoded it if it was trained
  /// with a sigmoid.
  func matches(
    _ matches: [TextQuery.Match], text: String, sigmoid: SigmoidScores?, limit: Int
  ) -> Answer {
    let shown = matches.prefix(limit).compactMap { match in
      run.row(ofFeature: match.feature).map { (row: $0, cosine: match.cosine) }
    }
    var extra = FeatureColumns(Self.scoreColumns(sigmoid))
    for match in shown { extra.add(Self.scores(match.cosine, sigmoid)) }
    let lines = table(shown.map(\.row), extra)
    return Answer(
      lines: style.isPlain
        ? lines : ["features nearest to \"\(text.printable())\"", ""] + lines,
      json: [
        "text": .string(text),
        "features": .array(
          shown.map { object($0.row, with: Self.scores(of: "text", $0.cosine, sigmoid)) }),
      ])
  }

  /// The columns of a cosine and, where the model has them, of its own scores.
  static func scoreColumns(
    _ sigmoid: SigmoidScores?
  ) -> [(heading: String, alignment: Table.Alignment)] {
    [("cosine", .right)] + (sigmoid == nil ? [] : [("sigmoid", .right)])
  }

  /// The cells of those columns.
  static func scores(_ cosine: Float, _ sigmoid: SigmoidScores?) -> [String] {
    [Number.cosine(cosine)] + (sigmoid.map { [Number.percent($0.score(cosine))] } ?? [])
  }

  /// The same as members, behind those given.
  static func scores(
    of name: String, _ cosine: Float, _ sigmoid: SigmoidScores?, before: JSONObject = [:]
  ) -> JSONObject {
    var members = before
    members["\(name)_cosine"] = JSONValue(cosine)
    if let sigmoid { members["\(name)_sigmoid"] = JSONValue(sigmoid.score(cosine)) }
    return members
  }

  /// One row for each feature: its best labels and what it fires on.
  func table(_ rows: [Int], _ extra: FeatureColumns = FeatureColumns()) -> [String] {
    var columns: [(heading: String, alignment: Table.Alignment)] = [("feature", .right)]
    columns += extra.columns
    columns.append(("margin", .right))
    if pictures != nil { columns.append(("fires most on", .left)) }
    columns.append(("labels", .left))
    var table = Table(columns)
    for (index, row) in rows.enumerated() {
      var cells = ["\(run.features.featureIDs[row])"] + extra.cells(index)
      cells.append(Number.cosine(run.features.margins[row]))
      if pictures != nil {
        cells.append(pictureNames(row).prefix(Self.pictureCount).joined(separator: " "))
      }
      cells.append(labelList(row))
      table.add(cells)
    }
    return table.lines(style)
  }

  /// The best labels of a feature with cosine and probability, or why there are none; with the
  /// model's own score in the place of the probability where the model was trained with a sigmoid.
  private func labelList(_ row: Int) -> String {
    let sigmoid = run.sigmoid
    guard run.features.isRead(row) else { return statusName(row) }
    return (0..<labelsShown).map { rank in
      let index = row * run.features.topCount + rank
      let label = run.labels[Int(run.features.topLabelIDs[index])].printable(limit: style.limit(60))
      let cosine = run.features.topCosines[index]
      let share =
        sigmoid.map { "sigmoid \(Number.percent($0.score(cosine)))" }
        ?? Number.percent(run.features.topProbabilities[index])
      return "\(label) \(Number.cosine(cosine)) (\(share))"
    }.joined(separator: ", ")
  }

  func pictureNames(_ row: Int) -> [String] {
    let feature = Int(run.features.featureIDs[row])
    return (pictures?.pictures(ofFeature: feature) ?? []).map {
      $0.printable(limit: style.limit(60))
    }
  }

  func statusName(_ row: Int) -> String {
    FeatureStatus(rawValue: run.features.statuses[row])?.name ?? "unknown"
  }

  /// A feature with all that the run has of it.
  func object(_ row: Int) -> JSONValue { object(row, with: [:]) }

  /// A feature with all that the run has of it, and further members.
  func object(_ row: Int, with members: JSONObject) -> JSONValue {
    var object =
      JSONLines(labels: run.labels, sigmoid: run.sigmoid).object(for: run.features, row: row).object
      ?? [:]
    if pictures != nil { object["fires_on"] = .array(pictureNames(row).map { .string($0) }) }
    for name in members.names { object[name] = members[name] }
    return .object(object)
  }
}

/// Further columns of a table of features.
struct FeatureColumns {
  let columns: [(heading: String, alignment: Table.Alignment)]
  private var rows: [[String]] = []

  init(_ columns: [(heading: String, alignment: Table.Alignment)] = []) {
    self.columns = columns
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The cells of a row; none if there are no columns.
  func cells(_ row: Int) -> [String] { columns.isEmpty ? [] : rows[row] }
}
