import Testing

@testable import Engine

@Suite struct FeatureAlphasTests {
  /// Four pictures of two classes; feature 2 never fires.
  private static func truth() -> GroundTruth {
    var builder = SparseRowsBuilder(columns: 4)
    let rows: [[Float]] = [[1, 0, 0, -2], [3, 4, 0, 0], [0, 0, 0, -4], [0, 8, 0, 0]]
    for row in rows {
      let on = row.indices.filter { row[$0] != 0 }
      builder.append(
        ActivationRows.Entries(indices: on.map { Int32($0) }, values: on.map { row[$0] }))
    }
    return GroundTruth(activations: builder.matrix, classIDs: [0, 0, 1, 1], labelCount: 2)
  }

  @Test func factorsAreThoseOfTheActivations() throws {
    let mean = try FeatureAlphas(.mean, of: Self.truth(), path: "t", workers: 1)
    // Of 2, 6 and -3 the median is 2, which the silent feature gets.
    #expect(mean.values == [2, 6, 2, -3] && mean.missingCount == 1 && mean.median == 2)
    let maximum = try FeatureAlphas(.maximum, of: Self.truth(), path: "t", workers: 1)
    #expect(maximum.values[0] == 3 && maximum.values[1] == 8)
  }

  @Test func aTableOfClassesHasNoActivations() {
    let values = SparseMatrix(
      rows: 1, columns: 2, starts: [0, 1], indices: [0], values: [1])
    #expect(
      message {
        _ = try FeatureAlphas(.maximum, of: GroundTruth(classValues: values), path: "t", workers: 1)
      }
        == "t: max activations of features: found none that are finite and not 0, expected those of a "
        + "truth or of a file")
  }

  private func read(
    _ kind: AlphaKind, _ tensors: [(String, [Double])], featureCount: Int = 3
  ) throws -> FeatureAlphas {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    for (name, values) in tensors { builder.add(name, [values.count], values) }
    return try FeatureAlphas(
      kind, contentsOf: try directory.write("stats.safetensors", builder.file),
      featureCount: featureCount)
  }

  @Test func filesHaveTheirNames() throws {
    let tensors = [("mean_activations", [1, .nan, 5]), ("max_activations", [7, 8, 9.0])]
    #expect(try read(.mean, tensors).values == [1, 1, 5])
    #expect(try read(.maximum, tensors).values == [7, 8, 9])
    #expect(try read(.mean, [("sae_mean_acts", [4, 5, 6])]).values == [4, 5, 6])
    #expect(try read(.maximum, [("anything", [4, 5, 6])]).values == [4, 5, 6])
    let found = message { _ = try read(.mean, [("mean_activations", [1, 2])]) }
    #expect(
      found?.hasSuffix("stats.safetensors: mean_activations: shape [2], expected [3]") == true)
    let none = message { _ = try read(.mean, [("a", [1, 2, 3]), ("b", [1, 2, 3])]) }
    #expect(none?.contains("mean_activations") == true)
  }
}
