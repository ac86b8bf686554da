internal import Foundation

extension BytePairTokenizer {
  /// Reads `vocab.json` and `merges.txt`, as in the first published checkpoints.
  ///
  /// Empty lines at the end of the merges, and the line `#version` at their beginning, are no
  /// merges. A byte without token becomes the end token, which is CLIP's token for unknown text.
  ///
  /// - Parameters:
  ///   - vocabularyPath: A JSON object of tokens and ids.
  ///   - mergesPath: A merge a line, best first.
  /// - Throws: `TextError` if a file cannot be read, an id is no id or stands twice, a special
  ///   token is missing, or a merge is malformed, repeated or of unknown tokens.
  public init(vocabularyPath: String, mergesPath: String) throws(TextError) {
    let json = try TextFile.json(vocabularyPath)
    guard let vocabulary = json.object else {
      throw TextError(
        place: vocabularyPath,
        reason: .unsupportedTokenizer(
          field: "vocabulary", found: json.excerpt, expected: "an object of tokens and ids"))
    }
    var parts = TokenizerParts(
      tokens: try TextFile.tokens(vocabulary, path: vocabularyPath), path: vocabularyPath)
    try parts.addCLIPSpecialTokens()
    parts.unknownToken = parts.endToken
    parts.path = mergesPath
    var lines = try TextFile.mergeLines(try TextFile.bytes(mergesPath), path: mergesPath)
    if let first = lines.first, first.text.hasPrefix("#version") { lines.removeFirst() }
    parts.mergeList = lines
    try self.init(parts, sourcePaths: [vocabularyPath, mergesPath])
  }

  /// Reads the list of merges that OpenAI and open_clip publish, `bpe_simple_vocab_16e6.txt.gz`.
  ///
  /// The first line is a title. The 48,894 lines after it (or as many as there are) are the merges
  /// of CLIP, and give the vocabulary: 256 symbols of bytes, the same at a word's end, a token for
  /// each merge, start, end.
  ///
  /// - Parameter mergesArchivePath: The file, with gzip compression or without.
  /// - Throws: `TextError` if the file cannot be read or inflated, or if a merge is malformed,
  ///   repeated or of tokens that do not stand before it.
  public init(mergesArchivePath: String) throws(TextError) {
    let path = mergesArchivePath
    let bytes = try TextFile.reading { () throws(CheckpointError) in
      [UInt8](try GzipFile.contents(of: path))
    }
    let merges = Array(
      try TextFile.mergeLines(bytes, path: path).dropFirst().prefix(Self.publishedMergeCount))
    let symbols = ByteSymbols.inOrder.map { String(ByteSymbols.symbol(of: $0)) }
    let names =
      symbols + symbols.map { $0 + TokenizerParts.wordEnd }
      + merges.map { $0.text.replacing(" ", with: "") } + [
        TokenizerParts.start, TokenizerParts.end,
      ]
    var tokens: [[UInt8]: Int32] = [:]
    for (id, name) in names.enumerated() {
      if let other = tokens.updateValue(Int32(id), forKey: Array(name.utf8)) {
        throw TextError(
          place: path, reason: .repeatedMerge(line: id - 2 * 256 + 2, merge: names[Int(other)]))
      }
    }
    var parts = TokenizerParts(tokens: tokens, path: path)
    try parts.addCLIPSpecialTokens()
    parts.mergeList = merges
    try self.init(parts, sourcePaths: [path])
  }

  /// Reads the tokenizer of a model directory.
  ///
  /// Of the forms that a directory may hold, the first of these is read: `tokenizer.json`,
  /// `vocab.json` with `merges.txt`, `bpe_simple_vocab_16e6.txt.gz`. `sourcePaths` says which.
  ///
  /// - Parameter directory: The directory.
  /// - Throws: `TextError` if it holds none, or if the one that counts cannot be used.
  public init(directory: String) throws(TextError) {
    try self.init(files: try Self.files(in: directory))
  }

  /// CLIP's vocabulary of 49,152 less 256 symbols and 2 special tokens, in OpenAI's code.
  private static let publishedMergeCount = 49152 - 256 - 2
}

extension TokenizerParts {
  init(tokens: [[UInt8]: Int32], path: String) {
    self.init(
      tokens: tokens, mergeList: [], specialTokens: [], startToken: 0, endToken: 0, path: path)
  }

  /// Takes CLIP's start and end tokens from the vocabulary; both are looked for in normalized text.
  mutating func addCLIPSpecialTokens() throws(TextError) {
    startToken = try id(of: Self.start)
    endToken = try id(of: Self.end)
    specialTokens = [
      SpecialToken(content: Self.start, id: startToken, isNormalized: true),
      SpecialToken(content: Self.end, id: endToken, isNormalized: true),
    ]
  }
}

extension BytePairTokenizer {
  /// Reads a tokenizer from a model directory, a `tokenizer.json`, a `vocab.json` with `merges.txt`
  /// beside it, or a list of merges such as `bpe_simple_vocab_16e6.txt.gz`.
  ///
  /// - Parameter path: The file or directory.
  /// - Throws: `TextError` if it is not a tokenizer of CLIP's form.
  public init(resolving path: String) throws(TextError) {
    try self.init(files: try Self.files(resolving: path))
  }

  /// The files that `init(resolving:)` reads, of which nothing but that they are there is checked.
  ///
  /// - Parameter path: The file or directory.
  /// - Returns: The value that `sourcePaths` will have.
  /// - Throws: `TextError` if a file is missing or cannot be opened.
  public static func sourcePaths(resolving path: String) throws(TextError) -> [String] {
    let paths = try files(resolving: path).paths
    for path in paths {
      _ = try TextFile.reading { () throws(CheckpointError) in try MappedFile.contents(of: path) }
    }
    return paths
  }
}

/// The files of a tokenizer, by their form.
enum TokenizerFiles {
  case json(String)
  case vocabulary(String, merges: String)
  case mergesArchive(String)

  var paths: [String] {
    switch self {
    case .json(let path), .mergesArchive(let path): [path]
    case .vocabulary(let path, let merges): [path, merges]
    }
  }
}

extension BytePairTokenizer {
  init(files: TokenizerFiles) throws(TextError) {
    switch files {
    case .json(let path): try self.init(tokenizerJSONPath: path)
    case .vocabulary(let path, let merges):
      try self.init(vocabularyPath: path, mergesPath: merges)
    case .mergesArchive(let path): try self.init(mergesArchivePath: path)
    }
  }

  static func files(resolving path: String) throws(TextError) -> TokenizerFiles {
    if MappedFile.isDirectory(path) { return try files(in: path) }
    if path.hasSuffix("vocab.json") {
      return .vocabulary(path, merges: path.dropLast("vocab.json".count) + "merges.txt")
    }
    return path.hasSuffix(".json") ? .json(path) : .mergesArchive(path)
  }

  private static func files(in directory: String) throws(TextError) -> TokenizerFiles {
    let path = { (name: String) in
      URL(filePath: directory, directoryHint: .isDirectory).appending(path: name).path
    }
    if MappedFile.exists(path("tokenizer.json")) { return .json(path("tokenizer.json")) }
    if MappedFile.exists(path("vocab.json")), MappedFile.exists(path("merges.txt")) {
      return .vocabulary(path("vocab.json"), merges: path("merges.txt"))
    }
    if MappedFile.exists(path("bpe_simple_vocab_16e6.txt.gz")) {
      return .mergesArchive(path("bpe_simple_vocab_16e6.txt.gz"))
    }
    throw TextError(place: directory, reason: .noTokenizer)
  }
}
