import Testing

@testable import Engine

/// Numbers of features by name, and what is sorted by them.
@Suite struct RunStatisticsTests {
  let place: TemporaryDirectory
  let sample: SampleRun

  init() throws {
    place = try TemporaryDirectory()
    sample = try SampleRun(
      path: place.path + "/run", features: [0, 2, 3, 7, 9, 10],
      labels: ["cat", "dog", "tree", "sea"],
      unread: [3], seed: 11)
  }

  private func same(_ left: [Float], _ right: [Float]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }

  @Test func numbersOfARunHaveNames() throws {
    let statistics = RunStatistics(of: sample.run, verdict: nil)
    #expect(
      statistics.names == [
        "best_cosine", "best_probability", "least_cosine", "mean", "sd", "skewness", "kurtosis",
        "margin", "entropy", "log_partition",
      ])
    let best = sample.run.features.featureIDs.map { id -> Float in
      guard let row = sample.cosines[Int(id)] ?? nil else { return .nan }
      return row.max() ?? .nan
    }
    #expect(same(try statistics.values("best_cosine"), best))
    let least = sample.run.features.featureIDs.map { id -> Float in
      guard let row = sample.cosines[Int(id)] ?? nil else { return .nan }
      return row.min() ?? .nan
    }
    #expect(same(try statistics.values("least_cosine"), least))
    #expect(same(try statistics.values("best_probability"), best.map { (1 + $0) / 2 }))
    #expect(same(try statistics.values("margin"), sample.run.features.margins))
    #expect(same(try statistics.values("entropy"), sample.run.features.entropies))
  }

  @Test func columnsOfAVerdictAreNumbersIfTheyAreMeasures() throws {
    let p = [0.5, 0.25, .nan, 0.75, 0.125, 1]
    try sample.writeVerdict(
      numbers: [("dec.lin.centred.p", p), ("enc.lin.centred.p", p.reversed())],
      integers: [
        ("dec.lin.centred.label_id", [0, 1, -1, 2, 0, 0]),
        ("dec.lin.centred.true_rank", [1, 3, 0, 2, 0, 1]),
        ("decoder.duplicate_group", [0, 2, 3, 7, 9, 10]),
      ])
    let statistics = RunStatistics(of: sample.run, verdict: try sample.run.verdict())
    #expect(
      statistics.names.suffix(3) == [
        "dec.lin.centred.p", "enc.lin.centred.p", "dec.lin.centred.true_rank",
      ])
    #expect(same(try statistics.values("dec.lin.centred.p"), p.map { Float($0) }))
    #expect(same(try statistics.values("dec.lin.centred.true_rank"), [1, 3, .nan, 2, .nan, 1]))
    #expect(try statistics.name(matching: "centred.p") == "dec.lin.centred.p")
    #expect(try statistics.name(matching: "enc.lin.centred.p") == "enc.lin.centred.p")
  }

  @Test func unknownNamesAreAnsweredByTheNearest() throws {
    let statistics = RunStatistics(of: sample.run, verdict: nil)
    let error = #expect(throws: QueryError.self) { _ = try statistics.name(matching: "entrpy") }
    #expect(
      error?.description.hasPrefix(
        "\(sample.run.path): statistic \"entrpy\": found none, nearest: entropy, ") == true)
    #expect(error?.kind == .usage)
  }

  @Test func featuresAreSortedByNumbers() throws {
    let values: [Float] = [2, 5, 9, 5, .nan, 1]
    // Row 2 was not read; ties go to the lower feature either way.
    #expect(sample.run.rows(sortedBy: values, count: 9) == [1, 3, 0, 5])
    #expect(sample.run.rows(sortedBy: values, ascending: true, count: 9) == [5, 0, 1, 3])
    #expect(sample.run.rows(sortedBy: values, count: 2) == [1, 3])
  }

  @Test func verdictsOfOtherFeaturesAreRefused() throws {
    try sample.writeVerdict(numbers: [], ids: [0, 2, 3, 7, 9, 11])
    let error = #expect(throws: CheckpointError.self) { _ = try sample.run.verdict() }
    #expect(
      error?.description
        == "\(sample.run.path)/verdict.safetensors: feature_id: other features than those of the run"
    )
  }
}
