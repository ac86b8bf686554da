import Foundation
import Testing

@testable import Engine

/// Scans of parts that do not fit together.
@Suite struct LensErrorTests {
  private func fault(
    _ sae: Autoencoder, _ variant: LensVariant, head: ImageHead? = DirectionMapTests.head(),
    labelWidth: Int = 24, topCount: Int = 10
  ) -> String? {
    message {
      _ = try LensScan(
        autoencoder: sae, variant: variant, head: head,
        labels: try LensParts.bank(Matrix.random(rows: 4, columns: labelWidth, seed: 1)),
        logitScale: 100,
        topCount: topCount)
    }
  }

  @Test func partsThatDoNotFitAreNamed() throws {
    let sae = try LensParts.autoencoder(Matrix.random(rows: 5, columns: 40, seed: 1))
    let path = sae.path
    #expect(
      fault(sae, try LensParts.variant(.encoder, .full))
        == "\(path): encoder directions: found none in the autoencoder")
    #expect(
      fault(sae, try LensParts.variant(.shifted, .full))
        == "\(path): decoder bias: found none in the autoencoder, shifted directions need it")
    let narrow = try LensParts.autoencoder(Matrix.random(rows: 5, columns: 39, seed: 1))
    #expect(
      fault(narrow, try LensParts.variant(.decoder, .linear))
        == "\(narrow.path): width of the directions: found 39, expected 40, "
        + "that of the residual stream of the model's vision tower")
    #expect(
      fault(sae, try LensParts.variant(.decoder, .native))
        == "\(path): width of the directions: found 40, expected 24, that of the label embeddings")
    #expect(
      fault(sae, try LensParts.variant(.decoder, .full), labelWidth: 25)
        == "labels: width of the label embeddings: found 25, expected 24, "
        + "that of the model's joint space")
    #expect(
      fault(sae, try LensParts.variant(.decoder, .full), topCount: 0)
        == "scan: top: found 0, expected at least 1")
    #expect(
      fault(sae, try LensParts.variant(.decoder, .full), topCount: -7)
        == "scan: top: found -7, expected at least 1")
    let spoilt = try LensParts.autoencoder(
      Matrix.random(rows: 5, columns: 40, seed: 1), bias: [.nan] + [Double](repeating: 0, count: 39)
    )
    #expect(
      fault(spoilt, try LensParts.variant(.shifted, .full))
        == "\(spoilt.path): decoder bias: found numbers that are not finite")
    let head = DirectionMapTests.head()
    let broken = ImageHead(
      weight: head.weight, bias: [.infinity] + head.bias.dropFirst(), epsilon: 1e-5,
      projection: head.projection)
    #expect(
      fault(sae, try LensParts.variant(.decoder, .full), head: broken)
        == "image head: weights: found numbers that are not finite")
  }

  @Test func spacesThatAreStatedMustFitTheMap() throws {
    let residual = try Autoencoder(contentsOf: ClipFixture.fixtures + "/sae/standard-new")
    #expect(
      fault(residual, try LensParts.variant(.decoder, .native))
        == "\(residual.path): space: found residual (hook blocks.1.hook_resid_post), "
        + "expected joint for a native map")
  }

  @Test func variantsThatMeanNothingAreRefused() throws {
    #expect(
      message { _ = try LensParts.variant(.shifted, .linear) }
        == "shifted: map: found linear, expected full: the linear map has no reference point, "
        + "so a shift by the decoder bias means nothing")
    #expect(
      message { _ = try LensParts.variant(.shifted, .native) }
        == "shifted: map: found native, expected full: in the joint space the bias is a mean "
        + "that is not part of a direction")
    #expect(
      message { _ = try LensParts.variant(.decoder, .full, alpha: 2) }
        == "decoder: alpha: only a shifted direction has one")
    for alpha in [0, Double.nan, .infinity] {
      #expect(
        message { _ = try LensParts.variant(.shifted, .full, alpha: alpha) }
          == "shifted: alpha: found \(alpha), expected a finite number other than 0")
    }
    #expect(try LensParts.variant(.shifted, .full).alpha == 1)
    let ids = [
      try LensParts.variant(.encoder, .full).id, try LensParts.variant(.encoder, .linear).id,
      try LensParts.variant(.encoder, .native).id, try LensParts.variant(.decoder, .full).id,
      try LensParts.variant(.decoder, .linear).id, try LensParts.variant(.decoder, .native).id,
      try LensParts.variant(.shifted, .full).id,
    ]
    #expect(
      ids == ["enc.full", "enc.lin", "enc.native", "dec.full", "dec.lin", "native", "dec.abs"])
  }
}
