import Engine

extension RunReader {
  /// Single features: one in full, several as a table each.
  func features(_ ids: some Sequence<Int>) throws -> Answer {
    let rows = try run.rows(ofFeatures: ids)
    let verdict = try run.verdict()
    var lines: [String] = []
    for row in rows {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(ofFeature: row, verdict)
    }
    return Answer(lines: lines, json: ["features": .array(rows.map { page($0, verdict) })])
  }

  private func lines(ofFeature row: Int, _ verdict: VerdictFiles?) -> [String] {
    let features = run.features
    var facts: [(name: String, value: String)] = [
      ("feature", "\(features.featureIDs[row])"), ("status", statusName(row)),
    ]
    if pictures != nil {
      facts.append(("fires most on", pictureNames(row).joined(separator: " ")))
    }
    guard features.isRead(row) else {
      return FactList(facts).lines(style)
    }
    facts += [
      ("mean", Number.cosine(features.means[row])),
      ("sd", Number.cosine(features.standardDeviations[row])),
      ("skewness", Number.significant(Double(features.skewnesses[row]), digits: 3)),
      ("kurtosis", Number.significant(Double(features.kurtoses[row]), digits: 3)),
      ("margin", Number.cosine(features.margins[row])),
      ("entropy", "\(Number.significant(Double(features.entropies[row]), digits: 3)) nats"),
    ]
    facts += verdict.map { truthFacts(row, $0) } ?? []
    return FactList(facts).lines(style) + [""] + ends(ofFeature: row)
      + (verdict.map { readings(ofFeature: row, $0) } ?? [])
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
          + [run.labels[Int(ids[index])].printable(limit: style.limit(60))]
      }
      table.add(
        ["\(rank + 1)"]
          + cells(features.topLabelIDs, features.topCosines, features.topProbabilities)
          + cells(features.bottomLabelIDs, features.bottomCosines, features.bottomProbabilities))
    }
    return table.lines(style)
  }

  // MARK: - What the verdict says

  private func truthFacts(_ row: Int, _ verdict: VerdictFiles) -> [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    if let density = verdict.density(ofRow: row) {
      facts.append(("fires on", "\(Number.percent(density)) of the inputs"))
    }
    if let label = verdict.trueLabel(ofRow: row) {
      facts.append(("true class", labelText(label)))
    }
    return facts
  }

  /// The best label by each score with its p-values and, with truth, the rank of the true class.
  private func readings(ofFeature row: Int, _ verdict: VerdictFiles) -> [String] {
    let readings = verdict.readings(ofRow: row)
    guard !readings.isEmpty else { return [] }
    let hasTruth = readings.contains { $0.trueRank != nil }
    typealias Column = (heading: String, alignment: Table.Alignment)
    let numbers: [Column] = [
      ("score", .left), ("value", .right), ("p", .right), ("p random", .right),
    ]
    let truth: [Column] = hasTruth ? [("right", .left), ("rank of true", .right)] : []
    var table = Table(numbers + truth + [("name", .left)])
    for reading in readings {
      func cell(_ value: Float?) -> String { value.map { Number.significant(Double($0)) } ?? "-" }
      var cells = [
        reading.score.printable(), cell(reading.value), cell(reading.p), cell(reading.pInPlace),
      ]
      if hasTruth {
        cells.append(reading.trueRank.map { $0 == 1 ? "yes" : "no" } ?? "-")
        cells.append(reading.trueRank.map { "\($0)" } ?? "-")
      }
      table.add(cells + [reading.label.map(labelText) ?? "-"])
    }
    let form = verdict.formInUse?.printable() ?? ""
    return [""] + (style.isPlain ? [] : ["verdict, by the variant \(form):", ""])
      + table.lines(style)
  }

  /// A label that a verdict names, which may be none of the run.
  private func labelText(_ id: Int) -> String {
    run.labels.indices.contains(id) ? run.labels[id].printable(limit: style.limit(60)) : "\(id)"
  }

  /// All of a feature, with what the verdict says of it.
  private func page(_ row: Int, _ verdict: VerdictFiles?) -> JSONValue {
    guard let verdict else { return object(row) }
    func label(_ id: Int?) -> JSONValue {
      .orNull(id.flatMap { run.labels.indices.contains($0) ? run.labels[$0] : nil })
    }
    let truth = verdict.trueLabel(ofRow: row)
    var judged: JSONObject = ["form_in_use": .orNull(verdict.formInUse)]
    judged["true_label_id"] = .orNull(truth)
    judged["true_label"] = label(truth)
    judged["density"] = .orNull(verdict.density(ofRow: row))
    judged["scores"] = .array(
      verdict.readings(ofRow: row).map { reading in
        var score: JSONObject = ["score": .string(reading.score)]
        score["label_id"] = .orNull(reading.label)
        score["label"] = label(reading.label)
        score["value"] = .orNull(reading.value)
        score["p"] = .orNull(reading.p)
        score["p_in_place"] = .orNull(reading.pInPlace)
        score["true_rank"] = .orNull(reading.trueRank)
        score["right"] = .orNull(reading.trueRank.map { $0 == 1 })
        return .object(score)
      })
    return object(row, with: ["verdict": .object(judged)])
  }
}
