internal import Engine

/// The tables of a database, and from which columns of a verdict its rows come.
struct DatabaseSchema {
  /// The variants and scores that were judged, in order: their index is their id.
  let readings: [(variant: String, score: String)]

  /// What is told of a variant and a score, in the order of `verdict_scores`.
  let statistics: [String]

  /// The columns of each reading in the order of `statistics`; nil where it has none.
  let scoreColumns: [[FlatColumn?]]

  /// The columns of a verdict that are not of a variant and a score.
  let featureColumns: [FlatColumn]

  /// Whether labels have the model's own score.
  let hasSigmoid: Bool

  private let hasVerdict: Bool

  /// Works out the tables.
  ///
  /// - Parameter source: The run.
  /// - Throws: `ExportError` if names of columns differ in case alone, which SQL cannot tell apart.
  init(_ source: ExportSource) throws {
    hasSigmoid = source.run.sigmoid != nil
    hasVerdict = source.verdict != nil
    var readings: [(variant: String, score: String)] = []
    var statistics: [String] = []
    var columns: [[String: FlatColumn]] = []
    var featureColumns: [FlatColumn] = []
    for column in source.verdictColumns {
      guard let place = column.place, let score = place.score, column.width == 1 else {
        featureColumns += column.flat
        continue
      }
      var reading = readings.firstIndex { $0.variant == place.variant && $0.score == score }
      if reading == nil {
        reading = readings.count
        readings.append((place.variant, score))
        columns.append([:])
      }
      if !statistics.contains(place.statistic) { statistics.append(place.statistic) }
      columns[reading ?? 0][place.statistic] = column.flat.first
    }
    self.readings = readings
    self.statistics = statistics
    self.featureColumns = featureColumns
    scoreColumns = columns.map { reading in statistics.map { reading[$0] } }
    for names in [statistics, featureColumns.map(\.name)] {
      var seen: Set<String> = []
      for name in names where !seen.insert(name.lowercased()).inserted {
        throw ExportError(
          path: source.run.path + "/verdict.safetensors", reason: .duplicateColumn(name))
      }
    }
  }
}

extension DatabaseSchema {
  /// The statements that make the tables, to be filled in this order.
  var tables: [String] {
    let statistics = ExportSource.statisticNames.map { "\($0) REAL" }.joined(separator: ", ")
    let sigmoid = hasSigmoid ? "sigmoid REAL, " : ""
    let scores = "cosine, probability" + (hasSigmoid ? ", sigmoid" : "")
    var statements = [
      "CREATE TABLE provenance (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
      """
      CREATE TABLE labels (label_id INTEGER PRIMARY KEY, label TEXT NOT NULL, status TEXT NOT NULL,
        first_count INTEGER NOT NULL, top_count INTEGER NOT NULL)
      """,
      "CREATE TABLE features (feature_id INTEGER PRIMARY KEY, status TEXT NOT NULL, \(statistics))",
      """
      CREATE VIRTUAL TABLE label_search USING fts5(label, content = 'labels',
        content_rowid = 'label_id', tokenize = 'unicode61 remove_diacritics 2')
      """,
    ]
    for end in LabelEnd.allCases {
      statements.append(
        """
        CREATE TABLE \(end)_labels (feature_id INTEGER NOT NULL REFERENCES features,
          rank INTEGER NOT NULL, label_id INTEGER NOT NULL REFERENCES labels, cosine REAL,
          probability REAL, \(sigmoid)PRIMARY KEY (feature_id, rank)) WITHOUT ROWID
        """)
      statements.append(
        """
        CREATE VIEW \(end)_label_names AS
          SELECT feature_id, rank, label_id, label, \(scores)
          FROM \(end)_labels JOIN labels USING (label_id)
        """)
    }
    return statements + (hasVerdict ? verdictTables : [])
  }

  private var verdictTables: [String] {
    var statements = [
      """
      CREATE TABLE verdict_findings (name TEXT PRIMARY KEY, is_verdict INTEGER NOT NULL,
        holds INTEGER, value REAL, low REAL, high REAL, threshold REAL, sentence TEXT,
        definition TEXT, changed_by TEXT)
      """,
      """
      CREATE TABLE verdict_readings (reading_id INTEGER PRIMARY KEY, variant TEXT NOT NULL,
        score TEXT NOT NULL, UNIQUE (variant, score))
      """,
    ]
    if !featureColumns.isEmpty {
      let columns = featureColumns.map { "\(Self.identifier($0.name)) \($0.kind.sqlType)" }
      statements.append(
        "CREATE TABLE verdict_features (feature_id INTEGER PRIMARY KEY REFERENCES features, "
          + columns.joined(separator: ", ") + ")")
    }
    if !readings.isEmpty {
      let columns = statistics.enumerated().map { index, name in
        let kind = scoreColumns.lazy.compactMap { $0[index] }.first?.kind ?? .number
        return "\(Self.identifier(name)) \(kind.sqlType)"
      }
      statements.append(
        """
        CREATE TABLE verdict_scores (feature_id INTEGER NOT NULL REFERENCES features,
          reading_id INTEGER NOT NULL REFERENCES verdict_readings, \(columns.joined(separator: ", ")),
          PRIMARY KEY (feature_id, reading_id)) WITHOUT ROWID
        """)
    }
    return statements
  }

  /// The statements that make the indices of filled tables.
  var indices: [String] {
    var statements = LabelEnd.allCases.map { end in
      "CREATE INDEX \(end)_labels_by_label ON \(end)_labels (label_id, cosine)"
    }
    statements.append("CREATE INDEX features_by_margin ON features (margin)")
    if !readings.isEmpty {
      statements.append("CREATE INDEX verdict_scores_by_reading ON verdict_scores (reading_id)")
    }
    return statements + ["PRAGMA user_version = 1"]
  }

  private static func identifier(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }
}

extension VerdictFiles.Column {
  /// The column, one for each of the values of a feature.
  fileprivate var flat: [FlatColumn] {
    (0..<width).map { index in
      FlatColumn(
        name + (tensor.shape.count == 2 ? ".\(index + 1)" : ""), tensor, index: index)
    }
  }
}

extension FlatColumn.Kind {
  fileprivate var sqlType: String {
    switch self {
    case .integer, .long: "INTEGER"
    case .number: "REAL"
    case .text: "TEXT"
    }
  }
}
