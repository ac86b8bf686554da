internal import Foundation

extension ForeignResults {
  /// The file with the labels of a feature, in its folder.
  static let explanationName = "text_explanation.txt"

  /// The words around a label in that file, those of the experiment's prompt.
  static let prompt = (before: "A photo of a ", after: ".")

  /// The rows of the folders of the original experiment, by feature.
  ///
  /// As the published code reads them, what is not a folder means nothing, and every folder is named by a
  /// feature.
  static func folders(
    below directory: String
  ) throws(ForeignError) -> (rows: [Row], filePaths: [String]) {
    let directory = directory.withoutFinalSlash
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw ForeignError(
        path: directory,
        reason: .file(
          CheckpointError(path: directory, reason: .unreadable(error.localizedDescription))))
    }
    var features: [Int] = []
    for name in names.sorted() where MappedFile.isDirectory(directory + "/" + name) {
      guard let feature = try? number(name, line: 0, path: directory), name == "\(feature)" else {
        throw ForeignError(path: directory, reason: .badFolder(name))
      }
      features.append(feature)
    }
    guard !features.isEmpty else { throw ForeignError(path: directory, reason: .noFolders) }
    var rows: [Row] = []
    var filePaths: [String] = []
    for feature in features.sorted() {
      let path = "\(directory)/\(feature)/\(explanationName)"
      rows.append(Row(feature: feature, label: try firstLabel(in: path), line: 0))
      filePaths.append(path)
    }
    return (rows, filePaths)
  }

  /// The label of the first line, `A photo of a LABEL.`.
  private static func firstLabel(in path: String) throws(ForeignError) -> String {
    let lines: [String]
    do {
      lines = try TextLines(contentsOf: path).lines
    } catch {
      throw ForeignError(path: path, reason: .text(error))
    }
    // By scalars: a label may begin with one that joins what stands before it.
    let line = (lines.first ?? "").unicodeScalars
    let (before, after) = (prompt.before.unicodeScalars, prompt.after.unicodeScalars)
    guard line.starts(with: before), line.suffix(after.count).elementsEqual(after),
      line.count > before.count + after.count
    else { throw ForeignError(path: path, reason: .malformedExplanation(found: String(line))) }
    return String(line.dropFirst(before.count).dropLast(after.count))
  }
}
