import Testing

@testable import Engine

/// Prompts that share prefixes, against a plain tower that knows of none.
@Suite struct SharedPrefixTests {
  /// Prompts of 1 to 20 tokens, most beginning alike; some are prefixes of others up to the end
  /// token, some equal, one a single token.
  static let prompts: [[Int32]] = {
    var generator = SplitMix64(seed: 21)
    var prompts: [[Int32]] = [[49], [1, 49], [1, 2, 49], [1, 2, 3, 49], [1, 2, 3, 49]]
    for _ in 0..<60 {
      let stem = prompts[Int.random(in: 1..<prompts.count, using: &generator)].dropLast()
      let length = Int.random(in: 1...4, using: &generator)
      let tail = (0..<length).map { _ in Int32.random(in: 0..<8, using: &generator) }
      prompts.append(Array((stem + tail).prefix(19)) + [49])
    }
    return prompts
  }()

  /// The bound that is stated for models of all sizes: 2e-6 in every element of a unit embedding.
  @Test(
    arguments: [
      (3, 8, .f32, .quickGELU), (2, 48, .f32, .gelu), (3, 34, .f32, .tanhGELU),
      (2, 48, .f16, .quickGELU), (1, 101, .bf16, .gelu),
    ] as [(Int, Int, DType, ActivationFunction)])
  func embeddingsAreThoseOfAPlainTower(
    heads: Int, headWidth: Int, dtype: DType, activation: ActivationFunction
  ) throws {
    let tower = try TextTower.random(
      heads: heads, headWidth: headWidth, dtype: dtype, activation: activation)
    let prompts = Array(Self.prompts.prefix(25))
    let found = try tower.embed(prompts, workers: 2)
    let reference = ReferenceTower(tower: tower)
    for (index, prompt) in prompts.enumerated() {
      let exact = reference.embedding(of: prompt)
      let difference = zip(found.row(index), exact).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(difference <= 2e-6, "prompt \(index): \(difference)")
    }
  }

  @Test(arguments: [8, 48])
  func aPromptAloneHasTheBitsItHasAmongAll(headWidth: Int) throws {
    let tower = try TextTower.random(heads: 2, headWidth: headWidth)
    let whole = try tower.embed(Self.prompts, workers: 1)
    for (index, prompt) in Self.prompts.enumerated() {
      let alone = try tower.embed([prompt], workers: 1)
      #expect(alone.elements == Array(whole.row(index)), "prompt \(index)")
    }
  }

  /// Enough nodes for several blocks, cut elsewhere for each number of workers.
  @Test(arguments: [8, 48])
  func blocksAndWorkersDoNotShowInTheBits(headWidth: Int) throws {
    let tower = try TextTower.random(heads: 2, headWidth: headWidth)
    var generator = SplitMix64(seed: 22)
    let prompts = (0..<400).map { index in
      [0, Int32(index % 5)] + (0..<8).map { _ in Int32.random(in: 0..<49, using: &generator) }
        + [49]
    }
    let one = try tower.embed(prompts, workers: 1)
    #expect(PromptBlocks(prompts.map { $0[...] }, workers: 1).blocks.count > 2)
    for workers in [2, 3, 7] {
      #expect(try tower.embed(prompts, workers: workers) == one, "\(workers) workers")
    }
    let reversed = try tower.embed(prompts.reversed(), workers: 2)
    for index in prompts.indices {
      #expect(reversed.row(prompts.count - 1 - index) == one.row(index))
    }
  }
}
