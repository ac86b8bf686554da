extension ScanRequest {
  /// Every option as `run.json` records it.
  var record: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    var record: JSONObject = [
      "model": text(model), "tokenizer": text(tokenizer), "sae": .string(autoencoder),
      "keys": text(keys), "orientation": text(orientation?.rawValue),
      "direction": .string(direction.rawValue), "map": text(map?.rawValue),
      "alpha": alpha.map { JSONValue($0) } ?? .null,
    ]
    switch labels {
    case .vocabulary(let name, let templates):
      record["labels"] = .string(name)
      record["templates"] = .array(templates.map { .string($0.text) })
    case .embeddings(let path, let key, let namesPath):
      record["text_embeddings"] = .string(path)
      record["embeddings_key"] = text(key)
      record["names"] = text(namesPath)
    }
    record["temperature"] = temperature.map { JSONValue($0) } ?? .null
    record["top"] = .integer(topCount)
    record["features"] = text(features)
    record["threads"] = .integer(workers)
    record["strict"] = .bool(isStrict)
    return .object(record)
  }
}
