/// A tokenizer, a list of labels or a template that cannot be used, and why.
public struct TextError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The file cannot be read at all.
    case file(CheckpointError)

    // MARK: Tokenizers
    case noTokenizer
    case unsupportedTokenizer(field: String, found: String, expected: String)
    case malformedVocabulary(token: String, found: String)
    case repeatedID(Int, tokens: [String])
    case missingToken(String)
    case missingByte(UInt8)
    case malformedMerge(line: Int, found: String)
    case unknownMergeToken(line: Int, token: String)
    case repeatedMerge(line: Int, merge: String)

    // MARK: Lists of labels and templates
    case invalidUTF8(line: Int)
    case loneCarriageReturn(line: Int)
    case nul(line: Int)
    case noLabels
    case noTemplates
    case noPlaceholder
    case mixedPlaceholders([String])

    // MARK: Sets of labels
    case noSets
    case repeatedSet(line: Int, String)
    case emptySet(line: Int, String)
    case unknownLabel(line: Int, String)
    case repeatedLabel(line: Int, String)
    case malformedWordNet(String)
  }

  /// The file as it was named, with the line where that matters, or the text itself.
  public let place: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(place: String, reason: Reason) {
    self.place = place
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .file(let error): error.kind
    case .noTokenizer: .missingInput
    default: .badData
    }
  }

  public var description: String {
    if case .file(let error) = reason { return error.description }
    return "\(place.printable(limit: 1000)): \(message)"
  }
}

extension TextError {
  private var message: String {
    switch reason {
    case .file(let error): error.description
    case .invalidUTF8(let line): "line \(line): found bytes that are not UTF-8"
    case .loneCarriageReturn(let line):
      "line \(line): found a carriage return without line feed, expected LF or CR LF"
    case .nul(let line): "line \(line): found a NUL character"
    case .noLabels: "found no labels, expected at least 1"
    case .noTemplates: "found no templates, expected at least 1"
    case .noPlaceholder: "found no placeholder, expected {label}, {c} or {}"
    case .mixedPlaceholders(let found):
      "found placeholders \(found.joined(separator: " and ")), expected one kind"
    default: setMessage ?? tokenizerMessage
    }
  }

  private var setMessage: String? {
    switch reason {
    case .noSets: "found no sets, expected at least 1"
    case .repeatedSet(let line, let name):
      "line \(line): set \"\(name.printable(limit: 200))\": found a second time, expected each once"
    case .emptySet(let line, let name):
      "line \(line): set \"\(name.printable(limit: 200))\": found no labels, expected at least 1"
    case .unknownLabel(let line, let label):
      "line \(line): found label \"\(label.printable(limit: 200))\", expected one of the labels"
    case .repeatedLabel(let line, let label):
      "line \(line): found label \"\(label.printable(limit: 200))\" twice, expected once"
    case .malformedWordNet(let place): "\(place): found no entry of nouns as WordNet 3.0 has them"
    default: nil
    }
  }

  private var tokenizerMessage: String {
    switch reason {
    case .noTokenizer:
      "no tokenizer: expected tokenizer.json, vocab.json with merges.txt, "
        + "or bpe_simple_vocab_16e6.txt.gz"
    case .unsupportedTokenizer(let field, let found, let expected):
      "\(field): found \(found.printable()), expected \(expected)"
    case .malformedVocabulary(let token, let found):
      "token \"\(token.printable())\": found \(found.printable()), expected an id"
    case .repeatedID(let id, let tokens):
      "id \(id): found tokens "
        + tokens.map { "\"\($0.printable())\"" }.joined(separator: " and ") + ", expected one"
    case .missingToken(let token): "no token \"\(token.printable())\""
    case .missingByte(let byte):
      "no token for byte 0x\(String(byte, radix: 16)), and none for unknown text"
    case .malformedMerge(let line, let found):
      "merge \(line): found \"\(found.printable())\", expected two tokens and a space between"
    case .unknownMergeToken(let line, let token):
      "merge \(line): token \"\(token.printable())\" is not in the vocabulary"
    case .repeatedMerge(let line, let merge):
      "merge \(line): found \"\(merge.printable())\" a second time"
    default: ""
    }
  }
}
