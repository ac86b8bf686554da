internal import Engine
internal import Foundation

/// A run that is read block by block, checked from end to end before anything is written.
struct ExportSource: Sendable {
  let run: RunFiles

  /// The verdict; nil if the run has none, or none is wanted.
  let verdict: VerdictFiles?

  /// The columns of the verdict that are exported.
  let verdictColumns: [VerdictFiles.Column]

  /// The digests of the files that are exported, by name.
  let digests: JSONObject

  /// The numbers that a block of rows holds at most, in any form.
  private static let blockValueCount = 1 << 20

  /// Opens and checks a run.
  ///
  /// - Parameter request: What is to be exported.
  /// - Throws: `CheckpointError` or `ExportError` if a file is missing, wrong, or not what `run.json` says.
  init(_ request: ExportRequest) throws {
    run = try RunFiles(contentsOf: request.run)
    verdict = request.verdict == .none ? nil : try VerdictFiles.verdict(of: run)
    verdictColumns = Self.columns(of: verdict, request.verdict)
    for column in verdictColumns where column.holdsLabelIDs {
      guard column.tensor.dtype.isFloatingPoint else { continue }
      throw CheckpointError(
        path: run.path + "/verdict.safetensors",
        reason: .wrongDType(
          tensor: column.name, found: column.tensor.dtype, expected: "whole numbers"))
    }
    digests = try Self.digests(of: run, withVerdict: verdict != nil)
    if let label = run.labels.firstIndex(where: { $0.utf8.contains(0) }) {
      throw ExportError(path: run.path + "/labels.txt", reason: .nulInLabel(line: label + 1))
    }
    try forEachBlock { range in
      let features = try run.features(in: range)
      try verdict?.check(range, are: features.featureIDs)
      for column in verdictColumns where column.holdsLabelIDs {
        let ids = column.tensor.wholes(in: range, width: column.width)
        guard ids.allSatisfy({ $0 >= -1 && $0 < run.labels.count }) else {
          throw CheckpointError(
            path: run.path + "/verdict.safetensors",
            reason: .malformedEntry(
              tensor: column.name, what: "an id outside -1..<\(run.labels.count)"))
        }
      }
    }
  }

  private static func columns(
    of verdict: VerdictFiles?, _ selection: VerdictSelection
  ) -> [VerdictFiles.Column] {
    guard let verdict else { return [] }
    guard selection == .inUse else { return verdict.columns }
    return verdict.columns.filter { $0.place == nil || $0.place?.variant == verdict.formInUse }
  }

  /// The digests of the files as they are on disk, those of the run compared with `run.json`.
  private static func digests(of run: RunFiles, withVerdict: Bool) throws -> JSONObject {
    guard let stated = run.description["files"]?.object, stated.count > 0 else {
      throw CheckpointError(path: run.path + "/run.json", reason: .missingField("files"))
    }
    var digests: JSONObject = [:]
    for name in ["features.safetensors", "labels.safetensors", "labels.txt"] {
      let path = run.path + "/" + name
      let found = "sha256:" + (try FileDigest.sha256(contentsOf: path))
      let expected = stated[name]?.string ?? "none"
      guard found == expected else {
        throw ExportError(path: path, reason: .digest(found: found, expected: expected))
      }
      digests[name] = .string(found)
    }
    for name in withVerdict ? ["verdict.json", "verdict.safetensors"] : [] {
      digests[name] = .string(
        "sha256:" + (try FileDigest.sha256(contentsOf: run.path + "/" + name)))
    }
    return digests
  }
}

extension ExportSource {
  /// The values of a feature in all columns together.
  private var rowWidth: Int {
    6 * run.topCount + RunFiles.columnNames.count + verdictColumns.reduce(0) { $0 + $1.width }
  }

  /// Calls `body` with the rows of one block after another.
  ///
  /// - Parameters:
  ///   - progress: Receives the rows done.
  ///   - body: Receives rows, few enough that all columns of them are small.
  /// - Throws: What `body` throws.
  func forEachBlock(
    progress: (_ done: Int) -> Void = { _ in }, _ body: (Range<Int>) throws -> Void
  ) rethrows {
    let size = max(1, min(4096, Self.blockValueCount / rowWidth))
    for start in stride(from: 0, to: run.featureCount, by: size) {
      let range = start..<min(start + size, run.featureCount)
      try body(range)
      progress(range.upperBound)
    }
  }

  /// The names of statuses, by code.
  static let statusNames: [String] = {
    let last = Int(FeatureStatus.allCases.map(\.rawValue).max() ?? 0)
    return (0...last).map { FeatureStatus(rawValue: UInt8($0))?.name ?? "\($0)" }
  }()

  /// The names of what becomes of labels, by code.
  static let labelStatusNames = ["usable", "blank", "no length", "nonfinite", "duplicate"]
}
