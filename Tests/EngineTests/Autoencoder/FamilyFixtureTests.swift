import Foundation
import Testing

@testable import Engine

/// Every family against what its own code, or its documented layout, makes of a checkpoint.
@Suite struct FamilyFixtureTests {
  /// What files of some fixtures do not say, so that only its fixture can.
  static let missing: [String: [String]] = [
    "attributing-clip/parametrized": ["k"], "attributing-clip/state-dict": ["k"],
  ]

  /// What a state dictionary of overcomplete does not say.
  static let overcompleteGap = [
    "the activation (a state dictionary of overcomplete has neither it nor k)"
  ]

  /// The kind that a state dictionary of overcomplete shows.
  private static func architecture(_ fixture: AutoencoderCheckpoint, _ stated: String?) -> String? {
    guard fixture.family == "overcomplete", fixture.variant != "BatchTopK-module" else {
      return stated
    }
    return fixture.variant == "Jump" ? "JumpSAE" : "unknown"
  }

  @Test(arguments: AutoencoderCheckpoint.all)
  func filesSayWhatTheyAre(fixture: AutoencoderCheckpoint) throws {
    let expected = try fixture.description()
    let autoencoder = try Autoencoder(contentsOf: fixture.checkpoint)
    #expect(autoencoder.family == fixture.family)
    #expect(!autoencoder.familyEvidence.isEmpty)
    #expect(
      autoencoder.architecture == Self.architecture(fixture, expected["architecture"]?.string))
    #expect(autoencoder.featureCount == expected["n"]?.integer)
    #expect(autoencoder.inputWidth == expected["d"]?.integer)
    #expect(autoencoder.decoder?.width == expected["d_out"]?.integer)
    #expect(autoencoder.modelName == expected["model"]?.string)
    #expect(autoencoder.hookName == expected["hook"]?.string)
    if let layer = expected["layer"]?.integer { #expect(autoencoder.layer == layer) }
    let file = try Autoencoder(contentsOf: fixture.weights)
    #expect(file.family == autoencoder.family)
    #expect(file.evidence == autoencoder.evidence)
  }

  /// Stored directions are given bit by bit, computed ones nearly.
  ///
  /// The family's code computes in `Float`: with sums of up to 40 products, it is within 41 units of rounding, 6e-8, of
  /// sums of at most 1.5 times the largest element.
  @Test(arguments: AutoencoderCheckpoint.all)
  func directionsAreTheCanonicalOnes(fixture: AutoencoderCheckpoint) throws {
    let expected = try fixture.expected()
    let sources = try fixture.description()["read_from"]
    let autoencoder = try Autoencoder(contentsOf: fixture.checkpoint)
    let isScaled = fixture.testDescription == "overcomplete/TopK-identity"
    for (name, bank) in [("W_enc", autoencoder.encoder), ("W_dec", autoencoder.decoder)] {
      let tensor = try expected.tensor(name)
      var wanted = tensor.floats()
      let rows = bank?.rows(0..<autoencoder.featureCount) ?? []
      try #require(rows.count == wanted.count, "\(name)")
      if name == "W_dec", isScaled { wanted = unitRows(wanted, width: tensor.shape[1], scale: 0.4) }
      if sources?[name] != .null, !(name == "W_dec" && fixture.family == "overcomplete") {
        #expect(rows == wanted, "\(name)")
      } else {
        let largest = wanted.reduce(0) { max($0, abs($1)) }
        #expect(
          zip(rows, wanted).allSatisfy { abs($0 - $1) <= 4e-6 * largest }, "\(name) computed")
      }
    }
  }

  /// Rows of length e^scale in the directions given, as the default normalisation makes them.
  private func unitRows(_ rows: [Float], width: Int, scale: Double) -> [Float] {
    rows.split(intoRowsOf: width).flatMap { row -> [Float] in
      LensOracle.unit(row.map(Double.init)).map { Float($0 * exp(scale)) }
    }
  }

  @Test(arguments: AutoencoderCheckpoint.all)
  func biasesAndRulesAreTheCanonicalOnes(fixture: AutoencoderCheckpoint) throws {
    let expected = try fixture.expected()
    let description = try fixture.description()
    let autoencoder = try Autoencoder(contentsOf: fixture.checkpoint)
    let encoding = try #require(autoencoder.encoding)
    let outer = expected.tensors["b_dec_out"] ?? expected.tensors["b_dec"]
    #expect(autoencoder.decoderBias == outer?.floats())
    let isSubtracted = description["subtracts_b_dec"]?.bool ?? false
    #expect(encoding.inputBias == (isSubtracted ? expected.tensors["b_dec"]?.floats() : nil))
    expectNear(encoding.encoderBias, expected.tensors["b_enc"]?.floats(), "b_enc")
    #expect(encoding.scalesByDecoderNorm == (description["scales_by_decoder_norm"]?.bool ?? false))
    let cap = description["soft_cap"]?.double ?? 0
    #expect(encoding.softCap == (cap == 0 ? nil : cap))
    #expect(encoding.featureNorm?.gain == expected.tensors["feature_gain"]?.floats())
    #expect(encoding.featureNorm?.shift == expected.tensors["feature_shift"]?.floats())
    try expectSteps(encoding.inputSteps, description["normalization"]?.array ?? [], expected)
    guard let activation = encoding.activation else {
      let gaps = Self.missing[fixture.testDescription] ?? Self.overcompleteGap
      #expect(encoding.missing == gaps)
      return
    }
    #expect(encoding.missing == [])
    let wanted = Encoding.Activation(description["activation"] ?? .null, tensors: expected)
    guard case .jumpReLU(let threshold, let atThreshold) = activation,
      case .jumpReLU(let other, let atOther) = wanted
    else {
      #expect(activation == wanted)
      return
    }
    #expect(atThreshold == atOther)
    expectNear(threshold, other, "threshold")
  }

  /// Exponentials and folded biases are rounded once here and several times there.
  private func expectNear(_ found: [Float]?, _ wanted: [Float]?, _ name: String) {
    guard let found, let wanted else {
      #expect(found == wanted, "\(name)")
      return
    }
    #expect(found.count == wanted.count, "\(name)")
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 4e-7 * max(1, abs($1)) }, "\(name)")
  }

  private func expectSteps(
    _ steps: [Encoding.InputStep], _ expected: [JSONValue], _ tensors: TensorFile
  ) throws {
    let wanted = try expected.map { step -> Encoding.InputStep in
      switch step["kind"]?.string {
      case "layer_norm": .layerNorm(epsilon: step["eps"]?.double ?? 0)
      case "constant_norm_rescale": .constantNorm
      case "scale": .scale(step["factor"]?.double ?? 0)
      default:
        .center(
          mean: try tensors.tensor("mean").floats(),
          scale: Double(try tensors.tensor("scale").floats()[0]))
      }
    }
    try #require(steps.count == wanted.count)
    for (step, other) in zip(steps, wanted) {
      if case .center(let mean, let scale) = step, case .center(let otherMean, let rounded) = other
      {
        #expect(mean == otherMean)
        #expect(Float(scale) == Float(rounded))
      } else {
        #expect(step == other)
      }
    }
  }

  /// The fixtures' activations are computed in `Float`, and no decision of theirs is nearer than
  /// 1e-4 to going otherwise.
  @Test(arguments: AutoencoderCheckpoint.all)
  func activationsAreThoseOfTheFamily(fixture: AutoencoderCheckpoint) throws {
    let (autoencoder, encoding, inputs) = try fixture.encodingParts()
    let acts = try autoencoder.encode(inputs, with: encoding).elements
    let wanted = try fixture.expected().tensor("acts").floats()
    let largest = wanted.reduce(0) { max($0, abs($1)) }
    #expect(acts.count == wanted.count)
    #expect(zip(acts, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
  }
}
