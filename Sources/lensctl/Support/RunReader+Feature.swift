import Engine

extension RunReader {
  /// Single features: one in full, several as a table each.
  func features(_ ids: some Sequence<Int>) throws -> Answer {
    let rows = try run.rows(ofFeatures: ids)
    var lines: [String] = []
    for row in rows {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(ofFeature: row)
    }
    return Answer(lines: lines, json: ["features": .array(rows.map(object))])
  }

  private func lines(ofFeature row: Int) -> [String] {
    let features = run.features
    var facts: [(name: String, value: String)] = [
      ("feature", "\(features.featureIDs[row])"), ("status", statusName(row)),
    ]
    if pictures != nil {
      facts.append(("fires most on", pictureNames(row).joined(separator: " ")))
    }
    guard features.statuses[row] == FeatureStatus.read.rawValue else {
      return FactList(facts).lines(style)
    }
    facts += [
      ("mean", Number.cosine(features.means[row])),
      ("sd", Number.cosine(features.standardDeviations[row])),
      ("skewness", Number.plain(features.skewnesses[row])),
      ("kurtosis", Number.plain(features.kurtoses[row])),
      ("margin", Number.cosine(features.margins[row])),
      ("entropy", "\(Number.plain(features.entropies[row])) nats"),
    ]
    return FactList(facts).lines(style) + [""] + ends(ofFeature: row)
  }

  /// The best and the worst labels of a feature, one pair a line; with the model's own scores where
  /// it was trained with a sigmoid.
  private func ends(ofFeature row: Int) -> [String] {
    let features = run.features
    let sigmoid = run.sigmoid
    let scores: [(heading: String, alignment: Table.Alignment)] =
      [("cosine", .right), ("share", .right)] + (sigmoid == nil ? [] : [("sigmoid", .right)])
    var table = Table(
      [("place", .right)] + scores + [("most like", .left)] + scores + [("least like", .left)])
    for rank in 0..<min(top ?? features.topCount, features.topCount) {
      let index = row * features.topCount + rank
      func cells(_ ids: [Int32], _ cosines: [Float], _ probabilities: [Float]) -> [String] {
        [Number.cosine(cosines[index]), Number.percent(probabilities[index])]
          + (sigmoid.map { [Number.percent($0.score(cosines[index]))] } ?? [])
          + [run.labels[Int(ids[index])].printable(limit: 60)]
      }
      table.add(
        ["\(rank + 1)"]
          + cells(features.topLabelIDs, features.topCosines, features.topProbabilities)
          + cells(features.bottomLabelIDs, features.bottomCosines, features.bottomProbabilities))
    }
    return table.lines(style)
  }
}
