internal import Engine

/// A directory of Parquet files, with `run.json` and `verdict.json` beside them.
///
/// `features.parquet` has a row for each feature: id, status, statistics and the best label; `top_labels.parquet` and
/// `bottom_labels.parquet` one for each feature that was read and place in its list, from 1; `labels.parquet` one for
/// each label; `verdict.parquet` one for each feature, with the columns of the verdict. What is undefined is null. The
/// metadata of each file have the provenance, under `lensctl.provenance`.
struct TablesExport {
  let source: ExportSource
  let provenance: JSONObject

  /// The files that such a directory holds.
  static let fileNames = [
    "features.parquet", "top_labels.parquet", "bottom_labels.parquet", "labels.parquet",
    "verdict.parquet", "run.json", "verdict.json",
  ]

  /// The source rows of row groups and pages of the tables with a row for each label of a feature: fewer, as
  /// each gives so many rows.
  private var listSizes: ParquetWriter.Sizes {
    let width = max(1, source.run.topCount)
    return .init(group: max(1, 122_880 / width), page: max(1, 32_768 / width))
  }

  /// Writes the files.
  ///
  /// - Parameters:
  ///   - directory: A directory that exists.
  ///   - progress: Receives the rows of the table at hand that are done.
  /// - Throws: `OutputError` if it cannot be written.
  func write(into directory: String, progress: (Int) -> Void) throws {
    let features = source.run.featureCount
    func make(
      _ name: String, _ columns: [FlatColumn], _ rowCount: Int,
      _ sizes: ParquetWriter.Sizes = ParquetWriter.Sizes()
    ) throws {
      try OutputFile.writePieces(to: directory + "/" + name) { write in
        try withoutActuallyEscaping(write) { write in
          var file = try ParquetWriter(
            columns, labels: source.run.labels, sizes: sizes, path: directory + "/" + name,
            write: write)
          try file.writeRows(of: rowCount, progress: progress)
          try file.finish(
            metadata: [("lensctl.provenance", JSONValue.object(provenance).serialized())])
        }
      }
    }
    let best =
      source.run.topCount > 0 ? try source.labelColumns(.top, index: 0, prefix: "top_") : []
    try make("features.parquet", source.featureColumns() + best, features)
    for end in LabelEnd.allCases {
      try make("\(end)_labels.parquet", listColumns(end), features, listSizes)
    }
    try make("labels.parquet", source.labelTableColumns(), source.run.labels.count)
    if !source.verdictColumns.isEmpty {
      let id = FlatColumn("feature_id", try source.run.column("feature_id"), hasGaps: false)
      try make("verdict.parquet", [id] + source.flatVerdictColumns(), features)
    }
    try writeDescriptions(into: directory)
  }

  private func writeDescriptions(into directory: String) throws {
    let documents = [
      ("run.json", source.run.description), ("verdict.json", source.verdict?.description),
    ]
    for case (let name, let object?) in documents {
      try OutputFile.write(json: .object(object), to: directory + "/" + name)
    }
  }

  /// The columns of a table with a row for each label that a feature has at one end.
  private func listColumns(_ end: LabelEnd) throws -> [FlatColumn] {
    let width = source.run.topCount
    let ids = try source.run.column("\(end)_label_ids")
    let features = try source.run.column("feature_id")
    let sigmoid = source.run.sigmoid
    // Features that were not read have no labels; the others have all.
    func isThere(_ rows: Range<Int>) -> [Bool] {
      ids.wholes(in: rows, width: width).map { $0 >= 0 }
    }
    func numbers(_ name: String, _ tensor: Tensor, _ change: @escaping (Float) -> Float = { $0 })
      -> FlatColumn
    {
      FlatColumn(name: name, kind: .number, hasGaps: true) { rows in
        let values = tensor.numbers(in: rows, width: width)
        return .numbers(zip(values, isThere(rows)).filter(\.1).map { change($0.0) })
      }
    }
    let cosines = try source.run.column("\(end)_cosines")
    return [
      FlatColumn(name: "feature_id", kind: .integer, hasGaps: false) { rows in
        let repeated = features.wholes(in: rows, width: 1)
          .flatMap { [Int](repeating: $0, count: width) }
        return .integers(zip(repeated, isThere(rows)).filter(\.1).map(\.0))
      },
      FlatColumn(name: "rank", kind: .integer, hasGaps: false) { rows in
        let ranks = (0..<rows.count * width).map { $0 % width + 1 }
        return .integers(zip(ranks, isThere(rows)).filter(\.1).map(\.0))
      },
      FlatColumn(name: "label_id", kind: .integer, hasGaps: false) { rows in
        .integers(ids.wholes(in: rows, width: width).filter { $0 >= 0 })
      },
      FlatColumn(name: "label", kind: .text, hasGaps: false) { rows in
        .labels(ids.wholes(in: rows, width: width).filter { $0 >= 0 })
      },
      numbers("cosine", cosines),
      numbers("probability", try source.run.column("\(end)_probabilities")),
    ] + (sigmoid.map { sigmoid in [numbers("sigmoid", cosines) { sigmoid.score($0) }] } ?? [])
  }
}
