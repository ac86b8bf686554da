/// Looks for the features of a run that are nearest to any text.
///
/// The text is encoded by the model of the run, and compared with the directions that the run read,
/// mapped as it mapped them.
public struct TextQuery: Sendable {
  /// A feature and its cosine with the text.
  public struct Match: Sendable, Equatable {
    /// The feature.
    public let feature: Int
    /// The cosine of its direction with the embedding of the text.
    public let cosine: Float
  }

  /// The model's own scores of texts, if it was trained with a sigmoid.
  public let sigmoid: SigmoidScores?

  private let sources: RunSources
  private let model: CLIPModel
  private let tokenizer: TextTokenizer

  /// Opens what the run was made from.
  ///
  /// Files that the run recorded and that are used here must be as they were.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - model: Another model than that of the run, or one for a run without: a directory, or
  ///     `org/name[@revision]` in the hub's cache; nil for the model of the run.
  ///   - digestCache: Where digests of files are kept; nil to compute them always.
  ///   - workers: The number of threads; up to two of as many others digest.
  /// - Throws: `RunError` if the run has no model, or a file has changed; other errors if a file
  ///   cannot be used.
  public init(
    _ run: RunDirectory, model: String? = nil, digestCache: DigestCache? = nil, workers: Int = 1
  ) throws {
    sources = try RunSources(
      run.description, path: run.path, model: model, purpose: "encoding a text",
      digestCache: digestCache, workers: workers)
    guard let opened = sources.model else {
      throw RunError(subject: run.path, reason: .modelNeeded(for: "encoding a text"))
    }
    self.model = opened
    sigmoid = try SigmoidScores.scores(of: opened)
    tokenizer = try TextTokenizer(
      resolving: (model == nil ? sources.request.tokenizer : nil) ?? opened.directory,
      rules: opened.configuration.tokenizerRules)
  }

  /// The features of the run, nearest to a text first; equal cosines go to the lower feature.
  ///
  /// - Parameters:
  ///   - text: Any text that is not blank.
  ///   - template: What the text is put into; as it is by default.
  ///   - workers: The number of threads.
  /// - Returns: All features that can be read, and what a user should know about the text.
  /// - Throws: `ModelError` or `LensError` if the text cannot be encoded or does not fit the
  ///   directions.
  public func matches(
    for text: String, template: PromptTemplate = .bare, workers: Int
  ) throws -> (matches: [Match], warnings: [String]) {
    let bank = try LabelBank.encoding(
      LabelSet(labels: [text]), templates: [template], model: model, tokenizer: tokenizer,
      source: "text", workers: workers)
    let scan = try LensScan(
      autoencoder: sources.autoencoder, variant: sources.variant, head: try sources.head(),
      labels: bank, logitScale: 1, topCount: 1, selection: sources.selection)
    var matches: [Match] = []
    scan.run(workers: workers) { block in
      for row in 0..<block.rows where block.isRead(row) {
        matches.append(
          Match(feature: Int(block.featureIDs[row]), cosine: block.topCosines[row]))
      }
    }
    matches.sort { ($0.cosine, $1.feature) > ($1.cosine, $0.feature) }
    return (matches, bank.warnings)
  }
}
