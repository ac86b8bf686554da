internal import Engine
internal import Foundation

/// Labels that are encoded once for all runs that use them.
struct PlannedBank: Sendable, Equatable {
  let model: String
  let tokenizer: String?
  /// The name of a set that is built in, or an absolute path.
  let labels: String
  let templates: [PromptTemplate]
  let dedupe: Bool
  /// The places of the files of model, tokenizer and labels among those of the plan.
  let inputs: [Int]

  /// Describes the labels of a reading.
  init(_ options: ReadingOptions, labels: String, inputs: [Int]) {
    model = options.model
    tokenizer = options.tokenizer
    templates = options.templates
    dedupe = options.dedupe
    self.labels = labels
    self.inputs = inputs
  }

  /// What the bank is called in a campaign: readable, and another for other labels.
  var id: String {
    let digest = FileDigest.sha256(Data(JSONValue.object(facts).serialized().utf8))
    return RunName.safe(String(RunName.labelName(labels).prefix(60))) + "-" + digest.prefix(12)
  }

  private var facts: JSONObject {
    var facts: JSONObject = ["model": .string(model)]
    facts["tokenizer"] = tokenizer.map { .string($0) }
    facts["labels"] = .string(labels)
    if !templates.isEmpty { facts["templates"] = .array(templates.map { .string($0.text) }) }
    facts["dedupe"] = dedupe ? .bool(true) : nil
    return facts
  }

  /// Opens what encodes the labels.
  ///
  /// - Parameters:
  ///   - digestCache: Where digests of files are kept; nil to compute them always.
  ///   - workers: The number of threads.
  /// - Returns: A request.
  /// - Throws: An `EngineError` if anything cannot be used.
  func request(digestCache: DigestCache?, workers: Int) throws -> BankRequest {
    try BankRequest(
      model: model, tokenizer: tokenizer, labels: labels, templates: templates,
      masksDuplicates: dedupe, digestCache: digestCache, workers: workers)
  }

  static let names = ["id", "reading", "labels", "inputs"]
}
