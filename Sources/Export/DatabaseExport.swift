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
    let queue = try DatabaseQueue(path: path)
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
    let inserts = try FeatureInserts(database, schema)
    try source.forEachBlock(progress: progress) { rows in
      let block = try source.run.features(in: rows)
      for row in 0..<block.rows { try inserts.insert(block, row, sigmoid: source.run.sigmoid) }
      try inserts.insertVerdict(rows, features: block.featureIDs)
    }
  }
}
