extension ScanRequest {
  /// Every option that bears on the results, as `run.json` records it: paths are absolute, and the number of
  /// threads is no such option.
  var record: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    func path(_ value: String?) -> JSONValue {
      value.map { .string(MappedFile.absolute($0)) } ?? .null
    }
    let isHubName = model.map { !MappedFile.exists($0) } ?? false
    var record: JSONObject = [
      "model": isHubName ? text(model) : path(model), "tokenizer": path(tokenizer),
      "sae": path(autoencoder),
      "keys": text(keys), "family": text(family?.rawValue),
      "orientation": text(orientation?.rawValue),
      "direction": .string(direction.rawValue), "map": text(map?.rawValue),
      "alpha": alpha.map { JSONValue($0) } ?? .null,
    ]
    switch labels {
    case .vocabulary(let name, let templates):
      record["labels"] = LabelSet.isBuiltIn(name) ? .string(name) : path(name)
      record["templates"] = .array(templates.map { .string($0.text) })
    case .embeddings(let file, let key, let namesPath):
      record["text_embeddings"] = path(file)
      record["embeddings_key"] = text(key)
      record["names"] = path(namesPath)
    }
    record["dedupe"] = .bool(masksDuplicates)
    record["temperature"] = temperature.map { JSONValue($0) } ?? .null
    record["top"] = .integer(topCount)
    record["features"] = text(features)
    record["strict"] = .bool(isStrict)
    return .object(record)
  }
}
