import ArgumentParser
import Engine

/// The options that ask names for their meaning.
struct SemanticsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Other labels that the autoencoder is judged by; repeat it for several.",
      discussion:
        "imagenet, a file of labels, which are encoded like those of the scan, or a file of ready embeddings."
    ), completion: .file())
  var vocabulary: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with the names of such embeddings, one a line.",
      discussion: "One for each --vocabulary of embeddings, in order, or none."),
    completion: .file())
  var vocabularyNames: [String] = []

  @Flag(help: "Name features by each template alone too, and say how far the first labels agree.")
  var compareTemplates = false

  @Option(
    help: ArgumentHelp(
      "Ready embeddings of the same labels by one template; repeat it for each.",
      discussion: "In place of --compare-templates, where labels are ready embeddings."),
    completion: .file())
  var templateEmbeddings: [String] = []

  @Option(
    help: "Features to be written as sums of up to five labels: all, or some such as 17,200-299.")
  var sparseNaming: String?

  @Option(
    help: ArgumentHelp(
      "A file of sets of labels that are looked for at the top of the labels of features.",
      discussion: "In every line the name of a set and its labels, with tabs between."),
    completion: .file())
  var sets: String?

  @Option(
    help: ArgumentHelp(
      "The directory of WordNet, whose hypernyms of labels are such sets.",
      discussion: "/usr/share/wordnet where Debian's wordnet-base is installed."),
    completion: .directory)
  var wordnet: String?

  func validate() throws {
    if sets != nil, wordnet != nil {
      throw ValidationError("found both --sets and --wordnet, expected one of them")
    }
    guard let sparseNaming, sparseNaming != "all" else { return }
    // How many features there are is known once the autoencoder is open.
    do {
      _ = try FeatureSelection(parsing: sparseNaming, featureCount: Int(Int32.max))
    } catch {
      throw ValidationError("--sparse-naming: \(error)")
    }
  }

  /// What is asked for.
  ///
  /// - Parameter lens: What is read.
  /// - Returns: The request.
  /// - Throws: `ValidationError` if options do not go together; `TextError` or `CheckpointError` if a file cannot be
  ///   used.
  func request(_ lens: LensOptions) throws -> SemanticsRequest {
    let isReady = try vocabulary.map { try $0 != "imagenet" && LabelSource.hasTensors($0) }
    let readyCount = isReady.count { $0 }
    guard vocabularyNames.isEmpty || vocabularyNames.count == readyCount else {
      throw ValidationError(
        "--vocabulary-names: found \(vocabularyNames.count), expected \(readyCount) as there are of "
          + "--vocabulary with embeddings, or none")
    }
    guard lens.model != nil || readyCount == vocabulary.count else {
      throw ValidationError("--vocabulary: found no --model, expected one to encode labels")
    }
    let templates = try lens.prompts.templates()
    try checkTemplates(lens, count: templates.count)
    var names = vocabularyNames[...]
    var request = SemanticsRequest(
      vocabularies: zip(vocabulary, isReady).map { path, isReady in
        isReady
          ? .embeddings(path, key: nil, namesPath: names.popFirst())
          : .vocabulary(path, templates: templates)
      })
    request.comparesTemplates = compareTemplates
    request.templateEmbeddings = templateEmbeddings
    request.sparseFeatures = sparseNaming
    request.labelSets = sets
    request.wordNet = wordnet
    return request
  }

  private func checkTemplates(_ lens: LensOptions, count: Int) throws {
    if compareTemplates, !templateEmbeddings.isEmpty {
      throw ValidationError(
        "found both --compare-templates and --template-embeddings, expected one of them")
    }
    if compareTemplates, count < 2 {
      throw ValidationError(
        "--compare-templates: found \(count) of --template, expected two at least")
    }
    if templateEmbeddings.count == 1 {
      throw ValidationError("--template-embeddings: found 1, expected two at least")
    }
  }
}
