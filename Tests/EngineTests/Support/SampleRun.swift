import Foundation

@testable import Engine

/// A run of random cosines, written and read back, with the cosines that it was made of.
struct SampleRun {
  let run: RunDirectory
  /// The cosine of each feature that was read with each label, by its id; nil for one that was not.
  let cosines: [Int: [Float]?]

  /// Makes a run.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - features: The ids, rising.
  ///   - labels: The labels; a blank one is masked and never named.
  ///   - unread: Ids of features without a direction.
  ///   - topCount: The labels kept.
  ///   - seed: The seed of the cosines.
  /// - Throws: What writing it and reading it back throws.
  init(
    path: String, features: [Int], labels: [String], unread: Set<Int> = [], topCount: Int = 3,
    seed: UInt64
  ) throws {
    var generator = SplitMix64(seed: seed)
    let embeddings = labels.flatMap { label -> [Float] in label.isEmpty ? [0, 0] : [1, 0.5] }
    let bank = try LabelBank(
      source: "test", labels: labels,
      embeddings: Matrix(rows: labels.count, columns: 2, elements: embeddings))
    let usable = labels.indices.filter { !labels[$0].isEmpty }
    var cosines: [Int: [Float]?] = [:]
    var block = FeatureBlock(topCount: topCount)
    for id in features {
      guard !unread.contains(id) else {
        block.appendMasked(id: Int32(id), status: .dead)
        cosines[id] = .some(nil)
        continue
      }
      let row = labels.map { _ in Float.random(in: -1..<1, using: &generator) }
      cosines[id] = row
      let sorted = usable.sorted { row[$0] > row[$1] }
      let (best, least) = (sorted.prefix(topCount), sorted.reversed().prefix(topCount))
      block.featureIDs.append(Int32(id))
      block.statuses.append(FeatureStatus.read.rawValue)
      block.topLabelIDs += best.map { Int32($0) }
      block.topCosines += best.map { row[$0] }
      block.topProbabilities += best.map { (1 + row[$0]) / 2 }
      block.bottomLabelIDs += least.map { Int32($0) }
      block.bottomCosines += least.map { row[$0] }
      block.bottomProbabilities += least.map { (1 + row[$0]) / 2 }
      block.means.append(Float.random(in: 0..<1, using: &generator))
      block.standardDeviations.append(Float.random(in: 0..<1, using: &generator))
      block.skewnesses.append(Float.random(in: 0..<1, using: &generator))
      block.kurtoses.append(Float.random(in: 0..<1, using: &generator))
      block.margins.append(row[sorted[0]] - row[sorted[1]])
      block.entropies.append(Float.random(in: 0..<1, using: &generator))
      block.logPartitions.append(Float.random(in: 0..<1, using: &generator))
    }
    var writer = try RunWriter(
      path: path, featureCount: features.count, labelCount: labels.count, topCount: topCount,
      replacesExisting: true)
    try writer.write(block)
    _ = try writer.finish(labels: bank, description: [:])
    run = try RunDirectory(contentsOf: path)
    self.cosines = cosines
  }

  /// The labels of a feature by falling cosine, by its id; nil if it was not read.
  func order(ofFeature id: Int) -> [Int]? {
    guard let row = cosines[id] ?? nil else { return nil }
    return row.indices.filter { !run.labels[$0].isEmpty }.sorted { row[$0] > row[$1] }
  }

  /// Writes a verdict of some columns beside the run, of one variant `dec.lin`, which is in use.
  ///
  /// - Parameters:
  ///   - numbers: Columns of `Float`.
  ///   - integers: Columns of whole numbers.
  ///   - ids: The features it says it is of; nil for those of the run.
  /// - Throws: What writing it throws.
  func writeVerdict(
    numbers: [(name: String, values: [Double])], integers: [(name: String, values: [Int])] = [],
    ids: [Int]? = nil
  ) throws {
    let count = run.featureCount
    var builder = SafetensorsBuilder()
    builder.add(
      "feature_id", .i32, [count],
      ids?.map { Double($0) } ?? run.features.featureIDs.map { Double($0) })
    for column in numbers { builder.add(column.name, .f32, [count], column.values) }
    for column in integers {
      builder.add(column.name, .i32, [count], column.values.map { Double($0) })
    }
    try builder.file.write(to: URL(filePath: run.path + "/verdict.safetensors"))
    let json: JSONValue = [
      "format": "lensctl.verdict", "version": 1, "form_in_use": "dec.lin",
      "variants": [["id": "dec.lin"], ["id": "enc.lin"]],
    ]
    try Data(json.serialized().utf8).write(to: URL(filePath: run.path + "/verdict.json"))
  }
}
