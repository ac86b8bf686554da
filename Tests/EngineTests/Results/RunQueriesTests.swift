import Foundation
import Testing

@testable import Engine

/// Runs of a few features, written and read back.
@Suite struct RunQueriesTests {
  let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  /// A run against three labels with two kept; a feature without margin was not read.
  private func run(margins: [Float?], best: [Int32]? = nil) throws -> RunDirectory {
    let bank = try LabelBank(
      source: "test", labels: ["cat", "Cat", "catfish"],
      embeddings: Matrix(rows: 3, columns: 2, elements: [1, 0, 0, 1, 1, 1]))
    var block = FeatureBlock(topCount: 2)
    for (index, margin) in margins.enumerated() {
      let id = Int32(2 * index)
      guard let margin else {
        block.appendMasked(id: id, status: .dead)
        continue
      }
      let first = best?[index] ?? 0
      block.featureIDs.append(id)
      block.statuses.append(FeatureStatus.read.rawValue)
      block.topLabelIDs += [first, (first + 1) % 3]
      block.topCosines += [0.5 + margin, 0.5]
      block.topProbabilities += [0.75, 0.25]
      block.bottomLabelIDs += [2, 1]
      block.bottomCosines += [0, 0]
      block.bottomProbabilities += [0, 0]
      block.means.append(0)
      block.standardDeviations.append(1)
      block.skewnesses.append(0)
      block.kurtoses.append(3)
      block.margins.append(margin)
      block.entropies.append(1)
      block.logPartitions.append(0)
    }
    let path = place.path + "/run"
    var writer = try RunWriter(
      path: path, featureCount: margins.count, labelCount: 3, topCount: 2, replacesExisting: true)
    try writer.write(block)
    _ = try writer.finish(labels: bank, description: [:])
    return try RunDirectory(contentsOf: path)
  }

  @Test func sharpestFeaturesHaveTheLargestMarginsAndTiesGoToTheLower() throws {
    let run = try run(margins: [0.25, 0.5, nil, 0.5, .nan, 0.75])
    #expect(run.sharpest(10) == [5, 1, 3, 0])
    #expect(run.sharpest(2) == [5, 1])
  }

  @Test func samplesHoldNoFeatureTwiceAndNoneThatWasNotRead() throws {
    let run = try run(margins: [0, nil, 0, 0, 0, nil, 0])
    #expect(run.sample(10, seed: 3) == [0, 2, 3, 4, 6])
    let some = run.sample(3, seed: 3)
    #expect(some.count == 3 && some == some.sorted() && Set(some).count == 3)
    #expect(some == run.sample(3, seed: 3))
  }

  @Test func placesOfALabelComeByCosine() throws {
    let run = try run(margins: [0.25, 0.5, nil, 0], best: [0, 2, 0, 1])
    #expect(
      run.places(ofLabel: 0) == [
        LabelPlace(row: 0, rank: 0, cosine: 0.75), LabelPlace(row: 1, rank: 1, cosine: 0.5),
      ])
    #expect(run.places(ofLabel: 2).map(\.row) == [1, 3])
  }

  @Test func labelsAreFoundByTheClosestLikeness() throws {
    let run = try run(margins: [0])
    #expect(try run.label(matching: "cat") == 0)
    #expect(try run.label(matching: "Cat") == 1)
    #expect(try run.label(matching: "2") == 2)
    #expect(try run.label(matching: "FISH") == 2)
    let several = #expect(throws: QueryError.self) { _ = try run.label(matching: "CAT") }
    #expect(
      several?.description
        == "\(run.path): label \"CAT\": found 2, expected one of: 0 (cat), 1 (Cat)")
  }

  @Test func labelsThatAPatternMeansComeByUse() throws {
    // First of 1, 3 and 0 features; among the two best of 1, 4 and 3.
    let run = try run(margins: [0, 0, 0, 0, nil], best: [1, 1, 0, 1, 0])
    #expect(run.firstCounts == [1, 3, 0] && run.topCounts == [1, 4, 3])
    #expect(run.labels(matching: try LabelPattern("cat")) == [1, 0, 2])
    #expect(run.labels(matching: try LabelPattern("c?t")) == [1, 0])
    #expect(run.labels(matching: try LabelPattern("/fish$/")) == [2])
    #expect(run.labels(matching: try LabelPattern("dog")).isEmpty)
    #expect((0..<3).map { run.useRank(ofLabel: $0) } == [2, 1, 3])
  }

  @Test func placesOfManyLabelsAreThoseOfEach() throws {
    let sample = try SampleRun(
      path: place.path + "/sample", features: Array(0..<40), labels: ["a", "b", "c", "", "d", "e"],
      unread: [3, 20], seed: 21)
    let places = sample.run.places(ofLabels: [0, 3, 5])
    for label in [0, 3, 5] {
      let expected = (0..<40).compactMap { id -> LabelPlace? in
        guard let order = sample.order(ofFeature: id)?.prefix(3),
          let row = sample.cosines[id] ?? nil,
          let rank = order.firstIndex(of: label)
        else { return nil }
        return LabelPlace(row: id, rank: rank, cosine: row[label])
      }.sorted { $0.cosine > $1.cosine }
      #expect((places[label] ?? []) == expected)
      #expect(sample.run.places(ofLabel: label) == expected)
    }
    #expect(places[0]?.isEmpty == false && places[3] == nil && places[1] == nil)
  }

  @Test func featuresOfARunKeepTheirIDs() throws {
    let run = try run(margins: [0, 0, nil])
    let rows = try run.rows(ofFeatures: [4, 0])
    #expect(rows == [2, 0])
    let error = #expect(throws: QueryError.self) { _ = try run.rows(ofFeatures: [3]) }
    #expect(
      error?.description
        == "\(run.path): feature 3: not part of the run, which has features from 0 to 4")
  }

  @Test func theSummaryCountsLabels() throws {
    let summary = RunSummary(
      try run(margins: [0.25, 0.5, nil, 0.75], best: [2, 0, 0, 2]), labelCount: 10)
    #expect(summary.mostOftenFirst.map(\.label) == [2, 0])
    #expect(summary.mostOftenFirst.map(\.count) == [2, 1])
    #expect(summary.neverFirstCount == 1)
    #expect(summary.margin.points == [0.25, 0.275, 0.375, 0.5, 0.625, 0.725, 0.75])
    #expect(summary.statusCounts.map(\.count) == [3, 1, 0, 0])
  }

  @Test(arguments: [
    ("feature_id", 1, "feature_id: ids that do not rise from 0 or above"),
    ("status", 2, "status: a code that no feature has"),
    ("top_label_ids", 0, "top_label_ids: labels of feature 0 against its status"),
    ("bottom_label_ids", 0, "bottom_label_ids: labels of feature 0 against its status"),
  ])
  func rowsThatContradictThemselvesAreRefused(tensor: String, row: Int, message: String) throws {
    let path = try run(margins: [0, 0, 0]).path + "/features.safetensors"
    var contents = try Data(contentsOf: URL(filePath: path))
    let header = try SafetensorsHeader(parsing: contents, path: path)
    let entry = try #require(header.entries.first { $0.name == tensor })
    let stride = entry.byteRange.count / 3
    let start = entry.byteRange.lowerBound + row * stride
    let value: [UInt8] =
      switch tensor {
      case "status": [9]
      case "feature_id": [0, 0, 0, 0]
      default: [0xFF, 0xFF, 0xFF, 0xFF]
      }
    contents.replaceSubrange(start..<(start + value.count), with: value)
    try contents.write(to: URL(filePath: path))
    let error = #expect(throws: CheckpointError.self) {
      _ = try RunDirectory(contentsOf: place.path + "/run")
    }
    #expect(error?.description == "\(path): \(message)")
  }
}
