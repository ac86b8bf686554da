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
  private let identity: NeuronpediaIdentity

  /// The labels as JSON strings, by id.
  private let labels: [[UInt8]]

  /// What all features have in common.
  private let shared: [UInt8]

  /// What cosines are multiplied by to be logits, and what is added.
  private let factor: Double
  private let bias: Double

  /// What such a directory holds.
  static let fileNames = [
    "model.jsonl", "release.jsonl", "sourceset.jsonl", "source.jsonl", "provenance.json",
  ]

  /// What the names of the files in its folder `features` begin with.
  static let batchPrefix = "batch-"

  /// The features of a file, as in the exports of Neuronpedia itself.
  private static let batchSize = 1024

  /// Prepares an export.
  ///
  /// - Parameters:
  ///   - source: The run.
  ///   - provenance: Where its numbers come from.
  ///   - names: Names that the run does not know.
  /// - Throws: `CheckpointError` if the run states no factor of cosines.
  init(
    _ source: ExportSource, provenance: JSONObject, names: NeuronpediaNames
  ) throws(CheckpointError) {
    self.source = source
    self.provenance = provenance
    identity = NeuronpediaIdentity(source.run.description, names)
    labels = source.run.labels.map { jsonBytes($0) }
    shared = Self.shared(identity)
    guard let scale = source.run.description["logit_scale"]?["value"]?.double else {
      throw CheckpointError(
        path: source.run.path + "/run.json", reason: .missingField("logit_scale"))
    }
    factor = source.run.sigmoid?.scale ?? scale
    bias = source.run.sigmoid?.bias ?? 0
  }

  /// Writes the directory.
  ///
  /// - Parameters:
  ///   - directory: A directory that exists and is empty.
  ///   - progress: Receives the features done.
  /// - Throws: `OutputError` if it cannot be written.
  func write(into directory: String, progress: (Int) -> Void) throws {
    for (name, object) in [
      ("model", identity.modelRow), ("release", identity.releaseRow),
      ("sourceset", identity.sourceSetRow), ("source", identity.sourceRow),
    ] {
      let text = JSONValue.object(object).serialized() + "\n"
      try OutputFile.write(Data(text.utf8), to: directory + "/\(name).jsonl")
    }
    try OutputFile.write(json: .object(provenance), to: directory + "/provenance.json")
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
      text += shared
      text += ",\"index\":\"\(block.featureIDs[row])\"".utf8
      let isRead = block.isRead(row)
      let ranks = isRead ? (row * block.topCount)..<((row + 1) * block.topCount) : 0..<0
      append("neg", block.bottomLabelIDs[ranks], block.bottomCosines[ranks], to: &text)
      append("pos", block.topLabelIDs[ranks], block.topCosines[ranks], to: &text)
      // Not known without pictures, and the schema has no null for it.
      text += ",\"frac_nonzero\":".utf8
      appendJSON(density.map { $0[row] }.flatMap { $0.isFinite ? $0 : nil } ?? 0, to: &text)
      text += "}\n".utf8
    }
    return text
  }

  /// What all features have in common of a row of `Neuron`, without the brace at its end.
  private static func shared(_ identity: NeuronpediaIdentity) -> [UInt8] {
    var object: JSONObject = [
      "modelId": .string(identity.model), "layer": .string(identity.source),
      "creatorId": identity.names.creatorID.map { .string($0) } ?? .null,
      "sourceSetName": .string(identity.sourceSet), "maxActApprox": nil, "hasVector": false,
      "vector": [], "vectorLabel": nil, "vectorDefaultSteerStrength": nil,
      "hookName": identity.hook.map { .string($0) } ?? .null,
    ]
    for name in unknownLists { object[name] = [] }
    return Array(JSONValue.object(object).serialized().utf8.dropLast())
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

  /// Appends the labels at one end and their logits.
  private func append(
    _ name: String, _ ids: ArraySlice<Int32>, _ cosines: ArraySlice<Float>, to text: inout [UInt8]
  ) {
    text += ",\"\(name)_str\":[".utf8
    for place in ids.indices {
      if place > ids.startIndex { text.append(UInt8(ascii: ",")) }
      text += labels[Int(ids[place])]
    }
    text += "],\"\(name)_values\":[".utf8
    for place in cosines.indices {
      if place > cosines.startIndex { text.append(UInt8(ascii: ",")) }
      appendJSON(Float(factor * Double(cosines[place]) + bias), to: &text)
    }
    text.append(UInt8(ascii: "]"))
  }
}
