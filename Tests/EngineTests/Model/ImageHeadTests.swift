import Testing

@testable import Engine

/// The maps of small models against transformers' in `Double`.
@Suite struct ImageHeadTests {
  /// Unit rows are compared.
  ///
  /// The operands of the product are rounded to `Float`, as are its sums of d = 32 terms, in any
  /// order: each element is within (d + 3)·u·Σ|aᵢbᵢ| of the exact one, u = 2⁻²⁴. Σ|aᵢbᵢ| is at most
  /// |a||b|, so that relative to the length of a result the distance is at most
  /// (d + 3)·u·‖P diag(γ)‖_F·|x̂| / |result|. Directions whose images nearly vanish are not among
  /// the fixtures; the ratio of norms is computed for each.
  @Test(arguments: ClipFixture.names)
  func mapsAreThoseOfTransformers(name: String) throws {
    let fixture = try ClipFixture(name)
    let head = try fixture.model.imageHead()
    let directions = try fixture.rows("directions")
    for isLinear in [false, true] {
      let expected = try fixture.rows(isLinear ? "mapped_linear" : "mapped_full")
      for (index, direction) in directions.enumerated() {
        let exact = LensOracle.map(direction, head, isLinear: isLinear)
        #expect(
          LensOracle.distance(exact, expected[index])
            <= 1e-11 * LensOracle.norm(expected[index]) + 1e-300, "definition, row \(index)")
        let found = try #require(
          apply(DirectionMap(head, isLinear: isLinear), to: [direction]).rows.first)
        let bound = DirectionMapTests.bound(direction, head, isLinear: isLinear)
        let distance = LensOracle.distance(found, LensOracle.unit(expected[index]))
        #expect(distance <= bound, "row \(index): \(distance) over \(bound)")
        #expect(bound < 1e-4)
      }
    }
  }

  @Test func wrongShapesAreNamed() throws {
    let model = try ClipFixture("quick-gelu").model
    var configuration = model.configuration
    configuration.vision.width = 33
    #expect(
      message { _ = try ImageHead(configuration, weights: model.weights) }
        == "\(model.weights.path): vision_model.post_layernorm.weight: shape [32], expected [33]")
  }
}
