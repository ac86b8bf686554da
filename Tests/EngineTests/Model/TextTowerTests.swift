import Foundation
import Testing

@testable import Engine

/// Small models against transformers; `Fixtures/README.md` says how they were made.
@Suite struct TextTowerTests {
  @Test(arguments: ClipFixture.names)
  func tokenIDsAreThoseOfTransformers(name: String) throws {
    let fixture = try ClipFixture(name)
    let tower = try fixture.model.textTower()
    let sequences = fixture.tokenizer.encode(fixture.prompts, contextLength: tower.contextLength)
    #expect(sequences.count == 24)
    #expect(sequences.map(\.ids) == fixture.inputIDs)
    #expect(sequences.count(where: \.isTruncated) == 1)
    #expect(sequences.allSatisfy { $0.ids.count <= tower.contextLength })
  }

  /// The expected rows are computed in `Double` from the weights as they are stored, so rounding
  /// to half precision is no part of the difference and one bound holds for all dtypes.
  @Test(arguments: ClipFixture.names)
  func unitEmbeddingsAreThoseOfTransformers(name: String) throws {
    let fixture = try ClipFixture(name)
    let found = try fixture.model.textTower().embed(fixture.inputIDs, workers: 2).doubleRows
    let expected = try fixture.rows("text_embeddings")
    #expect(found.count == expected.count)
    for (prompt, rows) in zip(found, expected).enumerated() {
      let distance = LensOracle.distance(rows.0, rows.1)
      #expect(distance <= 2e-6, "prompt \(prompt): \(distance)")
      #expect(abs(LensOracle.norm(rows.0) - 1) <= 1.2e-7)
    }
  }

  /// The factor is an exponential of a stored number, taken in `Double`.
  @Test(arguments: ClipFixture.names)
  func theLogitScaleIsThatOfTheCheckpoint(name: String) throws {
    let fixture = try ClipFixture(name)
    let expected = try #require(fixture.expected["logit_scale"]?.double)
    #expect(abs(try fixture.model.logitScale() / expected - 1) <= 1e-12)
  }

  @Test func bothPoolingRulesTakeTheEndToken() throws {
    let fixture = try ClipFixture("quick-gelu")
    #expect(fixture.model.configuration.text.pooling == .largestID)
    let first = try tower(of: fixture.model, pooling: .first(833))
    #expect(
      try first.embed(fixture.inputIDs, workers: 1)
        == fixture.model.textTower().embed(fixture.inputIDs, workers: 1))
  }

  @Test func theFirstRuleStopsAtTheTokenThatIsStated() throws {
    let tower = try tower(of: try ClipFixture("quick-gelu").model, pooling: .first(320))
    let found = try tower.embed([[832, 320, 557, 320, 833], [832, 320]], workers: 1)
    #expect(found.row(0) == found.row(1)[...])
    let other = try tower.embed([[832, 557, 320]], workers: 1)
    #expect(Array(other.row(0)) != Array(found.row(0)))
  }

  @Test func anEmbeddingDoesNotDependOnTheOthersOfItsBatch() throws {
    for name in ClipFixture.names {
      let tower = try ClipFixture(name).model.textTower()
      let prompts = randomPrompts(300)
      let whole = try tower.embed(prompts, workers: 1)
      let reversed = try tower.embed(prompts.reversed(), workers: 1)
      for index in prompts.indices {
        #expect(Array(whole.row(index)) == Array(reversed.row(prompts.count - 1 - index)))
      }
      for index in 0..<20 {
        let alone = try tower.embed([prompts[index]], workers: 1)
        #expect(alone.elements == Array(whole.row(index)), "\(name) prompt \(index)")
      }
    }
  }

  @Test(arguments: [2, 3, 7])
  func anyNumberOfWorkersGivesTheSameBytes(workers: Int) throws {
    let tower = try ClipFixture("sharded").model.textTower()
    let prompts = randomPrompts(500)
    #expect(try tower.embed(prompts, workers: workers) == tower.embed(prompts, workers: 1))
  }

  @Test func equalPromptsHaveEqualEmbeddings() throws {
    let tower = try ClipFixture("gelu").model.textTower()
    let prompts = randomPrompts(200)
    let found = try tower.embed(prompts + prompts, workers: 2)
    for index in prompts.indices {
      #expect(Array(found.row(index)) == Array(found.row(prompts.count + index)))
    }
  }

  @Test(arguments: [1, 2, 5])
  func progressCountsDistinctPromptsToTheEnd(workers: Int) throws {
    let tower = try ClipFixture("quick-gelu").model.textTower()
    let prompts = randomPrompts(300)
    var steps: [Int] = []
    _ = try tower.embed(prompts + prompts, workers: workers) { done, total in
      #expect(total == 300)
      steps.append(done)
    }
    #expect(steps == steps.sorted() && steps.last == 300 && steps.count > 1)
  }

  @Test func noPromptsGiveNoRows() throws {
    let found = try ClipFixture("quick-gelu").model.textTower().embed([], workers: 2)
    #expect(found == Matrix(rows: 0, columns: 16))
  }

  @Test func tokensOutsideTheVocabularyAreRefused() throws {
    let tower = try ClipFixture("quick-gelu").model.textTower()
    let disagreement = "; the tokenizer and the weights disagree"
    for id: Int32 in [834, -1, .max] {
      #expect(
        message { _ = try tower.embed([[832, 833], [832, id, 833]], workers: 1) }
          == "\(tower.path): token id: found \(id), expected less than the vocabulary size 834"
          + disagreement)
    }
  }

  @Test func aPromptWithoutEndTokenIsRefused() throws {
    let tower = try tower(of: try ClipFixture("quick-gelu").model, pooling: .first(833))
    #expect(
      message { _ = try tower.embed([[832, 320]], workers: 1) }
        == "\(tower.path): prompt \"tokens 832 320\": no end token 833 among its tokens; "
        + "the tokenizer and the configuration disagree")
  }

  @Test func missingAndMisshapenTensorsAreNamed() throws {
    let model = try ClipFixture("quick-gelu").model
    var wide = model.configuration
    wide.text.contextLength = 41
    #expect(
      message { _ = try TextTower(wide, weights: model.weights) }
        == "\(model.weights.path): text_model.embeddings.position_embedding.weight: "
        + "shape [40, 24], expected [41, 24]")
    var deep = model.configuration
    deep.text.layerCount = 4
    let text = message { _ = try TextTower(deep, weights: model.weights) } ?? ""
    #expect(
      text.hasPrefix(
        "\(model.weights.path): no tensor text_model.encoder.layers.3.layer_norm1.weight; found "))
  }

  private func tower(
    of model: CLIPModel, pooling: CLIPConfiguration.Pooling
  ) throws -> TextTower {
    var configuration = model.configuration
    configuration.text.pooling = pooling
    return try TextTower(configuration, weights: model.weights)
  }

  /// Distinct prompts of 3 to 40 tokens between start and end tokens.
  private func randomPrompts(_ count: Int) -> [[Int32]] {
    var generator = SampleGenerator(state: 11)
    return (0..<count).map { index in
      let length = Int(generator.next(below: 38))
      return [832, Int32(index)] + (0..<length).map { _ in Int32(generator.next(below: 832)) }
        + [833]
    }.map { $0.count > 40 ? Array($0.prefix(39)) + [833] : $0 }
  }
}
