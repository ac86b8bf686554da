import ArgumentParser
import Engine

/// The options that say which labels are encoded, and how.
struct PromptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A prompt with {label} in the place of the label; repeat it for an ensemble.",
      discussion: "Default: 'A photo of a {label}.'"))
  var template: [String] = []

  @Option(help: "A file of templates, one a line.", completion: .file())
  var templateFile: String?

  @Option(
    help: "Another tokenizer than the model's: a directory, tokenizer.json, vocab.json, or merges.",
    completion: .file())
  var tokenizer: String?

  /// Whether nothing is said.
  var isDefault: Bool { template.isEmpty && templateFile == nil && tokenizer == nil }

  /// The files that the options name.
  var files: [String] { templateFile.map { [$0] } ?? [] }

  /// The templates, none for the default.
  func templates() throws -> [PromptTemplate] {
    let fromFile = try templateFile.map { try PromptTemplate.list(contentsOf: $0) } ?? []
    return try template.map { try PromptTemplate($0) } + fromFile
  }
}

/// The option that says on how many threads a command computes.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The number of threads; those that the process may use by default.",
      discussion: "Files are digested meanwhile on up to two more."))
  var threads: Int?

  /// The number of threads to use: as many of those asked for as can be started.
  var workers: Int {
    get throws { try ThreadLimit.workers(threads ?? Machine.usableProcessors) }
  }

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: found \(threads), expected 1 to 1024")
    }
  }
}

/// The option that bounds memory.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most memory to use besides mapped files, such as 512M or 4G.",
      discussion: """
        Bytes, or a whole number of K, M, G or T, powers of 1024. Default: a quarter of what is \
        free, for a verdict all of it. Label banks that do not fit are read from their file part by part, and fewer threads \
        run if need be; results are the same.
        """,
      valueName: "size"))
  var maxMemory: String?

  /// The most memory to use, in bytes; nil for the default.
  func limit() throws -> Int? { try maxMemory.map { try MemorySize(parsing: $0).bytes } }

  func validate() throws {
    if let maxMemory {
      do {
        _ = try MemorySize(parsing: maxMemory)
      } catch {
        throw ValidationError(error.description)
      }
    }
  }
}

/// The options that every command that encodes labels has.
struct ComputeOptions: ParsableArguments {
  @OptionGroup var threads: ThreadOptions

  @OptionGroup var memory: MemoryOptions

  @Flag(help: "Encode labels and digest files even if that was done before, and keep neither.")
  var noCache = false

  @Flag(
    help: ArgumentHelp(
      "Use one label of those that say the same, the first, and mask the others.",
      discussion: "The same but for letter case, white space and Unicode composition. Ids stay."))
  var dedupe = false

  @Flag(help: "Refuse data of which anything is masked or cut: features, labels, prompts.")
  var strict = false

  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  /// The number of threads to use.
  var workers: Int { get throws { try threads.workers } }

  /// Where label banks are kept, nil for nowhere.
  var bankCache: BankCache? { noCache ? nil : BankCache() }

  /// Where digests of files are kept, nil for nowhere.
  var digestCache: DigestCache? { noCache ? nil : DigestCache() }
}
