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
    var names = vocabularyNames[...]
    return SemanticsRequest(
      vocabularies: zip(vocabulary, isReady).map { path, isReady in
        isReady
          ? .embeddings(path, key: nil, namesPath: names.popFirst())
          : .vocabulary(path, templates: templates)
      })
  }
}
