import Testing

@testable import Engine

@Suite struct HookSpaceTests {
  @Test(arguments: [
    "blocks.0.hook_resid_pre", "blocks.11.hook_resid_mid", "blocks.22.hook_resid_post", "resid",
    "resid_post", "vision_model.encoder.layers.10", "visual.transformer.resblocks.3",
  ])
  func residualHooksAreResidual(hook: String) {
    #expect(HookSpace(hookName: hook) == .residual)
  }

  @Test(arguments: [
    "blocks.3.hook_mlp_out", "blocks.3.hook_attn_out", "vision_model.encoder.layers.10.mlp",
    "vision_model.encoder.layers.10.mlp.fc2", "visual.transformer.resblocks.3.attn",
  ])
  func outputsOfSublayersAreAdded(hook: String) {
    #expect(HookSpace(hookName: hook) == .addedToResidual)
  }

  @Test(arguments: [
    "visual_projection", "image_embeds", "hook_image_embedding", "post_projection",
    "model.image_features",
  ])
  func imageEmbeddingsAreJoint(hook: String) {
    #expect(HookSpace(hookName: hook) == .joint)
  }

  @Test(arguments: [
    ("blocks.9.mlp.hook_post", "the hidden layer of a perceptron"),
    ("blocks.9.mlp.hook_pre", "the hidden layer of a perceptron"),
    ("vision_model.encoder.layers.1.mlp.fc1", "the hidden layer of a perceptron"),
    ("blocks.9.attn.hook_z", "the inside of an attention layer"),
    ("blocks.9.attn.hook_q", "the inside of an attention layer"),
    ("blocks.9.attn.hook_pattern", "the inside of an attention layer"),
    ("blocks.9.ln2.hook_normalized", "the output of a LayerNorm"),
    ("vision_model.post_layernorm", "the output of a LayerNorm"),
    ("text_model.encoder.layers.3", "the text tower"),
  ])
  func otherSpacesAreNamed(hook: String, what: String) {
    #expect(HookSpace(hookName: hook) == .other(what))
  }

  @Test(arguments: [
    "", "foo", "blocks.3", "hook_embed", "transformer.resblocks.3", "vision_model.encoder.layers.x",
    "vision_model.encoder.layers.3.dropout",
  ])
  func otherNamesAreUnknown(hook: String) {
    #expect(HookSpace(hookName: hook) == .unknown)
  }
}
