internal import Engine

/// A table of a configuration, of which every key is known and every value is asked for by its type.
struct ConfigurationTable {
  /// The file, as it was named.
  let file: String

  /// The keys on the way to the table, such as `reading[0].verdict`; empty for the whole file.
  let path: String

  /// The directory that relative paths start from, absolute.
  let directory: String

  /// Whether this program wrote the file.
  let isStored: Bool

  private let values: [String: ConfigurationValue]

  /// Takes a table.
  ///
  /// - Parameters:
  ///   - value: The table.
  ///   - file: The file, as it was named.
  ///   - path: The keys on the way to it.
  ///   - directory: The directory that relative paths start from, absolute.
  ///   - isStored: Whether this program wrote the file.
  ///   - known: The keys that it may have.
  /// - Throws: `CampaignError` if it is no table, or has another key.
  init(
    _ value: ConfigurationValue, file: String, path: String = "", directory: String,
    isStored: Bool = false, known: [String]
  ) throws(CampaignError) {
    func fail(_ reason: CampaignError.Reason) -> CampaignError {
      CampaignError(place: file, reason: reason, isStored: isStored)
    }
    guard case .table(let values) = value else {
      throw fail(.wrongType(path, found: value.typeName, expected: "a table"))
    }
    self.file = file
    self.path = path
    self.directory = directory
    self.isStored = isStored
    self.values = values
    if let key = values.keys.sorted().first(where: { !known.contains($0) }) {
      throw fail(
        .unknownKey(
          self.key(key), nearest: nearest(to: key, among: known), known: known.sorted()))
    }
  }

  /// The keys on the way to a value, in one.
  func key(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Makes the error that says what is wrong with the value of a key.
  func fail(_ reason: CampaignError.Reason) -> CampaignError {
    CampaignError(place: file, reason: reason, isStored: isStored)
  }

  /// Makes the error that says that a value is of the right type and wrong all the same.
  func wrong(
    _ name: String, found: String, expected: String, nearest: String? = nil
  ) -> CampaignError {
    fail(.wrongValue(key(name), found: found, expected: expected, nearest: nearest))
  }

  /// Whether there is a value for a key.
  func has(_ name: String) -> Bool { values[name] != nil }
}

// MARK: - Values by type

extension ConfigurationTable {
  /// A text, or nil if there is none.
  func string(_ name: String) throws(CampaignError) -> String? {
    guard let value = values[name] else { return nil }
    return try text(value, key: key(name), expected: "a string")
  }

  /// A whole number, or nil if there is none.
  func integer(_ name: String) throws(CampaignError) -> Int? {
    guard let value = values[name] else { return nil }
    guard case .integer(let integer) = value else {
      throw fail(.wrongType(key(name), found: value.typeName, expected: "an integer"))
    }
    return integer
  }

  /// A finite number, or nil if there is none.
  func number(_ name: String) throws(CampaignError) -> Double? {
    switch values[name] {
    case nil: return nil
    case .integer(let value): return Double(value)
    case .number(let value):
      guard value.isFinite else {
        throw wrong(name, found: "\(value)", expected: "a finite number")
      }
      return value
    case .some(let value):
      throw fail(.wrongType(key(name), found: value.typeName, expected: "a number"))
    }
  }

  /// True or false; false if there is none.
  func flag(_ name: String) throws(CampaignError) -> Bool {
    guard let value = values[name] else { return false }
    guard case .bool(let bool) = value else {
      throw fail(.wrongType(key(name), found: value.typeName, expected: "true or false"))
    }
    return bool
  }

  /// Texts, or nil if there is no list.
  func strings(_ name: String) throws(CampaignError) -> [String]? {
    guard let value = values[name] else { return nil }
    guard case .array(let elements) = value else {
      throw fail(.wrongType(key(name), found: value.typeName, expected: "a list of strings"))
    }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      texts.append(try text(element, key: key("\(name)[\(index)]"), expected: "a string"))
    }
    return texts
  }

  /// Whole numbers of a list that must be there.
  func integers(_ name: String) throws(CampaignError) -> [Int] {
    let value = try needed(name, values[name], expected: "a list of integers")
    guard case .array(let elements) = value else {
      throw fail(.wrongType(key(name), found: value.typeName, expected: "a list of integers"))
    }
    var integers: [Int] = []
    for (index, element) in elements.enumerated() {
      guard case .integer(let integer) = element else {
        throw fail(
          .wrongType(key("\(name)[\(index)]"), found: element.typeName, expected: "an integer"))
      }
      integers.append(integer)
    }
    return integers
  }

  /// The tables of a list, each with the keys on the way to it.
  func tables(
    _ name: String, expected: String
  ) throws(CampaignError) -> [(path: String, value: ConfigurationValue)] {
    guard let value = values[name] else {
      throw fail(.missingKey(key(name), expected: expected))
    }
    guard case .array(let elements) = value else {
      throw fail(.wrongType(key(name), found: value.typeName, expected: expected))
    }
    return elements.enumerated().map { (key("\(name)[\($0.offset)]"), $0.element) }
  }

  /// The value of a key that is a table, with the keys on the way to it; nil if there is none.
  func table(_ name: String) -> (path: String, value: ConfigurationValue)? {
    values[name].map { (key(name), $0) }
  }

  /// A text without what would end a line of a script or act on a terminal.
  private func text(
    _ value: ConfigurationValue, key: String, expected: String
  ) throws(CampaignError) -> String {
    guard case .string(let text) = value else {
      throw fail(.wrongType(key, found: value.typeName, expected: expected))
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw fail(
        .wrongValue(
          key, found: "\"\(text.printable())\"", expected: "text without control characters"))
    }
    return text
  }
}

// MARK: - Values that must fit

extension ConfigurationTable {
  /// A value that must be there.
  func needed<Value>(
    _ name: String, _ value: Value?, expected: String
  ) throws(CampaignError) -> Value {
    guard let value else { throw fail(.missingKey(key(name), expected: expected)) }
    return value
  }

  /// A whole number from a range, or nil if there is none.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(CampaignError) -> Int? {
    guard let value = try integer(name) else { return nil }
    guard range.contains(value) else {
      let expected =
        range.upperBound == .max
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw wrong(name, found: "\(value)", expected: expected)
    }
    return value
  }

  /// A path, absolute; nil if there is none.
  func path(_ name: String) throws(CampaignError) -> String? {
    guard let text = try string(name) else { return nil }
    return try absolute(text, name: name)
  }

  /// A path that a key has, made absolute.
  func absolute(_ text: String, name: String) throws(CampaignError) -> String {
    guard !text.isEmpty else { throw wrong(name, found: "\"\"", expected: "a path") }
    return MappedFile.absolute(text.hasPrefix("/") ? text : directory + "/" + text)
  }

  /// One of a few words, or nil if there is none.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String
  ) throws(CampaignError) -> Choice? {
    guard let text = try string(name) else { return nil }
    return try choice(text, name: name)
  }

  /// A word of a few.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, name: String
  ) throws(CampaignError) -> Choice {
    guard let choice = Choice(rawValue: text) else {
      throw notAmong(Choice.allCases.map(\.rawValue), found: text, name: name)
    }
    return choice
  }

  /// Makes the error that says that a word is none of those allowed.
  func notAmong(_ allowed: [String], found: String, name: String) -> CampaignError {
    wrong(
      name, found: "\"\(found)\"", expected: "one of \(allowed.sorted().joined(separator: ", "))",
      nearest: nearest(to: found, among: allowed))
  }

  /// A value that something else makes of a text, or nil if there is no text.
  func made<Value>(
    _ name: String, _ make: (String) throws -> Value
  ) throws(CampaignError) -> Value? {
    guard let text = try string(name) else { return nil }
    return try made(text, name: name, make)
  }

  /// A value that something else makes of a text.
  func made<Value>(
    _ text: String, name: String, _ make: (String) throws -> Value
  ) throws(CampaignError) -> Value {
    do {
      return try make(text)
    } catch {
      throw fail(.unusable(key(name), what: "\(error)"))
    }
  }
}

/// The word that was probably meant: the nearest by edit distance, if that is near.
func nearest(to word: String, among words: [String]) -> String? {
  let distances = words.map { (distance: editDistance($0, word), word: $0) }
  let best = distances.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
  guard let best, best.distance <= max(1, word.utf8.count / 3) else { return nil }
  return best.word
}
