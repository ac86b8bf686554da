extension Inspection {
  /// An autoencoder of a known family; one that cannot be read still shows its tensors.
  static func autoencoder(_ options: InspectionOptions) throws -> Inspection {
    var result = Inspection(path: options.path, kind: .autoencoder)
    do {
      let autoencoder = try Autoencoder(
        contentsOf: options.place, family: options.family, orientation: options.orientation)
      result.add(autoencoder)
    } catch {
      result.refusal = error as? any EngineError
    }
    var weights = options.place
    if MappedFile.isDirectory(weights) {
      weights += "/" + (try Autoencoder.weightsName(in: weights) ?? Autoencoder.weightsName)
    }
    if let file = try? TensorFile(contentsOf: weights) {
      result.add(file, workers: options.workers)
    }
    return result
  }

  /// Any file of tensors, as an autoencoder.
  static func keyedAutoencoder(_ options: InspectionOptions) throws -> Inspection {
    var result = Inspection(path: options.path, kind: .keyedAutoencoder)
    do {
      let autoencoder = try Autoencoder(
        contentsOf: options.place, keys: options.keys, orientation: options.orientation)
      result.add(autoencoder)
      for path in autoencoder.sourcePaths.prefix(1) {
        result.add(try TensorFile(contentsOf: path), workers: options.workers)
      }
    } catch let error as AutoencoderError {
      result.refusal = error
      result.add(try TensorFile(contentsOf: error.path), workers: options.workers)
    }
    return result
  }

  private mutating func add(_ autoencoder: Autoencoder) {
    facts["family"] = .string(autoencoder.family)
    if !autoencoder.familyEvidence.isEmpty {
      facts["known by"] = .string(autoencoder.familyEvidence)
    }
    facts["architecture"] = .string(autoencoder.architecture)
    if let encoding = autoencoder.encoding { facts["encodes by"] = .string(encoding.summary) }
    if let missing = autoencoder.encoding?.missing, !missing.isEmpty {
      facts["not stated"] = .array(missing.map { .string($0) })
    }
    facts["features"] = .integer(autoencoder.featureCount)
    facts["input width"] = .integer(autoencoder.inputWidth)
    if let output = autoencoder.decoder?.width, output != autoencoder.inputWidth {
      facts["output width"] = .integer(output)
    }
    facts["space"] = .string(autoencoder.space.rawValue)
    if autoencoder.decoderSpace != autoencoder.space {
      facts["decoder space"] = .string(autoencoder.decoderSpace.rawValue)
    }
    facts["hook"] = .string(autoencoder.hookName ?? "not stated")
    if let output = autoencoder.outputHookName { facts["output hook"] = .string(output) }
    if let layer = autoencoder.layer { facts["layer"] = .integer(layer) }
    facts["model"] = .string(autoencoder.modelName ?? "not stated")
    var parts: [JSONValue] = []
    if autoencoder.encoder != nil { parts.append("encoder") }
    if autoencoder.decoder != nil { parts.append("decoder") }
    if autoencoder.decoderBias != nil { parts.append("decoder bias") }
    facts["has"] = .array(parts)
    notes += autoencoder.evidence + autoencoder.notes
  }

  /// A CLIP model: its directory or one of its files.
  static func model(_ options: InspectionOptions) throws -> Inspection {
    var result = Inspection(path: options.path, kind: .model)
    let model = try CLIPModel(options.place)
    result.facts["family"] = .string(model.family.rawValue)
    result.facts["joint width"] = .integer(model.configuration.embeddingWidth)
    result.addVision(of: model)
    result.addText(of: model)
    do {
      result.facts["logit scale"] = JSONValue(try model.logitScale())
      if let bias = try model.logitBias() { result.facts["logit bias"] = JSONValue(bias) }
      if model.configuration.imageHeadObstacle == nil { _ = try model.imageHead() }
      if model.configuration.textObstacle == nil { _ = try model.textTower() }
    } catch {
      result.refusal = error as? any EngineError
    }
    result.notes += model.evidence
    do {
      let tokenizer = try TextTokenizer(
        resolving: model.directory, rules: model.configuration.tokenizerRules)
      _ = try tokenizer.padding()
      result.facts["tokenizer"] = .array(tokenizer.sourcePaths.map { .string($0) })
    } catch {
      result.notes.append(
        "tokenizer: \(options.reason(of: error)); scan takes another by --tokenizer")
    }
    result.add(model.weights, workers: options.workers)
    return result
  }

  private mutating func addVision(of model: CLIPModel) {
    facts["vision width"] = model.visionWidth.map { .integer($0) } ?? "not stated"
    let layers = model.configuration.vision.layerCount
    facts["vision layers"] = layers.map { .integer($0) } ?? "not stated"
    if let obstacle = model.configuration.imageHeadObstacle {
      notes.append("image head: \(obstacle); only --map native reads autoencoders")
    }
  }

  private mutating func addText(of model: CLIPModel) {
    if let obstacle = model.configuration.textObstacle {
      notes.append("text tower: \(obstacle) is not computed here; --text-embeddings works")
      return
    }
    let text = model.configuration.text
    facts["text width"] = .integer(text.width)
    facts["text layers"] = .integer(text.layerCount)
    facts["text heads"] = .integer(text.headCount)
    facts["context"] = .integer(text.contextLength)
    facts["vocabulary"] = .integer(text.vocabularySize)
    facts["hidden act"] = .string(text.activation.rawValue)
    facts["pooling"] = .string(
      text.pooling.text
        + (model.family == .huggingFace && text.pooling == .largestID
          ? " (eos_token_id 2)" : ""))
    if !text.isCausal { facts["attention"] = "all tokens, without causal mask" }
  }

  /// A run directory.
  static func run(_ options: InspectionOptions) throws -> Inspection {
    var result = Inspection(path: options.path, kind: .run)
    let run = try RunDirectory(contentsOf: options.place)
    result.facts = [
      "lens": .string(run.lensID),
      "features": .integer(run.featureCount),
      "read": run.description["counts"]?["read"] ?? .null,
      "labels": .integer(run.labels.count),
      "kept at each end": .integer(run.features.topCount),
      "autoencoder": run.description["autoencoder"]?["path"] ?? .null,
      "model": run.description["model"]?["reference"] ?? .null,
      "label source": run.description["labels"]?["source"] ?? .null,
      "made by": run.description["created_by"] ?? .null,
    ]
    for name in ["features", "labels"] {
      result.add(
        try TensorFile(contentsOf: options.place + "/\(name).safetensors"),
        workers: options.workers)
    }
    result.notes.append("lensctl show reads it")
    return result
  }

  /// A file of tensors of any kind, or its shards.
  static func tensorFile(_ options: InspectionOptions) throws -> Inspection {
    let file = try TensorFile(contentsOf: options.place)
    guard file.metadata["format"] == LabelBank.fileFormat else {
      guard OpenCLIPNames.isLikely(in: file) else {
        return Autoencoder.isKnown(weights: options.place)
          ? try autoencoder(options) : tensors(file, options)
      }
      do {
        return try model(options)
      } catch let error as ModelError {
        var result = tensors(file, options)
        result.refusal = error
        return result
      }
    }
    var result = Inspection(path: options.path, kind: .labelBank)
    let bank = try LabelBank(contentsOf: options.place)
    result.facts = [
      "labels": .integer(bank.labels.count),
      "usable": .integer(bank.count(of: .usable)),
      "width": .integer(bank.embeddingWidth),
      "logit scale": bank.logitScale.map { JSONValue($0) } ?? "not stated",
      "logit bias": bank.logitBias.map { JSONValue($0) } ?? "none",
      "model": bank.provenance["model"] ?? "not stated",
      "label source": bank.provenance["labels"] ?? "not stated",
      "templates": bank.provenance["templates"] ?? "not stated",
    ]
    result.notes = bank.warnings + ["scan reads it by --text-embeddings"]
    result.add(file, workers: options.workers)
    return result
  }

  /// Tensors that nothing says the meaning of.
  static func tensors(_ file: TensorFile, _ options: InspectionOptions) -> Inspection {
    let isArray = file.container == .npy || file.container == .rawFloats
    let others: Kind = file.container == .safetensors ? .tensors : .checkpoint
    var result = Inspection(path: options.path, kind: isArray ? .array : others)
    result.facts = [
      "container": .string(file.container.rawValue), "tensors": .integer(file.names.count),
      "files": .integer(file.filePaths.count),
    ]
    for name in file.metadata.keys.sorted() {
      result.facts["metadata \(name)"] = .string(file.metadata[name] ?? "")
    }
    result.add(attributesOf: file)
    let matrices = file.names.filter {
      file.tensors[$0]?.shape.count == 2 && file.tensors[$0]?.dtype.isFloatingPoint == true
    }
    if matrices.isEmpty {
      result.notes.append("no matrix of real numbers: neither an autoencoder nor label embeddings")
    } else {
      result.notes.append("as an autoencoder: scan reads it with --keys W_dec=NAME,...")
      result.notes.append(
        matrices.count == 1
          ? "as label embeddings: scan reads it by --text-embeddings, one label a row"
          : "as label embeddings: scan reads it by --text-embeddings with --embeddings-key NAME")
    }
    result.add(file, workers: options.workers)
    return result
  }

  /// The most attributes of a file that are shown.
  private static let attributeLimit = 200

  /// Adds what stands beside the tensors of a file.
  private mutating func add(attributesOf file: TensorFile) {
    for name in file.attributes.names.prefix(Self.attributeLimit) {
      facts["attribute \(name.printable(limit: 80))"] = file.attributes[name]
    }
    let hidden = file.attributes.count - Self.attributeLimit
    if hidden > 0 { notes.append("\(hidden) more attributes are not shown") }
    for name in file.unreadable.keys.sorted() {
      notes.append("tensor \(name.printable()) cannot be read: \(file.unreadable[name] ?? "")")
    }
  }

  /// A tokenizer's file or directory.
  static func tokenizer(_ options: InspectionOptions) throws -> Inspection {
    var result = Inspection(path: options.path, kind: .tokenizer)
    let tokenizer = try TextTokenizer(resolving: options.place)
    switch tokenizer.form {
    case .bytePairs(let pairs):
      result.facts = [
        "vocabulary": .integer(pairs.vocabularySize), "start token": .integer(pairs.startToken),
        "end token": .integer(pairs.endToken),
      ]
    case .pieces(let pieces):
      result.facts = [
        "vocabulary": .integer(pieces.vocabularySize), "model": .string(pieces.modelName),
        "padding": pieces.padding.map { .integer(Int($0.token)) } ?? "not stated",
      ]
    }
    result.facts["files"] = .array(tokenizer.sourcePaths.map { .string($0) })
    return result
  }

  /// A file of labels.
  static func labels(_ options: InspectionOptions) throws -> Inspection {
    var result = Inspection(path: options.path, kind: .labels)
    let labels = try LabelSet(contentsOf: options.place)
    result.facts = [
      "labels": .integer(labels.count),
      "masked": .integer(labels.maskedCount),
      "groups of duplicates": .integer(labels.duplicates.count),
      "labels at risk": .integer(labels.frontEndRiskCount),
    ]
    result.notes = labels.notices.map(\.description)
    result.notes += labels.frontEndRisks.map { risk, ids in
      let examples = ids.prefix(3).map { "\"\(labels.labels[$0].printable(limit: 40))\"" }
      return "\(risk.rawValue) in \(ids.count) \(ids.count == 1 ? "label" : "labels"), such as "
        + examples.joined(separator: ", ") + ": other CLIP tokenizers may give other ids"
    }
    return result
  }

  /// Adds the tensors of a file, all values read.
  private mutating func add(_ file: TensorFile, workers: Int) {
    for name in file.names {
      guard let tensor = file.tensors[name] else { continue }
      tensors.append(
        TensorEntry(
          name: name, dtype: tensor.dtype, shape: tensor.shape,
          summary: TensorSummary(of: tensor, workers: workers)))
    }
  }
}

extension CLIPConfiguration.Pooling {
  /// The rule in words.
  fileprivate var text: String {
    switch self {
    case .largestID: "at the greatest token id"
    case .first(let id): "at the first token \(id)"
    case .start: "at the first place"
    case .last: "at the last place"
    }
  }
}
