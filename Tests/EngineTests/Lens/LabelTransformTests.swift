import Foundation
import Testing

@testable import Engine

/// Variants with a space of their own, against their definitions in `Double`.
@Suite struct LabelTransformTests {
  private static let (width, embeddingWidth, count, pictures) = (14, 9, 12, 200)

  /// Residuals of a few strong directions, their covariance, encoder rows and labels.
  private struct Sample {
    let residuals: [[Double]]
    let materials: LensMaterials
    let labels: Matrix

    init(rank: Int = width) throws {
      let base = Matrix.random(rows: pictures, columns: rank, seed: 41).doubleRows
      let mix = Matrix.random(rows: rank, columns: width, seed: 42).doubleRows
      let shift = Matrix.random(rows: 1, columns: width, seed: 43).doubleRows[0]
      residuals = base.map { row in
        (0..<width).map { j in
          shift[j] + row.indices.reduce(0.0) { $0 + row[$1] * mix[$1][j] / Double(1 + $1) }
        }
      }
      var materials = LensMaterials(
        autoencoder: try LensParts.autoencoder(
          Matrix.random(rows: count, columns: width, seed: 44),
          encoder: Matrix.random(rows: count, columns: width, seed: 45)),
        head: DirectionMapTests.head(width: width, embeddingWidth: embeddingWidth),
        embeddingWidth: embeddingWidth, selection: FeatureSelection(all: count))
      materials.covariance = Matrix(
        rounding: meanAndCovariance(Matrix(residuals)).covariance)
      self.materials = materials
      var labels = Matrix.random(rows: 17, columns: embeddingWidth, seed: 46)
      var span = labels.elements.mutableSpan
      normalizeRows(&span, width: embeddingWidth)
      self.labels = labels
    }

    /// Unit images and labels in the space of a form.
    func vectors(_ form: LensForm) throws -> (images: [[Double]], labels: [[Double]]) {
      let transform = try #require(try materials.labelTransform(form))
      let bank = try materials.bank(form)
      #expect(bank.width == transform.width)
      let tile = bank.tile(0..<count)
      #expect(tile.statuses.allSatisfy { $0 == .read })
      let images = tile.images[..<(count * transform.width)].map(Double.init)
      let labels = transform.applied(to: labels.elements, count: labels.rows).map(Double.init)
      return (
        images.split(intoRowsOf: transform.width), labels.split(intoRowsOf: transform.width)
      )
    }

    func encoder() throws -> [[Double]] {
      try #require(materials.autoencoder.encoder).rows(0..<count).map(Double.init)
        .split(intoRowsOf: width)
    }
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    let (x, y) = (a.map { $0 - meanA }, b.map { $0 - meanB })
    return LensOracle.dot(x, y) / (LensOracle.norm(x) * LensOracle.norm(y))
  }

  /// Pearson's correlation of pre-activations and label logits over the very residuals is the cosine of a
  /// feature and a label, times the multiple correlation of the feature with the image embedding.
  ///
  /// Covariances are sums of products in `Float`, of which relative errors of some 1e-6 are left, and up to
  /// some hundred times that in the weakest direction of G. With few strong directions, fewer are left.
  @Test(arguments: [width, 5])
  func sigmaIsTheCorrelationOverPictures(rank: Int) throws {
    let sample = try Sample(rank: rank)
    let head = try #require(sample.materials.head)
    let (images, labels) = try sample.vectors(.sigma)
    #expect(labels[0].count == min(rank, Self.embeddingWidth))
    let logits = sample.residuals.map { x in
      let image = LensOracle.map(x, head, isLinear: true)
      return sample.labels.doubleRows.map { LensOracle.dot($0, image) }
    }
    for (i, w) in try sample.encoder().enumerated() {
      let activations = sample.residuals.map { LensOracle.dot($0, w) }
      let measured = sample.labels.doubleRows.indices.map { j in
        Self.correlation(activations, logits.map { $0[j] })
      }
      let cosines = labels.map { LensOracle.dot($0, images[i]) }
      // The one factor of a row, of at most 1.
      let factor =
        LensOracle.dot(measured, cosines) / LensOracle.dot(cosines, cosines)
      #expect(factor > 0 && factor <= 1 + 1e-3)
      for (found, exact) in zip(cosines, measured) { #expect(abs(factor * found - exact) <= 1e-3) }
      if rank <= Self.embeddingWidth {
        // All that residuals differ in is in the image embedding.
        #expect(abs(factor - 1) <= 1e-3)
      }
    }
  }

  /// Of directions of the joint space the linear part is the identity.
  @Test func sigmaReadsTheJointSpaceToo() throws {
    let sample = try Sample()
    var materials = LensMaterials(
      autoencoder: sample.materials.autoencoder, head: nil, embeddingWidth: Self.width,
      selection: sample.materials.selection)
    materials.covariance = sample.materials.covariance
    let transform = try #require(try materials.labelTransform(.sigma))
    let tile = try materials.bank(.sigma).tile(0..<Self.count)
    let labels = Matrix.random(rows: 6, columns: Self.width, seed: 47)
    let found = transform.applied(to: labels.elements, count: 6).map(Double.init)
      .split(intoRowsOf: Self.width)
    for (i, w) in try sample.encoder().enumerated() {
      let image = tile.images[(i * Self.width)..<((i + 1) * Self.width)].map(Double.init)
      for (j, label) in labels.doubleRows.enumerated() {
        let exact = Self.correlation(
          sample.residuals.map { LensOracle.dot($0, w) },
          sample.residuals.map { LensOracle.dot($0, label) })
        #expect(abs(LensOracle.dot(image, found[j]) - exact) <= 1e-3)
      }
    }
  }

  /// Products of features and labels are w · M⁺t with the ridge pseudo-inverse, but for a factor of the
  /// feature's and one that all have.
  @Test func readIsTheProductWithThePseudoinverse() throws {
    let sample = try Sample()
    let (images, labels) = try sample.vectors(.read)
    let linear = DoubleMatrix(try #require(sample.materials.head).linearPart)
    let square = DoubleMatrix.product(linear, linear, opB: .transpose).trace
    let inverse = try #require(
      ridgePseudoinverse(
        of: linear, lambda: LabelTransform.ridge * square / Double(Self.embeddingWidth)))
    let back = sample.labels.doubleRows.map { label in
      (0..<Self.width).map { p in
        label.indices.reduce(0.0) { $0 + inverse[p, $1] * label[$1] }
      }
    }
    #expect(abs(labels.map { LensOracle.dot($0, $0) }.reduce(0, +) / 17 - 1) <= 1e-5)
    for (i, w) in try sample.encoder().enumerated() {
      let exact = LensOracle.unit(back.map { LensOracle.dot($0, w) })
      let found = LensOracle.unit(labels.map { LensOracle.dot($0, images[i]) })
      #expect(LensOracle.distance(found, exact) <= 1e-5)
    }
  }

  @Test func aCovarianceOfNothingIsRefused() throws {
    var materials = try Sample().materials
    materials.covariance = Matrix(rows: Self.width, columns: Self.width)
    #expect(
      message { _ = try materials.bank(.sigma) }
        == "sigma: covariance of activations: found none in the joint space, expected some")
  }
}
