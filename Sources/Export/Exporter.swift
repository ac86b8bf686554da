internal import Engine
internal import Foundation
internal import GRDB

/// Writes a run in forms of other programs.
public struct Exporter {
  private let request: ExportRequest
  private let source: ExportSource

  /// Opens and checks a run, from end to end.
  ///
  /// - Parameter request: What is to be exported.
  /// - Throws: `OutputError` if the output exists or cannot be made; `CheckpointError` or `ExportError` if the run is damaged.
  public init(_ request: ExportRequest) throws {
    self.request = request
    try Self.checkTarget(request)
    source = try ExportSource(request)
  }

  /// The number of features of the run.
  public var featureCount: Int { source.run.featureCount }

  /// The number of columns of the verdict that are exported.
  public var verdictColumnCount: Int { source.verdictColumns.count }

  /// Writes the export under its name when it is complete; nothing is left there if it cannot be.
  ///
  /// - Parameter progress: Receives rows done and their number, of the table at hand.
  /// - Throws: `OutputError` if it cannot be written.
  public func write(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
    let provenance = source.provenance(request)
    let total = source.run.featureCount
    func report(_ done: Int) { progress(done, max(done, total)) }
    do {
      switch request.format {
      case .csv: try writeTable(provenance, report)
      case .jsonl: try writeLines(provenance, report)
      case .npz:
        try OutputFile.write(to: request.out) {
          try ArraysExport(source: source, provenance: provenance).write(to: $0)
        }
      case .sqlite:
        let database = try DatabaseExport(source, provenance: provenance)
        try OutputFile.make(request.out) { try database.write(to: $0, progress: report) }
      case .parquet:
        let tables = TablesExport(source: source, provenance: provenance)
        try writeDirectory { try tables.write(into: $0, progress: report) }
      case .neuronpedia:
        let tree = try NeuronpediaExport(
          source, provenance: provenance, names: request.neuronpedia)
        try writeDirectory { try tree.write(into: $0, progress: report) }
      }
    } catch let error as any EngineError {
      throw error
    } catch let error as DatabaseError {
      throw OutputError(
        path: request.out,
        reason: error.resultCode == .SQLITE_FULL
          ? .diskFull : .writing("\(error.message ?? "\(error)")"))
    } catch {
      throw OutputError(path: request.out, error, isCreation: false)
    }
  }
}

extension Exporter {
  /// The descriptions that stand beside tables and lines, which have no room for them.
  private static func descriptionPath(_ request: ExportRequest) -> String? {
    switch request.format {
    case .csv, .jsonl: request.out + "-metadata.json"
    default: nil
    }
  }

  private static func checkTarget(_ request: ExportRequest) throws {
    switch request.format {
    case .csv, .jsonl, .npz, .sqlite:
      for path in [request.out, descriptionPath(request)].compactMap({ $0 }) {
        try OutputFile.checkTarget(path, replacesExisting: request.replacesExisting)
      }
    case .parquet, .neuronpedia:
      try directory(request).checkTarget(replacesExisting: request.replacesExisting)
    }
    let files = RunFiles.fileNames.map { request.run + "/" + $0 }
    for path in [request.out, descriptionPath(request)].compactMap({ $0 }) {
      try OutputFile.refuse(path, ifAmong: files)
    }
  }

  private static func directory(_ request: ExportRequest) -> OutputDirectory {
    request.format == .parquet
      ? OutputDirectory(
        request.out,
        .init(
          noun: "a directory of exported tables", unfinishedNoun: "an unfinished export",
          mark: "features.parquet", files: TablesExport.fileNames, mayHoldOthers: false))
      : OutputDirectory(
        request.out,
        .init(
          noun: "a directory exported for Neuronpedia", unfinishedNoun: "an unfinished export",
          mark: "source.jsonl", files: NeuronpediaExport.fileNames,
          folders: ["features": NeuronpediaExport.batchPrefix], mayHoldOthers: false))
  }

  private func writeDirectory(_ body: (_ directory: String) throws -> Void) throws {
    let directory = Self.directory(request)
    try directory.start()
    do {
      try body(directory.partialPath)
      try directory.moveIntoPlace(replacesExisting: request.replacesExisting)
    } catch {
      directory.removePartial()
      throw error
    }
  }

  private func writeTable(_ provenance: JSONObject, _ report: (Int) -> Void) throws {
    let table = try CSVExport(source, escapesFormulas: request.escapesFormulas)
    let metadata = table.metadata(of: request.out, provenance: provenance)
    try describing(metadata) { describe in
      try OutputFile.writePieces(to: request.out) { write in
        try table.write(write, progress: report)
        try describe()
      }
    }
  }

  private func writeLines(_ provenance: JSONObject, _ report: (Int) -> Void) throws {
    let lines = LinesExport(source)
    try describing(provenance) { describe in
      try OutputFile.writePieces(to: request.out) { write in
        try lines.write(write, progress: report)
        try describe()
      }
    }
  }

  /// Makes a file and what describes it, which gets its name before the file gets its own.
  ///
  /// - Parameters:
  ///   - description: What describes the file.
  ///   - make: Makes the file; calls what it is given when all of it is written.
  /// - Throws: What `make` throws, or `OutputError`; neither is left then.
  private func describing(
    _ description: JSONObject, _ make: (_ describe: () throws -> Void) throws -> Void
  ) throws {
    guard let path = Self.descriptionPath(request) else { return try make {} }
    var isDescribed = false
    do {
      try make {
        try OutputFile.write(json: .object(description), to: path)
        isDescribed = true
      }
    } catch {
      if isDescribed { try? FileManager.default.removeItem(atPath: path) }
      throw error
    }
  }
}
