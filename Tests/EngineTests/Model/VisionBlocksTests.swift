import Foundation
import Testing

@testable import Engine

/// The last blocks of vision towers against transformers and torch, in `Double`.
@Suite struct VisionBlocksTests {
  private static let expected =
    ClipFixture.fixtures + "/vision-blocks/expected.safetensors"

  private static func model(_ name: String) throws -> CLIPModel {
    ["open-clip", "openai"].contains(name)
      ? try FamilyFixture(name).model : try ClipFixture(name).model
  }

  private static func rows(_ name: String) throws -> [[Double]] {
    let tensor = try TensorFile(contentsOf: expected).tensor(name)
    return tensor.doubles.split(intoRowsOf: tensor.shape[1])
  }

  /// Layers sum up to 256 products in `Float`, which are rounded to some 1e-6 of the greatest element, and a
  /// state passes up to twelve of them.
  private static func expectNear(_ found: [[Double]], _ exact: [[Double]]) {
    #expect(found.count == exact.count)
    for (row, pair) in zip(found, exact).enumerated() {
      #expect(
        LensOracle.distance(pair.0, pair.1) <= 1e-5 * LensOracle.norm(pair.1), "row \(row)")
    }
  }

  private static func ends(_ blocks: VisionBlocks, _ states: [[Double]]) -> [[Double]] {
    var rows = states.flatMap { $0.map { Float($0) } }
    blocks.apply(to: &rows, rows: states.count)
    return rows.map(Double.init).split(intoRowsOf: blocks.width)
  }

  @Test(arguments: ["quick-gelu", "gelu", "tanh", "legacy", "open-clip", "openai"])
  func endsAreThoseOfTheReference(name: String) throws {
    let model = try Self.model(name)
    let head = try model.imageHead()
    let states = try Self.rows("\(name)/states")
    for first in 0..<(name == "quick-gelu" ? 2 : 1) {
      let ends = Self.ends(try model.visionBlocks(from: first), states)
      Self.expectNear(ends, try Self.rows("\(name)/end.\(first)"))
      Self.expectNear(ends.map { head.image(of: $0) }, try Self.rows("\(name)/image.\(first)"))
    }
    var blocks = try model.visionBlocks(from: 0)
    blocks.startsAtPerceptron = true
    Self.expectNear(Self.ends(blocks, states), try Self.rows("\(name)/perceptron"))
  }

  /// A tower of other activations, blocks or sizes would be nearer to none of these.
  @Test func activationFunctionsDiffer() throws {
    let states = try Self.rows("quick-gelu/states")
    let model = try Self.model("quick-gelu")
    let weights = model.weights
    let ends = try ActivationFunction.allCases.map { activation in
      Self.ends(
        try VisionBlocks(0..<2, width: 32, activation: activation, epsilon: 1e-5, weights: weights),
        states)
    }
    #expect(LensOracle.distance(ends[0][0], ends[1][0]) > 1e-3 * LensOracle.norm(ends[0][0]))
    #expect(LensOracle.distance(ends[1][0], ends[2][0]) > 1e-6 * LensOracle.norm(ends[0][0]))
  }

  /// Equal states have equal ends, whatever the others are and how many there are.
  @Test func statesDoNotKnowEachOther() throws {
    let blocks = try Self.model("quick-gelu").visionBlocks(from: 0)
    let states = Matrix.random(rows: 300, columns: 32, seed: 5)
    var all = states.elements
    blocks.apply(to: &all, rows: 300)
    for row in [0, 7, 239, 240, 299] {
      #expect(
        Array(all[(row * 32)..<(row * 32 + 32)]) == blocks.applied(to: Array(states.row(row))))
    }
    var spoiled = states.elements
    for j in 0..<32 { spoiled[32 + j] = .nan }
    blocks.apply(to: &spoiled, rows: 300)
    #expect(spoiled[32].isNaN)
    #expect(Array(spoiled[64...]) == Array(all[64...]))
  }

  @Test func noBlocksLeaveStatesAsTheyAre() throws {
    let model = try Self.model("quick-gelu")
    let blocks = try model.visionBlocks(from: 2)
    #expect(blocks.blocks.isEmpty)
    #expect(
      blocks.applied(to: [Float](repeating: 3, count: 32)) == [Float](repeating: 3, count: 32))
    #expect(
      message { _ = try model.visionBlocks(from: 3) }
        == "\(model.directory): block of the vision tower: found 3, expected 0 to 2, their number")
    let sigLIP = try FamilyFixture("siglip").model
    #expect(
      message { _ = try sigLIP.visionBlocks(from: 0) }
        == "\(sigLIP.directory): blocks of the vision tower: found SigLIP's tower, which has no CLS "
        + "token, expected those of CLIP's own tower")
  }
}
