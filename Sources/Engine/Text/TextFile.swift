/// Reads the files of tokenizers.
enum TextFile {
  /// Calls `body`, and gives what it throws as an error of this folder.
  static func reading<Value>(
    _ body: () throws(CheckpointError) -> Value
  ) throws(TextError) -> Value {
    do {
      return try body()
    } catch {
      throw TextError(place: error.path, reason: .file(error))
    }
  }

  static func bytes(_ path: String) throws(TextError) -> [UInt8] {
    try reading { () throws(CheckpointError) in [UInt8](try MappedFile.contents(of: path)) }
  }

  static func json(_ path: String) throws(TextError) -> JSONValue {
    try reading { () throws(CheckpointError) in try JSONValue(contentsOf: path) }
  }

  /// The ids of a vocabulary by token.
  static func tokens(
    _ vocabulary: JSONObject, path: String
  ) throws(TextError) -> [[UInt8]: Int32] {
    var tokens: [[UInt8]: Int32] = [:]
    var names: [Int32: String] = [:]
    tokens.reserveCapacity(vocabulary.count)
    names.reserveCapacity(vocabulary.count)
    for name in vocabulary.names {
      let value = vocabulary[name] ?? .null
      guard let id = value.integer.flatMap(Int32.init(exactly:)), id >= 0, id < .max else {
        throw TextError(
          place: path, reason: .malformedVocabulary(token: name, found: value.excerpt))
      }
      if let other = names.updateValue(name, forKey: id) {
        throw TextError(place: path, reason: .repeatedID(Int(id), tokens: [other, name]))
      }
      tokens[Array(name.utf8)] = id
    }
    return tokens
  }

  /// The lines of a list of merges, numbered from 1, without empty lines at the end.
  static func mergeLines(
    _ bytes: [UInt8], path: String
  ) throws(TextError) -> [TokenizerParts.MergeLine] {
    var lines: [TokenizerParts.MergeLine] = []
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard let text = String(validating: line, as: UTF8.self) else {
        throw TextError(place: path, reason: .invalidUTF8(line: index + 1))
      }
      lines.append(TokenizerParts.MergeLine(line: index + 1, text: text))
    }
    while lines.last?.text.isEmpty == true { lines.removeLast() }
    return lines
  }
}

extension JSONValue {
  /// The value as one line, for messages.
  var excerpt: String { serialized() }
}
