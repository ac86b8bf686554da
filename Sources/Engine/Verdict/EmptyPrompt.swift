/// The embedding t_0 of the prompts of the empty label, which a score compares labels with.
struct EmptyPrompt: Sendable {
  /// Where it comes from.
  private enum Source: Sendable {
    /// The model of the labels, by their templates.
    case model([PromptTemplate])
    /// A file.
    case file(path: String, tensor: String)
    /// Nowhere, and why.
    case none(String)
  }

  /// t_0, a unit vector, [D]; nil if there is none.
  let embedding: [Double]?

  private let source: Source

  /// Encodes or reads the embedding that goes with the labels of a run.
  ///
  /// Labels that the model encodes have their templates; the empty label is put into the same ones. Beside
  /// ready embeddings it must be ready too.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - path: A file with the embedding; nil without.
  ///   - key: The name of the tensor, [D] or [1, D]; may be nil if the file has one of real numbers alone.
  /// - Throws: `CheckpointError`, `TextError`, `ModelError` or `VerdictError` if it cannot be read or
  ///   encoded.
  init(_ run: LensRun, path: String?, key: String?) throws {
    if let path {
      (embedding, source) = try Self.read(path, key: key, width: run.labels.embeddingWidth)
      return
    }
    guard case .vocabulary(_, let stated) = run.request.labels, let model = run.model else {
      embedding = nil
      source = .none("labels are ready embeddings, and none of the empty label was given")
      return
    }
    let templates = stated.isEmpty ? [.photo] : stated
    let bank = try LabelBank.encoding(
      .emptyLabel, templates: templates, model: model,
      tokenizer: try TextTokenizer(
        resolving: run.request.tokenizer ?? model.directory,
        rules: model.configuration.tokenizerRules),
      source: "the empty label", workers: run.memory.workers)
    embedding = bank.embeddings.elements.map(Double.init)
    source = .model(templates)
  }

  private static func read(
    _ path: String, key: String?, width: Int
  ) throws -> ([Double], Source) {
    let file = try TensorFile(contentsOf: path)
    let candidates = file.tensors.values.filter(\.dtype.isFloatingPoint).map(\.name).sorted()
    guard let name = key ?? (candidates.count == 1 ? candidates.first : nil) else {
      let names = candidates.map { $0.printable(limit: 80) }.joined(separator: ", ")
      throw VerdictError(
        subject: path,
        reason: .emptyLabel(
          found: candidates.isEmpty ? "no tensor of real numbers" : "tensors \(names)",
          expected: "one, or its name by --empty-key"))
    }
    let isRow = file.tensors[name]?.shape.count == 2
    let tensor = try file.weights(name, shape: isRow ? [1, width] : [width])
    let elements = tensor.floats().map(Double.init)
    let length = elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite else {
      throw VerdictError(
        subject: path,
        reason: .emptyLabel(found: "length \(length)", expected: "a finite vector with a length"))
    }
    return (
      elements.map { $0 / length },
      .file(path: path, tensor: name)
    )
  }
}

extension EmptyPrompt {
  /// The member of `verdict.json`.
  ///
  /// - Parameter digests: The digest of each file by its absolute path.
  /// - Returns: The member.
  func json(_ digests: [String: String]) -> JSONValue {
    switch source {
    case .model(let templates):
      ["source": "model", "templates": .array(templates.map { .string($0.text) })]
    case .file(let path, let tensor):
      [
        "source": "file", "path": .string(MappedFile.absolute(path)), "tensor": .string(tensor),
        "sha256": digests[MappedFile.absolute(path)].map { .string($0) } ?? .null,
      ]
    case .none(let reason): ["source": .null, "reason": .string(reason)]
    }
  }
}
