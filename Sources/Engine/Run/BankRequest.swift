internal import Foundation

/// Labels to be encoded by a model.
public struct BankRequest: Sendable {
  /// The model.
  public let model: CLIPModel
  /// The file or directory of its tokenizer.
  public let tokenizer: String
  /// The labels.
  public let labels: LabelSet
  /// What the labels are called in messages: `imagenet` or a path.
  public let labelName: String
  /// The templates, at least one.
  public let templates: [PromptTemplate]

  /// The files that determine the embeddings, and those that were there before.
  private(set) var inputs: RunInputs

  /// The version of the computation; it changes when the same inputs give other bits.
  private static let encoderVersion = 2

  /// Opens what is needed to encode labels.
  ///
  /// - Parameters:
  ///   - model: The model: a directory, or `org/name[@revision]` in the hub's cache.
  ///   - tokenizer: The tokenizer's file or directory; the model's own if nil.
  ///   - labels: `imagenet` or the path of a label file.
  ///   - templates: The templates; `A photo of a {label}.` if empty.
  ///   - masksDuplicates: Whether labels that say the same as one before them are masked.
  ///   - digestCache: Where digests of files are kept; nil to compute them always.
  ///   - workers: The number of threads; up to two of as many others digest.
  /// - Throws: `BLASError`, `CheckpointError`, `TextError` or `ModelError` if anything cannot be used.
  public init(
    model: String, tokenizer: String?, labels: String, templates: [PromptTemplate],
    masksDuplicates: Bool = false, digestCache: DigestCache? = nil, workers: Int = 1
  ) throws {
    let directory = try HubCache().resolve(model).directory
    var inputs = RunInputs(
      before: [directory, labels] + (tokenizer.map { [$0] } ?? []), cache: digestCache,
      workers: workers)
    let model = try CLIPModel(model)
    try inputs.add(role: "model", model.sourcePaths)
    try self.init(
      model: model, tokenizer: tokenizer, labels: labels, templates: templates,
      masksDuplicates: masksDuplicates, inputs: inputs)
  }

  /// Opens what is needed to encode labels by a model whose files are among the inputs.
  init(
    model: CLIPModel, tokenizer: String?, labels: String, templates: [PromptTemplate],
    masksDuplicates: Bool, inputs: RunInputs
  ) throws {
    try BLAS.check()
    try model.checkTextTower()
    self.model = model
    self.tokenizer = tokenizer ?? model.directory
    let set = try LabelSet(resolving: labels)
    self.labels = masksDuplicates ? set.maskingDuplicates() : set
    labelName = labels
    self.templates = templates.isEmpty ? [.photo] : templates
    self.inputs = inputs
    try self.inputs.add(
      role: "tokenizer", try TextTokenizer.sourcePaths(resolving: self.tokenizer))
    if !LabelSet.isBuiltIn(labels) { try self.inputs.add(role: "labels", [labels]) }
  }

  /// The files that the bank is made from.
  public var inputPaths: [String] { inputs.paths }

  /// Checks that a bank of these labels can be written as a file, before any is encoded.
  ///
  /// - Parameter path: The file to be made.
  /// - Throws: `OutputError` if readers would refuse its header.
  public func check(writingTo path: String) throws(OutputError) {
    try LabelBank.check(labels.labels, fitHeaderOf: path)
  }

  /// The digests of the files of model and tokenizer, which determine the embeddings.
  private func records() throws -> [InputRecord] {
    try inputs.records(ofRoles: ["model", "tokenizer"])
  }

  /// The name of the bank among all banks: a digest of all that determines it but for the last digits, which
  /// the kernel of the linear algebra does.
  private func key(_ records: [InputRecord]) -> String {
    var facts: JSONObject = [
      "encoder": .integer(Self.encoderVersion),
      "inputs": .array(records.map { .string($0.sha256) }),
      "labels": .array(labels.labels.map { .string($0) }),
      "notices": .array(labels.notices.map { .string($0.description) }),
      "templates": .array(templates.map { .string($0.text) }),
    ]
    let duplicates = labels.statuses.indices.filter { labels.statuses[$0] == .duplicate }
    if !duplicates.isEmpty { facts["masked"] = .array(duplicates.map { .integer($0) }) }
    return FileDigest.sha256(Data(JSONValue.object(facts).serialized().utf8))
  }

  /// The bank, from the cache if it is there.
  ///
  /// A bank in the cache says that its tokenizer, known by its digest, was read before: it is
  /// opened only to encode.
  ///
  /// - Parameters:
  ///   - cache: Where banks are kept; nil to encode always.
  ///   - workers: The number of threads.
  ///   - memoryLimit: The most memory that is used, in bytes; a quarter of what is free if nil.
  ///   - checkpoint: Asked again and again while labels are encoded; throws to end the work.
  ///   - progress: Called as work goes on, on the calling thread.
  /// - Returns: The bank, and whether it came from the cache.
  /// - Throws: `CheckpointError`, `TextError` or `ModelError` if the model cannot encode the
  ///   labels; `RunError` if a file changed meanwhile, or memory does not suffice.
  public func bank(
    cache: BankCache?, workers: Int, memoryLimit: Int? = nil,
    checkpoint: () throws -> Void = {}, progress: (RunProgress) -> Void = { _ in }
  ) throws -> (bank: LabelBank, wasCached: Bool) {
    let (bank, wasCached, _) = try bank(
      cache: cache, checkpoint: checkpoint, progress: progress
    ) { isStored in
      let sizes = MemorySizes(
        labelCount: labels.count, labelTextBytes: labelTextBytes,
        embeddingWidth: model.configuration.embeddingWidth,
        isPacked: false, isStored: isStored, encoding: isStored ? nil : encodingSizes, scan: nil,
        mappedBytes: 0, heldBytes: model.weights.heldBytes)
      return try MemoryPlan(
        sizes, workers: workers, stated: memoryLimit, standard: MemoryLimit.current.standard,
        labels: labelName)
    }
    return (bank, wasCached)
  }

  /// The bytes of all labels in UTF-8.
  var labelTextBytes: Int { labels.labels.reduce(0) { $0 + $1.utf8.count } }

  /// What encoding takes.
  var encodingSizes: MemorySizes.Encoding {
    MemorySizes.Encoding(
      templateCount: templates.count,
      templateTextBytes: templates.reduce(0) { $0 + $1.text.utf8.count },
      width: model.configuration.text.width,
      intermediateWidth: model.configuration.text.intermediateWidth)
  }

  /// The bank, from the cache if it is there.
  ///
  /// - Parameters:
  ///   - cache: Where banks are kept; nil to encode always.
  ///   - checkpoint: Asked again and again while labels are encoded; throws to end the work.
  ///   - progress: Called as work goes on, on the calling thread.
  ///   - plan: Says how to keep to a limit of memory, given whether the bank is in a file.
  /// - Returns: The bank, whether it came from the cache, and the plan by which it was made.
  /// - Throws: What `plan` throws, and what encoding throws.
  func bank(
    cache: BankCache?, checkpoint: () throws -> Void = {}, progress: (RunProgress) -> Void,
    plan: (_ isStored: Bool) throws -> MemoryPlan
  ) throws -> (bank: LabelBank, wasCached: Bool, memory: MemoryPlan) {
    let records = try records()
    let key = key(records)
    if let cache, cache.hasBank(for: key) {
      let memory = try plan(true)
      // Opened before the plan is told: a bank that is spoilt is not what will be used.
      let bank = cache.bank(for: key, source: labelName, isStreamed: memory.streamsLabels)
      if var bank, bank.labels == labels.labels {
        // The files may have been called otherwise when it was encoded.
        let facts = provenance(key: key, records)
        for name in Self.requestFacts { bank.provenance[name] = facts[name] }
        progress(.planned(memory))
        return (bank, true, memory)
      }
    }
    let memory = try plan(false)
    progress(.planned(memory))
    let bank = try LabelBank.encoding(
      labels, templates: templates, model: model,
      tokenizer: try TextTokenizer(
        resolving: tokenizer, rules: model.configuration.tokenizerRules), source: labelName,
      provenance: provenance(key: key, records), workers: memory.workers,
      checkpoint: checkpoint
    ) { done, total in progress(.encoding(done: done, total: total)) }
    try inputs.checkUnchanged()
    cache?.keep(bank, for: key)
    return (bank, false, memory)
  }

  /// What a provenance says of the request, rather than of whoever encoded the bank.
  private static let requestFacts = [
    "model", "model_commit", "tokenizer", "labels", "templates", "inputs",
  ]

  private func provenance(key: String, _ records: [InputRecord]) -> JSONObject {
    [
      "key": .string(key),
      "engine": .string(Engine.version),
      "encoder_version": .integer(Self.encoderVersion),
      "blas_kernel": .string(BLAS.coreName),
      "model": .string(model.reference),
      "model_commit": model.commit.map { .string($0) } ?? .null,
      "tokenizer": .array(
        records.filter { $0.role == "tokenizer" }.map { .string($0.path) }),
      "labels": .string(labelName),
      "templates": .array(templates.map { .string($0.text) }),
      "inputs": .array(records.map(\.json)),
    ]
  }
}
