internal import Engine

extension CampaignPlan {
  /// The value of `format` in a table of work.
  private static let format = "lensctl.campaign"

  private static let names = [
    "format", "format_version", "created_by", "source", "readings", "banks", "autoencoders",
    "runs", "items", "inputs",
  ]

  /// The members of the table, in order.
  var json: JSONObject {
    [
      "format": .string(Self.format), "format_version": .integer(Self.formatVersion),
      "created_by": .string(createdBy), "source": .string(source),
      "readings": .array(readings.map(\.json)), "banks": .array(bankRecords),
      "autoencoders": .array(autoencoders.map(\.json)), "runs": .array(runs.map(\.json)),
      "items": .array(items.map(\.json)), "inputs": .array(inputs.map(\.json)),
    ]
  }

  /// The table as a file: a line for each element of a list, for there are many.
  var text: String {
    let json = json
    let members = json.names.map { name -> String in
      let value = json[name] ?? .null
      let text =
        value.array.map { elements in
          "[\n" + elements.map { "    " + $0.serialized() }.joined(separator: ",\n") + "\n  ]"
        } ?? value.serialized()
      return "  " + JSONValue.string(name).serialized() + ": " + text
    }
    return "{\n" + members.joined(separator: ",\n") + "\n}\n"
  }

  private var bankRecords: [JSONValue] {
    banks.indices.map { index in
      let reading = runs.first { $0.bankIndex == index }?.readingIndex ?? 0
      return [
        "id": .string(banks[index].id), "reading": .integer(reading),
        "labels": .string(banks[index].labels),
        "inputs": .array(banks[index].inputs.map { .integer($0) }),
      ]
    }
  }
}

extension PlannedRun {
  fileprivate static let names = [
    "id", "reading", "autoencoder", "bank", "name", "variant", "features", "shard_features",
    "inputs",
  ]

  fileprivate var json: JSONValue {
    var json: JSONObject = [
      "id": .string(id), "reading": .integer(readingIndex),
      "autoencoder": .integer(autoencoderIndex), "bank": .integer(bankIndex),
      "name": .string(name),
      "variant": .string(variant.id), "features": .integer(featureCount),
      "shard_features": .integer(shardSize),
    ]
    if !verdictInputs.isEmpty { json["inputs"] = .array(verdictInputs.map { .integer($0) }) }
    return .object(json)
  }
}

// MARK: - Reading

extension CampaignPlan {
  /// Reads a table of work.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it cannot be read or is not JSON, `CampaignError` if it is no table of work.
  init(contentsOf path: String) throws {
    let json = try JSONValue(contentsOf: path)
    guard json["format"]?.string == Self.format,
      json["format_version"]?.integer == Self.formatVersion
    else {
      let found = [json["format"], json["format_version"]].map { $0?.serialized() ?? "none" }
      throw CampaignError(
        place: path,
        reason: .notStored(
          what: "found format \(found[0]) version \(found[1]), expected \"\(Self.format)\" version "
            + "\(Self.formatVersion)"))
    }
    let reader = try StoredPlan(ConfigurationValue(json), path: path, known: Self.names)
    let readings = try reader.readings()
    let banks = try reader.banks(readings)
    let autoencoders = try reader.autoencoders()
    self.init(
      createdBy: try reader.text("created_by"), source: try reader.text("source"),
      readings: readings, banks: banks, autoencoders: autoencoders,
      runs: try reader.runs(readings, autoencoders, banks, names: PlannedRun.names),
      inputs: try reader.inputs())
    guard json["items"] == .array(items.map(\.json)) else {
      throw CampaignError(
        place: path, reason: .notStored(what: "items: found others than the runs have"))
    }
    for index in banks.flatMap(\.inputs) + autoencoders.flatMap(\.inputs)
      + runs.flatMap(\.verdictInputs)
    where !inputs.indices.contains(index) {
      throw CampaignError(
        place: path,
        reason: .notStored(what: "inputs: found no \(index), expected less than \(inputs.count)"))
    }
  }
}

/// The lists of a table of work, read one after the other.
private struct StoredPlan {
  let table: ConfigurationTable

  init(_ value: ConfigurationValue, path: String, known: [String]) throws(CampaignError) {
    table = try ConfigurationTable(
      value, file: path, directory: "/", isStored: true, known: known)
  }

  func text(_ name: String) throws(CampaignError) -> String {
    try table.needed(name, try table.string(name), expected: "a string")
  }

  private func tables(_ name: String, known: [String]) throws(CampaignError) -> [ConfigurationTable]
  {
    var tables: [ConfigurationTable] = []
    for element in try table.tables(name, expected: "a list of tables") {
      tables.append(
        try ConfigurationTable(
          element.value, file: table.file, path: element.path, directory: "/", isStored: true,
          known: known))
    }
    return tables
  }

  func readings() throws(CampaignError) -> [PlannedReading] {
    var readings: [PlannedReading] = []
    for table in try tables("readings", known: PlannedReading.names) {
      var verdict: VerdictOptions?
      if let inner = table.table("verdict") {
        verdict = try VerdictOptions(
          ConfigurationTable(
            inner.value, file: table.file, path: inner.path, directory: "/", isStored: true,
            known: VerdictOptions.names))
      }
      readings.append(PlannedReading(options: try ReadingOptions(table), verdict: verdict))
    }
    return readings
  }

  func banks(_ readings: [PlannedReading]) throws(CampaignError) -> [PlannedBank] {
    var banks: [PlannedBank] = []
    for table in try tables("banks", known: PlannedBank.names) {
      let reading = try table.element("reading", of: readings)
      banks.append(
        PlannedBank(
          reading.value.options,
          labels: try table.needed("labels", try table.string("labels"), expected: "a string"),
          inputs: try table.integers("inputs")))
    }
    return banks
  }

  func autoencoders() throws(CampaignError) -> [PlannedAutoencoder] {
    var autoencoders: [PlannedAutoencoder] = []
    for table in try tables("autoencoders", known: PlannedAutoencoder.names) {
      autoencoders.append(
        PlannedAutoencoder(
          path: try table.needed("path", try table.path("path"), expected: "a path"),
          inputs: try table.integers("inputs")))
    }
    return autoencoders
  }

  func inputs() throws(CampaignError) -> [PlannedInput] {
    var inputs: [PlannedInput] = []
    for table in try tables("inputs", known: PlannedInput.names) {
      inputs.append(try PlannedInput(table))
    }
    return inputs
  }

  func runs(
    _ readings: [PlannedReading], _ autoencoders: [PlannedAutoencoder], _ banks: [PlannedBank],
    names: [String]
  ) throws(CampaignError) -> [PlannedRun] {
    var runs: [PlannedRun] = []
    for table in try tables("runs", known: names) {
      let id = try table.needed("id", try table.string("id"), expected: "a name")
      guard RunName.isSafe(id) else {
        throw table.wrong("id", found: "\"\(id)\"", expected: "the name of a run")
      }
      let reading = try table.element("reading", of: readings)
      let autoencoder = try table.element("autoencoder", of: autoencoders)
      let bank = try table.element("bank", of: banks)
      let count = 0...Int(Int32.max)
      runs.append(
        PlannedRun(
          id: id, reading: reading.value, readingIndex: reading.index,
          autoencoder: autoencoder.value, autoencoderIndex: autoencoder.index, bank: bank.value,
          bankIndex: bank.index,
          name: try table.needed("name", try table.string("name"), expected: "a string"),
          variant: try variant(table, reading.value.options.alpha),
          featureCount: try table.needed(
            "features", try table.integer("features", in: count), expected: "an integer"),
          shardSize: try table.needed(
            "shard_features", try CampaignFile.shardFeatures(table), expected: "an integer"),
          verdictInputs: table.has("inputs") ? try table.integers("inputs") : []))
    }
    return runs
  }

  private func variant(
    _ table: ConfigurationTable, _ alpha: Double?
  ) throws(CampaignError) -> LensVariant {
    let name = try table.needed("variant", try table.string("variant"), expected: "a string")
    return try LensVariant(named: name, alpha: alpha, table, key: "variant")
  }
}

extension ConfigurationTable {
  /// An element of a list that a key has the place of.
  fileprivate func element<Element>(
    _ name: String, of list: [Element]
  ) throws(CampaignError) -> (index: Int, value: Element) {
    let index = try needed(name, try integer(name), expected: "an integer")
    guard list.indices.contains(index) else {
      throw wrong(name, found: "\(index)", expected: "less than \(list.count)")
    }
    return (index, list[index])
  }
}
