import Testing

@testable import Engine

@Suite struct HookDepthTests {
  /// Hook, layer, then the first block after it among twelve, and whether only its perceptron is left.
  @Test(
    arguments: [
      ("blocks.3.hook_resid_post", nil, 4, false), ("blocks.3.hook_resid_pre", 7, 3, false),
      ("blocks.3.hook_resid_mid", nil, 3, true), ("blocks.3.hook_mlp_out", nil, 4, false),
      ("blocks.3.hook_attn_out", nil, 3, true), ("blocks.11.hook_resid_post", nil, 12, false),
      ("vision_model.encoder.layers.0", nil, 1, false),
      ("vision_model.encoder.layers.10.output", nil, 11, false),
      ("vision_model.encoder.layers.4.self_attn.out_proj", nil, 4, true),
      ("vision_model.encoder.layers.4.mlp.fc2", nil, 5, false),
      ("visual.transformer.resblocks.5", nil, 6, false), ("resid", -2, 11, false),
      ("resid", -1, 12, false), ("resid", 0, 1, false), (nil, 9, 10, false),
    ] as [(String?, Int?, Int, Bool)])
  func depthsAreThoseOfTheName(hook: String?, layer: Int?, first: Int, isMiddle: Bool) throws {
    let depth = try #require(HookDepth(hook: hook, layer: layer, blockCount: 12))
    #expect(depth.firstBlock == first && depth.startsAtPerceptron == isMiddle)
  }

  @Test(
    arguments: [
      ("blocks.12.hook_resid_post", nil), ("resid", nil), (nil, nil), ("resid", 12), ("resid", -13),
      ("blocks.3.hook_normalized", 3), ("somewhere", 3),
    ] as [(String?, Int?)])
  func whatIsNotSaidIsNotGuessed(hook: String?, layer: Int?) {
    #expect(HookDepth(hook: hook, layer: layer, blockCount: 12) == nil)
  }
}
