internal import Engine
internal import Foundation

/// A directory as Neuronpedia's public exports are laid out: `model.jsonl`, `release.jsonl`, `sourceset.jsonl`,
/// `source.jsonl`, and `features/batch-N.jsonl.gz` of 1024 features each; and `provenance.json` beside them.
///
/// Members are those of the tables of its schema (`Neuron` for features), as its own export and SAEDashboard's write them.
/// `pos_str` and `neg_str` are the labels at the two ends, `pos_values` and `neg_values` their logits, the factor of the run
/// times the cosine, plus the bias of a model that was trained with a sigmoid. What a run does not know is null where the
/// schema allows it, else empty or the schema's default. Source: prisma schema, export-data.py of
/// hijohnnylin/neuronpedia; neuronpedia_export.py of SAEDashboard.
struct NeuronpediaExport {
  let source: ExportSource
  let provenance: JSONObject
  let names: NeuronpediaNames

  /// What such a directory holds.
  static let fileNames = [
    "model.jsonl", "release.jsonl", "sourceset.jsonl", "source.jsonl", "features",
    "provenance.json",
  ]

  /// The features of a file, as in the exports of Neuronpedia itself.
  private static let batchSize = 1024

  /// Writes the directory.
  ///
  /// - Parameters:
  ///   - directory: A directory that exists and is empty.
  ///   - progress: Receives the features done.
  func write(into directory: String, progress: (Int) -> Void) throws {
    for (name, object) in [
      ("model", model), ("release", release), ("sourceset", sourceSet), ("source", sourceObject),
    ] {
      let text = JSONValue.object(object).serialized() + "\n"
      try OutputFile.write(Data(text.utf8), to: directory + "/\(name).jsonl")
    }
    let text = JSONValue.object(provenance).serialized(indent: 2) + "\n"
    try OutputFile.write(Data(text.utf8), to: directory + "/provenance.json")
    let folder = directory + "/features"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    } catch {
      throw OutputError(path: folder, error, isCreation: true)
    }
    let count = source.run.featureCount
    for (batch, start) in stride(from: 0, to: count, by: Self.batchSize).enumerated() {
      let rows = start..<min(start + Self.batchSize, count)
      let path = folder + "/batch-\(batch).jsonl.gz"
      guard let packed = gzipped(try lines(rows)) else {
        throw OutputError(path: path, reason: .writing("no memory to compress it"))
      }
      try OutputFile.write(packed, to: path)
      progress(rows.upperBound)
    }
  }
}

// MARK: - Features

extension NeuronpediaExport {
  private func lines(_ rows: Range<Int>) throws -> [UInt8] {
    let block = try source.run.features(in: rows)
    let density = source.verdictColumns.first { $0.name == "truth.density" }
      .map { $0.tensor.numbers(in: rows, width: 1) }
    var text: [UInt8] = []
    for row in 0..<rows.count {
      let object = feature(block, row, density: density?[row])
      text += JSONValue.object(object).serialized().utf8
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// One feature, as a row of `Neuron`.
  private func feature(_ block: FeatureBlock, _ row: Int, density: Float?) -> JSONObject {
    let isRead = block.statuses[row] == FeatureStatus.read.rawValue
    let ranks = isRead ? (row * block.topCount)..<((row + 1) * block.topCount) : 0..<0
    var object: JSONObject = [
      "modelId": .string(modelID), "layer": .string(sourceID),
      "index": .string("\(block.featureIDs[row])"), "creatorId": creatorIDOrNull,
      "sourceSetName": .string(sourceSetName), "maxActApprox": nil, "hasVector": false,
      "vector": [], "vectorLabel": nil, "vectorDefaultSteerStrength": nil,
      "hookName": hookName.map { .string($0) } ?? .null,
    ]
    for name in Self.unknownLists { object[name] = [] }
    object["neg_str"] = texts(block.bottomLabelIDs[ranks])
    object["neg_values"] = logits(block.bottomCosines[ranks])
    object["pos_str"] = texts(block.topLabelIDs[ranks])
    object["pos_values"] = logits(block.topCosines[ranks])
    // Not known without pictures, and the schema has no null for it.
    object["frac_nonzero"] = density.flatMap { $0.isFinite ? JSONValue($0) : nil } ?? 0
    return object
  }

  /// What is told of activations, neurons and neighbours, which a run does not have.
  private static let unknownLists = [
    "topkCosSimIndices", "topkCosSimValues", "neuron_alignment_indices",
    "neuron_alignment_values", "neuron_alignment_l1", "correlated_neurons_indices",
    "correlated_neurons_pearson", "correlated_neurons_l1", "correlated_features_indices",
    "correlated_features_pearson", "correlated_features_l1", "freq_hist_data_bar_heights",
    "freq_hist_data_bar_values", "logits_hist_data_bar_heights", "logits_hist_data_bar_values",
    "decoder_weights_dist",
  ]

  private func texts(_ ids: ArraySlice<Int32>) -> JSONValue {
    .array(ids.map { .string(source.run.labels[Int($0)]) })
  }

  private func logits(_ cosines: ArraySlice<Float>) -> JSONValue {
    let scale = source.run.sigmoid?.scale ?? source.run.description["logit_scale"]?["value"]?.double
    let bias = source.run.sigmoid?.bias ?? 0
    return .array(cosines.map { JSONValue(Float((scale ?? 1) * Double($0) + bias)) })
  }
}

// MARK: - What the features belong to

extension NeuronpediaExport {
  private var autoencoder: JSONValue? { source.run.description["autoencoder"] }

  private var modelID: String {
    let reference = source.run.description["model"]?["reference"]?.string
    return names.model ?? Self.name(reference, else: "model")
  }

  private var sourceSetName: String {
    names.sourceSet ?? Self.name(autoencoder?["path"]?.string, else: "sae")
  }

  /// The layer and the source set, as Neuronpedia names its sources; the set alone where no layer is stated.
  private var sourceID: String {
    autoencoder?["layer"]?.integer.map { "\($0)-\(sourceSetName)" } ?? sourceSetName
  }

  private var hookName: String? { autoencoder?["hook"]?.string }

  private var creatorIDOrNull: JSONValue { names.creatorID.map { .string($0) } ?? .null }

  /// The last part of a path in the characters that Neuronpedia takes: small letters, digits, `-` and `_`.
  static func name(_ path: String?, else fallback: String) -> String {
    let last = (path ?? "").split(separator: "/").last ?? ""
    let characters = last.lowercased().unicodeScalars.map { scalar -> Character in
      let isTaken = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9") ~= scalar)
      return isTaken || scalar == "_" ? Character(scalar) : "-"
    }
    let name = String(characters.prefix(128))
    return name.contains { $0 != "-" } ? name : fallback
  }

  private var model: JSONObject {
    [
      "id": .string(modelID), "displayNameShort": .string(modelID),
      "displayName": .string(source.run.description["model"]?["reference"]?.string ?? modelID),
      "creatorId": .string(names.creatorID ?? ""), "tlensId": nil, "dimension": nil,
      "visibility": "PRIVATE", "defaultSourceSetName": nil, "defaultSourceId": nil,
      "inferenceEnabled": false, "instruct": false, "layers": 0, "neuronsPerLayer": 0,
      "owner": "", "website": nil,
    ]
  }

  private var release: JSONObject {
    [
      "name": .string(sourceSetName), "visibility": "PRIVATE", "isNewUi": false,
      "featured": false, "description": .string(about), "descriptionShort": .string(sourceSetName),
      "urls": [], "creatorEmail": nil, "creatorName": .string(names.creator ?? ""),
      "creatorNameShort": names.creator.map { .string($0) } ?? .null,
      "creatorId": .string(names.creatorID ?? ""), "defaultSourceSetName": .string(sourceSetName),
      "defaultSourceId": .string(sourceID), "defaultUmapSourceIds": [],
    ]
  }

  private var sourceSet: JSONObject {
    [
      "modelId": .string(modelID), "name": .string(sourceSetName), "hasDashboards": true,
      "visibility": "PRIVATE", "description": .string(about), "type": "",
      "creatorName": .string(names.creator ?? ""), "urls": [], "creatorEmail": nil,
      "creatorId": .string(names.creatorID ?? ""), "releaseName": .string(sourceSetName),
      "defaultOfModelId": nil, "defaultRange": 1, "defaultShowBreaks": true, "showDfa": false,
      "showCorrelated": false, "showHeadAttribution": false, "showUmap": false,
    ]
  }

  private var sourceObject: JSONObject {
    [
      "id": .string(sourceID), "modelId": .string(modelID), "setName": .string(sourceSetName),
      "creatorId": .string(names.creatorID ?? ""), "hasDashboards": true,
      "inferenceEnabled": false, "saelensConfig": nil, "saelensRelease": nil, "saelensSaeId": nil,
      "hfRepoId": nil, "hfFolderId": nil, "visibility": "PRIVATE", "defaultOfModelId": nil,
      "hasUmap": false, "hasUmapLogSparsity": false, "hasUmapClusters": false, "num_prompts": nil,
      "num_tokens_in_prompt": nil, "dataset": nil, "notes": .string(about),
    ]
  }

  /// Which lens the labels come from, in words.
  private var about: String {
    let labels = source.run.description["labels"]?["source"]?.string ?? ""
    let lens = source.run.description["lens"]?["id"]?.string ?? ""
    return "labels of \(labels) nearest to each feature in the joint space of CLIP, by \(lens); "
      + "lensctl \(Engine.version)"
  }
}
