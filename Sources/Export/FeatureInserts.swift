internal import Engine
internal import GRDB

/// The statements that insert features, prepared once.
struct FeatureInserts {
  private let schema: DatabaseSchema
  private let feature: Statement
  private let labels: [(end: LabelEnd, insertion: RowInsertion)]
  private let verdictFeature: RowInsertion?
  private let verdictScore: RowInsertion?

  /// Prepares the statements.
  init(_ database: Database, _ schema: DatabaseSchema) throws {
    func insert(_ table: String, _ columnCount: Int) throws -> Statement {
      let marks = [String](repeating: "?", count: columnCount).joined(separator: ", ")
      return try database.makeStatement(sql: "INSERT INTO \(table) VALUES (\(marks))")
    }
    self.schema = schema
    feature = try insert("features", 2 + ExportSource.statisticNames.count)
    labels = try LabelEnd.allCases.map {
      ($0, RowInsertion(try insert("\($0)_labels", schema.hasSigmoid ? 6 : 5)))
    }
    verdictFeature =
      schema.featureColumns.isEmpty
      ? nil
      : RowInsertion(try insert("verdict_features", 1 + schema.featureColumns.count))
    verdictScore =
      schema.readings.isEmpty
      ? nil : RowInsertion(try insert("verdict_scores", 2 + schema.statistics.count))
  }

  /// Inserts a feature and its labels.
  func insert(_ block: FeatureBlock, _ row: Int, sigmoid: SigmoidScores?) throws {
    let id = block.featureIDs[row]
    try feature.execute(
      arguments: [
        Int64(id), ExportSource.statusNames[Int(block.statuses[row])], stored(block.means[row]),
        stored(block.standardDeviations[row]), stored(block.skewnesses[row]),
        stored(block.kurtoses[row]), stored(block.margins[row]), stored(block.entropies[row]),
        stored(block.logPartitions[row]),
      ])
    guard block.isRead(row) else { return }
    for (end, insertion) in labels {
      for rank in 0..<block.topCount {
        let place = row * block.topCount + rank
        let (label, cosine, probability) =
          switch end {
          case .top:
            (block.topLabelIDs[place], block.topCosines[place], block.topProbabilities[place])
          case .bottom:
            (
              block.bottomLabelIDs[place], block.bottomCosines[place],
              block.bottomProbabilities[place]
            )
          }
        var values: [RowInsertion.Value] = [
          .whole(Int(id)), .whole(rank + 1), .whole(Int(label)), .init(cosine), .init(probability),
        ]
        if let sigmoid { values.append(.init(sigmoid.score(cosine))) }
        try insertion.insert(values)
      }
    }
  }

  private func stored(_ value: Float) -> Double? { value.isNaN ? nil : Double(value) }

  /// Inserts what a verdict says of some features.
  func insertVerdict(_ rows: Range<Int>, features: [Int32]) throws {
    if let verdictFeature {
      let columns = schema.featureColumns.map { $0.values(rows) }
      for row in 0..<rows.count {
        try verdictFeature.insert(
          [.whole(Int(features[row]))] + columns.map { RowInsertion.Value($0, row) })
      }
    }
    guard let verdictScore else { return }
    let columns = schema.scoreColumns.map { $0.map { $0?.values(rows) } }
    for row in 0..<rows.count {
      for (reading, statistics) in columns.enumerated() {
        var values: [RowInsertion.Value] = [.whole(Int(features[row])), .whole(reading)]
        for column in statistics { values.append(column.map { .init($0, row) } ?? .none) }
        try verdictScore.insert(values)
      }
    }
  }
}

extension RowInsertion.Value {
  /// A number of a column; none for NaN.
  fileprivate init(_ value: Float) { self = value.isNaN ? .none : .real(Double(value)) }

  /// The value of a row of a column of numbers; none for NaN and -1.
  fileprivate init(_ values: FlatValues, _ row: Int) {
    switch values {
    case .integers(let values), .labels(let values):
      self = values[row] == -1 ? .none : .whole(values[row])
    case .numbers(let values): self.init(values[row])
    case .words: self = .none
    }
  }
}
