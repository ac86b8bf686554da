internal import Foundation

/// What all shards of a run agree in: what determines its results, and how it is cut.
struct PlanFacts: Sendable, Equatable {
  /// The facts, as the plan on disk has them.
  let json: JSONValue

  /// The digest of the facts, by which shards name their plan.
  let digest: String

  /// The name of the format of a plan.
  static let format: JSONValue = "lensctl.plan"

  /// Puts facts together.
  ///
  /// - Parameters:
  ///   - identity: What determines the results.
  ///   - plan: How the run is cut.
  init(identity: JSONObject, plan: ShardPlan) {
    var facts: JSONObject = ["format": Self.format, "format_version": 1]
    for name in identity.names { facts[name] = identity[name] }
    facts["shards"] = plan.json
    let text = JSONValue.object(facts).serialized()
    json = Self.reread(.object(facts))
    digest = FileDigest.sha256(Data(text.utf8))
  }

  /// A value as it is after it was written and read, where a number that is whole has no fraction.
  static func reread(_ value: JSONValue) -> JSONValue {
    (try? JSONValue(parsing: Data(value.serialized().utf8))) ?? value
  }
}
