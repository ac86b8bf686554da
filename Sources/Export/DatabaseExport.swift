internal import Engine
internal import Foundation
internal import GRDB

/// A database of SQLite: normalised tables, indices, and a full-text search over labels.
///
/// Numbers are stored as the `Double` of the same value, what is undefined is NULL. Rows are written in the order of
/// their keys, indices made behind them.
struct DatabaseExport {
  let source: ExportSource
  let provenance: JSONObject

  /// What the tables are filled from, and in which tables.
  private let schema: DatabaseSchema

  init(_ source: ExportSource, provenance: JSONObject) throws {
    self.source = source
    self.provenance = provenance
    schema = try DatabaseSchema(source)
  }

  /// Writes the database.
  ///
  /// - Parameters:
  ///   - path: A file that does not exist.
  ///   - progress: Receives the features done.
  /// - Throws: `DatabaseError` if it cannot be written.
  func write(to path: String, progress: (Int) -> Void) throws {
    var configuration = Configuration()
    configuration.label = "export"
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      // What fails is removed whole, so nothing is kept to undo it.
      try database.execute(
        sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF")
      try database.inTransaction {
        for statement in schema.tables { try database.execute(sql: statement) }
        try insertDescriptions(database)
        try insertLabels(database)
        try insertFeatures(database, progress: progress)
        for statement in schema.indices { try database.execute(sql: statement) }
        return .commit
      }
    }
    try queue.close()
  }
}

extension DatabaseExport {
  private func insertDescriptions(_ database: Database) throws {
    let insert = try database.makeStatement(sql: "INSERT INTO provenance VALUES (?, ?)")
    var documents = [("provenance", provenance), ("run.json", source.run.description)]
    if let verdict = source.verdict { documents.append(("verdict.json", verdict.description)) }
    for (name, object) in documents {
      try insert.execute(arguments: [name, JSONValue.object(object).serialized()])
    }
    guard let verdict = source.verdict else { return }
    let reading = try database.makeStatement(sql: "INSERT INTO verdict_readings VALUES (?, ?, ?)")
    for (index, place) in schema.readings.enumerated() {
      try reading.execute(arguments: [index, place.variant, place.score])
    }
    let finding = try database.makeStatement(
      sql: "INSERT INTO verdict_findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    let names = Set((verdict.description["verdicts"]?.array ?? []).compactMap(\.string))
    for found in verdict.description["findings"]?.array ?? [] {
      let interval = found["interval"]?.array ?? []
      let name = found["name"]?.string
      try finding.execute(arguments: [
        name, names.contains(name ?? ""), found["holds"]?.bool, found["value"]?.double,
        interval.first?.double, interval.dropFirst().first?.double, found["threshold"]?.double,
        found["sentence"]?.string, found["definition"]?.string, found["changed_by"]?.string,
      ])
    }
  }

  private func insertLabels(_ database: Database) throws {
    let insert = try database.makeStatement(sql: "INSERT INTO labels VALUES (?, ?, ?, ?, ?)")
    let run = source.run
    for (id, label) in run.labels.enumerated() {
      try insert.execute(arguments: [
        id, label, ExportSource.labelStatusName(run.labelStatuses[id]), run.firstCounts[id],
        run.topCounts[id],
      ])
    }
    try database.execute(sql: "INSERT INTO label_search(label_search) VALUES ('rebuild')")
  }

  private func insertFeatures(_ database: Database, progress: (Int) -> Void) throws {
    var inserts = try FeatureInserts(database, schema)
    try source.forEachBlock(progress: progress) { rows in
      let block = try source.run.features(in: rows)
      for row in 0..<block.rows { try inserts.insert(block, row, sigmoid: source.run.sigmoid) }
      try inserts.insertVerdict(rows, features: block.featureIDs)
    }
  }
}

/// The statements that insert features, prepared once.
private struct FeatureInserts {
  private let schema: DatabaseSchema
  private let feature: Statement
  private let labels: [LabelEnd: Statement]
  private let verdictFeature: Statement?
  private let verdictScore: Statement?

  init(_ database: Database, _ schema: DatabaseSchema) throws {
    func insert(_ table: String, _ columnCount: Int) throws -> Statement {
      let marks = [String](repeating: "?", count: columnCount).joined(separator: ", ")
      return try database.makeStatement(sql: "INSERT INTO \(table) VALUES (\(marks))")
    }
    self.schema = schema
    feature = try insert("features", 2 + ExportSource.statisticNames.count)
    var labels: [LabelEnd: Statement] = [:]
    for end in LabelEnd.allCases {
      labels[end] = try insert("\(end)_labels", schema.hasSigmoid ? 6 : 5)
    }
    self.labels = labels
    verdictFeature =
      schema.featureColumns.isEmpty
      ? nil : try insert("verdict_features", 1 + schema.featureColumns.count)
    verdictScore =
      schema.readings.isEmpty
      ? nil : try insert("verdict_scores", 2 + schema.statistics.count)
  }

  mutating func insert(_ block: FeatureBlock, _ row: Int, sigmoid: SigmoidScores?) throws {
    let id = Int64(block.featureIDs[row])
    try Self.run(
      feature,
      [
        id.databaseValue, ExportSource.statusNames[Int(block.statuses[row])].databaseValue,
        stored(block.means[row]), stored(block.standardDeviations[row]),
        stored(block.skewnesses[row]), stored(block.kurtoses[row]), stored(block.margins[row]),
        stored(block.entropies[row]), stored(block.logPartitions[row]),
      ])
    for rank in 0..<block.topCount {
      let place = row * block.topCount + rank
      guard block.topLabelIDs[place] >= 0 else { return }
      for (end, ids, cosines, probabilities) in [
        (
          LabelEnd.top, block.topLabelIDs[place], block.topCosines[place],
          block.topProbabilities[place]
        ),
        (
          .bottom, block.bottomLabelIDs[place], block.bottomCosines[place],
          block.bottomProbabilities[place]
        ),
      ] {
        guard let statement = labels[end] else { continue }
        var values = [
          id.databaseValue, (rank + 1).databaseValue, Int64(ids).databaseValue, stored(cosines),
          stored(probabilities),
        ]
        if let sigmoid { values.append(stored(sigmoid.score(cosines))) }
        try Self.run(statement, values)
      }
    }
  }

  /// Inserts what a verdict says of some features.
  mutating func insertVerdict(_ rows: Range<Int>, features: [Int32]) throws {
    if let verdictFeature {
      let columns = schema.featureColumns.map { $0.values(rows) }
      for row in 0..<rows.count {
        let id = Int64(features[row]).databaseValue
        try Self.run(verdictFeature, [id] + columns.map { stored($0, row) })
      }
    }
    guard let verdictScore else { return }
    let columns = schema.scoreColumns.map { $0.map { $0?.values(rows) } }
    for row in 0..<rows.count {
      let id = Int64(features[row]).databaseValue
      for (reading, statistics) in columns.enumerated() {
        let values = statistics.map { $0.map { stored($0, row) } ?? .null }
        try Self.run(verdictScore, [id, reading.databaseValue] + values)
      }
    }
  }

  private static func run(_ statement: Statement, _ values: [DatabaseValue]) throws {
    statement.setUncheckedArguments(StatementArguments(values))
    try statement.execute()
  }

  private func stored(_ value: Float) -> DatabaseValue {
    value.isNaN ? .null : Double(value).databaseValue
  }

  private func stored(_ values: FlatValues, _ row: Int) -> DatabaseValue {
    switch values {
    case .integers(let values), .labels(let values):
      values[row] == -1 ? .null : values[row].databaseValue
    case .numbers(let values): stored(values[row])
    case .words(let values): values[row].databaseValue
    }
  }
}
