internal import Foundation

/// Labels to be encoded by a model.
public struct BankRequest: Sendable {
  /// The model.
  public let model: CLIPModel
  /// Its tokenizer.
  public let tokenizer: BytePairTokenizer
  /// The labels.
  public let labels: LabelSet
  /// What the labels are called in messages: `imagenet` or a path.
  public let labelName: String
  /// The templates, at least one.
  public let templates: [PromptTemplate]

  /// The digests of the files that determine the embeddings.
  let inputs: [InputRecord]

  /// The version of the computation; it changes when the same inputs give other bits.
  private static let encoderVersion = 2

  /// Opens what is needed to encode labels.
  ///
  /// - Parameters:
  ///   - model: The model: a directory, or `org/name[@revision]` in the hub's cache.
  ///   - tokenizer: The tokenizer's file or directory; the model's own if nil.
  ///   - labels: `imagenet` or the path of a label file.
  ///   - templates: The templates; `A photo of a {label}.` if empty.
  /// - Throws: `CheckpointError`, `TextError` or `ModelError` if anything cannot be used.
  public init(
    model: String, tokenizer: String?, labels: String, templates: [PromptTemplate]
  ) throws {
    self.model = try CLIPModel(model)
    self.tokenizer = try BytePairTokenizer(resolving: tokenizer ?? self.model.directory)
    self.labels = try LabelSet(resolving: labels)
    labelName = labels
    self.templates = templates.isEmpty ? [.photo] : templates
    inputs =
      try InputRecord.all(role: "model", self.model.sourcePaths)
      + InputRecord.all(role: "tokenizer", self.tokenizer.sourcePaths)
  }

  /// The files that the bank is made from.
  public var inputPaths: [String] {
    inputs.map(\.path) + (labelName == "imagenet" ? [] : [labelName])
  }

  /// The name of the bank among all banks: a digest of all that determines it.
  var key: String {
    let facts: JSONValue = [
      "encoder": .integer(Self.encoderVersion),
      "inputs": .array(inputs.map { .string($0.sha256) }),
      "blas": .string(BLAS.configuration),
      "kernel": .string(BLAS.coreName),
      "labels": .array(labels.labels.map { .string($0) }),
      "notices": .array(labels.notices.map { .string($0.description) }),
      "templates": .array(templates.map { .string($0.text) }),
    ]
    return FileDigest.sha256(Data(facts.serialized().utf8))
  }

  /// The bank, from the cache if it is there.
  ///
  /// - Parameters:
  ///   - cache: Where banks are kept; nil to encode always.
  ///   - workers: The number of threads.
  ///   - progress: Called with the number of distinct prompts done and their total.
  /// - Returns: The bank, and whether it came from the cache.
  /// - Throws: `CheckpointError` or `ModelError` if the model cannot encode the labels.
  public func bank(
    cache: BankCache?, workers: Int, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> (bank: LabelBank, wasCached: Bool) {
    let key = key
    if let bank = cache?.bank(for: key, source: labelName), bank.labels == labels.labels {
      return (bank, true)
    }
    let bank = try LabelBank.encoding(
      labels, templates: templates, model: model, tokenizer: tokenizer, source: labelName,
      provenance: provenance(key: key), workers: workers, progress: progress)
    cache?.keep(bank, for: key)
    return (bank, false)
  }

  private func provenance(key: String) -> JSONObject {
    [
      "key": .string(key),
      "engine": .string(Engine.version),
      "encoder_version": .integer(Self.encoderVersion),
      "blas_kernel": .string(BLAS.coreName),
      "model": .string(model.reference),
      "model_commit": model.commit.map { .string($0) } ?? .null,
      "tokenizer": .array(tokenizer.sourcePaths.map { .string($0) }),
      "labels": .string(labelName),
      "templates": .array(templates.map { .string($0.text) }),
      "inputs": .array(inputs.map(\.json)),
    ]
  }
}
