import Engine
import Foundation

extension Workplace {
  /// Labels that nothing is to be said of.
  static let plainLabels = ["cat", "dog", "leopard", "fire engine", "tree"]

  /// The options that name the small model of the fixtures.
  static let model = ["--model", "\(Commands.fixtures)/clip/quick-gelu"]

  /// Writes `labels.txt`, one label a line.
  func writeLabels(_ labels: [String] = Workplace.plainLabels) throws {
    try write("labels.txt", labels.map { $0 + "\n" }.joined())
  }

  /// Scans an autoencoder of the fixtures by the small model against `labels.txt`.
  func scan(_ sae: String = "standard-new", _ arguments: String...) throws -> CommandRun {
    try run(
      ["scan"] + Self.model
        + ["--sae", "\(Commands.fixtures)/sae/\(sae)", "--labels", "labels.txt"] + arguments)
  }

  /// Scans the decoder rows of a file of the test against `labels.txt`, features as JSON lines.
  func scan(file: String, _ arguments: String...) throws -> CommandRun {
    try run(
      ["scan"] + Self.model
        + [
          "--sae", file, "--keys", "W_dec=W_dec:N", "--labels", "labels.txt", "--format", "jsonl",
        ] + arguments)
  }

  /// Judges an autoencoder of the fixtures by the small model against `labels.txt`, without messages, into `run`.
  func judge(
    _ arguments: [String], sae: String = "standard-new", replacesRun: Bool = true
  ) throws -> CommandRun {
    try run(
      ["verdict"] + Self.model
        + [
          "--sae", "\(Commands.fixtures)/sae/\(sae)", "--labels", "labels.txt", "--out", "run",
          "--quiet",
        ] + (replacesRun ? ["--force"] : []) + arguments)
  }

  /// Encodes `labels.txt` by the small model.
  func embed(_ arguments: String...) throws -> CommandRun {
    try run(["embed"] + Self.model + ["--labels", "labels.txt"] + arguments)
  }

  /// Writes a safetensors file of matrices of one shape.
  ///
  /// - Parameters:
  ///   - name: The file.
  ///   - matrices: Names and rows, at least one row of at least one element each.
  /// - Returns: Its path.
  /// - Throws: What writing it throws.
  @discardableResult
  func write(_ name: String, matrices: [(name: String, rows: [[Float]])]) throws -> String {
    var header: JSONObject = [:]
    var body = Data()
    for matrix in matrices {
      let start = body.count
      for value in matrix.rows.joined() {
        body.append(
          contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) })
      }
      header[matrix.name] = [
        "dtype": "F32",
        "shape": [.integer(matrix.rows.count), .integer(matrix.rows.first?.count ?? 0)],
        "data_offsets": [.integer(start), .integer(body.count)],
      ]
    }
    return try write(name, header: JSONValue.object(header).serialized(), body: body)
  }

  /// Writes a safetensors file of a header and what follows it, whatever they say.
  @discardableResult
  func write(_ name: String, header: String, body: Data) throws -> String {
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    return try write(name, Data(length) + Data(header.utf8) + body)
  }

  /// Rows that are all different.
  ///
  /// - Parameters:
  ///   - count: The number of rows.
  ///   - width: The length of each.
  /// - Returns: The rows.
  static func rows(_ count: Int, width: Int) -> [[Float]] {
    (0..<count).map { row in
      (0..<width).map { column -> Float in
        let sum: Int = row * 31 + column * 17 + row * column * 7
        return Float(sum % 23 - 11)
      }
    }
  }

  /// Whether something stands at a name.
  func has(_ name: String) -> Bool { MappedFile.exists(path + "/" + name) }

  /// The contents of a file.
  func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path + "/" + name))
  }
}

extension CommandRun {
  /// The first line of the messages.
  var message: String { messages.split(separator: "\n").first.map(String.init) ?? "" }
}
