import Foundation
import Testing

@testable import Engine

/// Agreement of activations with classes, and controls, by the definitions.
@Suite struct TruthControlsTests {
  /// Six pictures of classes 0, 2, 2, 1, 0, 2 of four, with residuals of width 2.
  private static func truth() -> GroundTruth {
    var builder = SparseRowsBuilder(columns: 3)
    let activations: [[Float]] = [
      [1, 0, 0], [0, 2, 0], [0.5, 2, 0], [0, 0.25, 0], [3, 0, 0], [0, 1, 0],
    ]
    for row in activations {
      let on = row.indices.filter { row[$0] != 0 }
      builder.append(
        ActivationRows.Entries(indices: on.map { Int32($0) }, values: on.map { row[$0] }))
    }
    let residuals = Matrix(
      rows: 6, columns: 2, elements: [1, 0, 0, 2, 0, 4, -1, 0, 3, 0, 0, 6])
    return GroundTruth(
      activations: builder.matrix, classIDs: [0, 2, 2, 1, 0, 2], labelCount: 4,
      embeddings: SparseEncoderTests.tensor(residuals, name: "embeddings"),
      residuals: SparseEncoderTests.tensor(residuals))
  }

  @Test func meansAreOverAllPicturesOfAClass() {
    let truth = Self.truth()
    let means = truth.classMeans(ofFeature: 1)
    #expect(Array(means[..<3]) == [0, 0.25, 5.0 / 3] && means[3].isNaN)
    // Ranks 1, 2, 3 of the classes with pictures against 3, 1, 2: a correlation of -0.5.
    #expect(abs(truth.spearman([0.9, 0.1, 0.2, 5], ofFeature: 1) + 0.5) < 1e-14)
    #expect(abs(truth.spearman([0.1, 0.2, .nan, 5], ofFeature: 1) - 1) < 1e-14)
    #expect(truth.spearman([0.1, 0.2, 0.3, 0.4], ofFeature: 2).isNaN)
  }

  @Test func agreementIsThatOfTheFeatureAndItsClasses() throws {
    let truth = Self.truth()
    let classes = FeatureClasses(truth, workers: 1).classIDs
    #expect(classes == [0, 2, -1])
    let found = ActivationAgreement(
      truth, features: [1, 0, 2], names: [2, 1, 3], classes: classes, labelGroups: [0, 1, 2, 3],
      workers: 2)
    let cat = RankedActivations([0, 2, 2, 0.25, 0, 1]).agreement(with: [1, 2, 5])
    #expect(found.named[0] == cat && found.ofTrueClass[0] == cat)
    let wrong = try #require(found.named[1])
    #expect(wrong == RankedActivations([1, 0, 0.5, 0, 3, 0]).agreement(with: [3]))
    #expect(found.named[2] == nil && found.ofTrueClass[2] == nil)
    #expect(found.namedTopPrecision[0] == 0.5)
    let joined = ActivationAgreement(
      truth, features: [1], names: [1], classes: classes, labelGroups: [0, 1, 1, 3], workers: 1)
    #expect(joined.named[0]?.positiveCount == 4)
    #expect(joined.ofTrueClass[0]?.recall == 1)
  }

  @Test func controlDirectionsAreDifferencesOfMeans() throws {
    let truth = Self.truth()
    let directions = try #require(truth.classMeanDirections())
    // The mean of all is (0.5, 2).
    #expect(directions.elements == [1.5, -2, -1.5, -2, -0.5, 2, 0, 0])
    let embeddings = try #require(truth.classMeanEmbeddings())
    #expect(embeddings.elements == [1, 0, -1, 0, 0, 1, 0, 0])
    let table = GroundTruth(
      classValues: SparseMatrix(rows: 1, columns: 2, starts: [0, 1], indices: [1], values: [2]))
    #expect(table.classMeanDirections() == nil && table.classMeanEmbeddings() == nil)
    #expect(table.classMeans(ofFeature: 0) == [0, 2])
  }

  @Test(arguments: [1, 3])
  func picturesAreToldByTheirNearestText(workers: Int) {
    let text = Matrix(rows: 4, columns: 2, elements: [1, 0, -1, 0, 0, 1, 0, 0])
    let control = ResidualControl(
      Self.truth(), text: text, labelGroups: [0, 1, 2, 3], seed: 1, workers: workers
    ) { residuals in
      // The image of the fourth picture points to class 0, that of the second is NaN.
      var images = residuals
      for row in 0..<images.rows {
        images[row, 0] = abs(images[row, 0])
        if images[row, 1] == 2 { images[row, 1] = .nan }
      }
      return images
    }
    #expect(control.model.estimate == 1 && control.model.lower == 1)
    #expect(control.residuals.estimate == 4.0 / 6)
    let without = ResidualControl(
      GroundTruth(
        activations: SparseMatrix(rows: 1, columns: 1, starts: [0, 0], indices: [], values: []),
        classIDs: [0], labelCount: 4), text: text, labelGroups: [0, 1, 2, 3], seed: 1, workers: 1
    ) { $0 }
    #expect(without.model.estimate.isNaN && without.residuals.estimate.isNaN)
  }
}
