internal import Foundation

/// The nouns of a WordNet database: which synsets a lemma has, and which lie above a synset.
///
/// Files `index.noun` and `data.noun` as WordNet 3.0 has them (wndb(5WN)); fields are read by their position in a line, and
/// synsets by the byte at which they stand, which is their number.
struct WordNet: Sendable {
  private let indexPath: String
  private let dataPath: String
  private let index: Data
  private let synsets: Data

  /// Opens a database.
  ///
  /// - Parameter directory: The directory of the two files.
  /// - Throws: `TextError` if one cannot be read.
  init(_ directory: String) throws(TextError) {
    let (indexPath, dataPath) = (directory + "/index.noun", directory + "/data.noun")
    (self.indexPath, self.dataPath) = (indexPath, dataPath)
    index = try TextFile.reading { () throws(CheckpointError) in
      try MappedFile.contents(of: indexPath)
    }
    synsets = try TextFile.reading { () throws(CheckpointError) in
      try MappedFile.contents(of: dataPath)
    }
  }

  /// The files.
  var paths: [String] { [indexPath, dataPath] }

  /// The lemma that stands for a label: what stands before its first comma, in small letters, spaces as underscores.
  ///
  /// - Parameter label: The label.
  /// - Returns: The lemma, such as `great_white_shark`.
  static func lemma(of label: String) -> String {
    label.prefix { $0 != "," }.split(whereSeparator: \.isWhitespace).joined(separator: "_")
      .lowercased()
  }

  /// The synsets of some lemmas, in the order of the database, which is that of their frequency.
  ///
  /// A line of `index.noun` is `lemma pos synset_cnt p_cnt ptr_symbol... sense_cnt tagsense_cnt offset...`.
  ///
  /// - Parameter lemmas: The lemmas.
  /// - Returns: The synsets of those that are there.
  /// - Throws: `TextError` if a line of one of them is malformed.
  func synsets(of lemmas: Set<String>) throws(TextError) -> [String: [Int]] {
    var found: [String: [Int]] = [:]
    for line in index.split(separator: UInt8(ascii: "\n")) {
      // Lines of the licence begin with spaces.
      guard line.first != UInt8(ascii: " "),
        let end = line.firstIndex(of: UInt8(ascii: " ")),
        let lemma = String(validating: line[..<end], as: UTF8.self), lemmas.contains(lemma)
      else { continue }
      let fields = Self.fields(line)
      guard fields.count > 3, let count = Int(fields[2]), let pointers = Int(fields[3]),
        count > 0, pointers >= 0, pointers < fields.count, count < fields.count,
        fields.count == 6 + pointers + count
      else {
        throw TextError(place: indexPath, reason: .malformedWordNet("line of \(lemma)"))
      }
      let offsets = fields.suffix(count).compactMap { Int($0) }
      guard offsets.count == count else {
        throw TextError(place: indexPath, reason: .malformedWordNet("line of \(lemma)"))
      }
      found[lemma] = offsets
    }
    return found
  }

  /// One synset.
  struct Synset: Sendable, Equatable {
    /// Its first word, spaces as underscores.
    let word: String
    /// The synsets right above it, `@` of classes and `@i` of instances.
    let hypernyms: [Int]
  }

  /// Reads a synset.
  ///
  /// A line of `data.noun` is `offset lex_filenum ss_type w_cnt word lex_id... p_cnt ptr_symbol offset pos
  /// source/target... | gloss`, w_cnt in hexadecimal digits.
  ///
  /// - Parameter offset: The byte at which it stands.
  /// - Returns: The synset.
  /// - Throws: `TextError` if no synset of nouns stands there.
  func synset(at offset: Int) throws(TextError) -> Synset {
    let error = TextError(place: dataPath, reason: .malformedWordNet("byte \(offset)"))
    guard offset >= 0, offset < synsets.count else { throw error }
    let fields = Self.fields(synsets.dropFirst(offset).prefix { $0 != UInt8(ascii: "\n") })
    guard fields.count > 5, Int(fields[0]) == offset, fields[2] == "n",
      let words = Int(fields[3], radix: 16), words > 0, fields.count > 4 + 2 * words,
      let pointers = Int(fields[4 + 2 * words]), pointers >= 0, pointers < fields.count,
      fields.count >= 5 + 2 * words + 4 * pointers
    else { throw error }
    var hypernyms: [Int] = []
    for pointer in 0..<pointers {
      let first = 5 + 2 * words + 4 * pointer
      guard fields[first] == "@" || fields[first] == "@i" else { continue }
      guard let above = Int(fields[first + 1]), fields[first + 2] == "n" else { throw error }
      hypernyms.append(above)
    }
    return Synset(word: fields[4], hypernyms: hypernyms)
  }

  /// The parts of a line between spaces.
  private static func fields(_ line: Data) -> [String] {
    line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
  }
}
