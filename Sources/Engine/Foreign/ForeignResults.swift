/// What another program says of features: a label for each, as its files have it.
///
/// A table (TSV, CSV or lines of JSON), or the folders of the original experiment. `MODEL.md` describes
/// all four.
public struct ForeignResults: Sendable, Equatable {
  /// How the results are written.
  public enum Form: String, Sendable, CaseIterable {
    /// A header and fields between tabs.
    case tsv
    /// A header and fields between commas, in quotes where need be (RFC 4180).
    case csv
    /// An object a line.
    case jsonl
    /// A directory with a folder for each feature, and `text_explanation.txt` in it.
    case folders
  }

  /// A label of a feature.
  public struct Row: Sendable, Equatable {
    /// The feature that it is filed under.
    public let feature: Int
    /// The text of the label.
    public let label: String
    /// The line of the file, from 1; 0 in folders.
    public let line: Int
  }

  /// The file or directory, as it was named.
  public let path: String

  /// How the results are written.
  public let form: Form

  /// The labels, in the order of the file; folders by feature.
  public let rows: [Row]

  /// The files that were read.
  public let filePaths: [String]

  /// Reads results.
  ///
  /// What a file is, is seen by its contents: lines of JSON begin with a brace, a header with a tab is
  /// that of a TSV, any other that of a CSV.
  ///
  /// - Parameter path: The file or directory.
  /// - Throws: `ForeignError` if it cannot be read, names a feature twice, or breaks the rules of its form.
  public init(contentsOf path: String) throws(ForeignError) {
    if MappedFile.isDirectory(path) {
      (rows, filePaths) = try Self.folders(below: path)
      form = .folders
    } else {
      let lines: [String]
      do {
        lines = try TextLines(contentsOf: path).lines
      } catch {
        throw ForeignError(path: path, reason: .text(error))
      }
      guard let header = lines.first else { throw ForeignError(path: path, reason: .noRows) }
      form = Self.form(of: header)
      rows =
        form == .jsonl
        ? try Self.objects(lines, path: path)
        : try Self.table(lines, separator: form == .tsv ? "\t" : ",", path: path)
      filePaths = [path]
    }
    self.path = path
    guard !rows.isEmpty else { throw ForeignError(path: path, reason: .noRows) }
    var seen: Set<Int> = []
    for row in rows where !seen.insert(row.feature).inserted {
      throw ForeignError(path: path, reason: .repeatedFeature(row.feature, line: row.line))
    }
  }

  private static func form(of header: String) -> Form {
    if header.drop(while: { $0 == " " }).first == "{" { return .jsonl }
    return header.contains("\t") ? .tsv : .csv
  }
}

// MARK: - What the rows mean here

extension ForeignResults {
  /// The label of each feature by id.
  ///
  /// - Parameters:
  ///   - labels: The labels, by id.
  ///   - featureCount: The number of features, n.
  ///   - skipsUnknown: Whether rows whose text is no label are left out.
  /// - Returns: The id of the first label of exactly the text for each feature, [n], -1 for none; and how
  ///   many rows were left out.
  /// - Throws: `ForeignError` if a feature is not there, or a text is no label.
  public func labelIDs(
    among labels: [String], featureCount: Int, skipsUnknown: Bool = false
  ) throws(ForeignError) -> (ids: [Int32], skipped: Int) {
    let places = LabelPlaces(labels)
    var ids = [Int32](repeating: -1, count: featureCount)
    var unknown: [String] = []
    for row in rows {
      guard row.feature < featureCount else {
        throw ForeignError(
          path: path,
          reason: .featureOutOfRange(row.feature, line: row.line, limit: featureCount))
      }
      if let id = places.first(of: row.label) {
        ids[row.feature] = id
      } else {
        unknown.append(row.label)
      }
    }
    guard unknown.isEmpty || skipsUnknown else {
      throw ForeignError(path: path, reason: .unknownLabels(unknown))
    }
    return (ids, unknown.count)
  }
}

/// Where labels of a text stand.
struct LabelPlaces: Sendable {
  // By bytes: texts that differ in composition are two.
  private let places: [[UInt8]: Int32]

  /// The first label of the same text as each, [K].
  let firsts: [Int32]

  /// Finds the first label of each text.
  ///
  /// - Parameter labels: The labels, by id.
  init(_ labels: [String]) {
    var places: [[UInt8]: Int32] = [:]
    firsts = labels.enumerated().map { id, label in
      let key = Array(label.utf8)
      if let first = places[key] { return first }
      places[key] = Int32(id)
      return Int32(id)
    }
    self.places = places
  }

  /// The first label of exactly a text; nil if there is none.
  func first(of text: String) -> Int32? { places[Array(text.utf8)] }
}
