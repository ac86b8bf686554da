extension VerdictFinding {
  /// The finding as it is written.
  var json: JSONObject {
    var object: JSONObject = ["name": .string(name.rawValue)]
    switch status {
    case .holds: object["holds"] = true
    case .doesNotHold: object["holds"] = false
    case .notJudged(let reason):
      object["holds"] = .null
      object["not_judged"] = .string(reason)
    }
    object["value"] = value.map { JSONValue($0) } ?? .null
    object["interval"] = interval.map { [JSONValue($0.lower), JSONValue($0.upper)] } ?? .null
    object["threshold"] = threshold.map { JSONValue($0) } ?? .null
    object["sentence"] = .string(sentence)
    object["definition"] = .string(definition)
    object["changed_by"] = remedy.isEmpty ? .null : .string(remedy)
    return object
  }
}
