/// The space that a hook reads, by the name of the hook.
///
/// Names are those of TransformerLens and ViT-Prisma (`blocks.3.hook_resid_post`), of modules in
/// Hugging Face and OpenCLIP models (`vision_model.encoder.layers.3`: the output of that module),
/// and plain ones (`resid`).
enum HookSpace: Equatable {
  /// The residual stream.
  case residual
  /// What a block adds to the residual stream, so directions mean the same there.
  case addedToResidual
  /// The joint space of image and text embeddings.
  case joint
  /// Another space, named by what it is.
  case other(String)
  /// A name that is not in the tables here.
  case unknown

  /// Classifies a hook.
  init(hookName: String) {
    var parts = hookName.split(separator: ".").map(String.init)
    // The output of a module is what its name alone stands for.
    if parts.count > 1, parts.last == "output" { parts.removeLast() }
    let last = parts.last ?? ""
    func endsLike(_ names: [String]) -> Bool { names.contains { last.contains($0) } }

    if parts.contains("text_model") || parts.first == "text" {
      self = .other("the text tower")
    } else if let found = Self.others.first(where: { $0.names.contains(last) }) {
      self = .other(found.what)
    } else if endsLike(["resid_pre", "resid_mid", "resid_post"]) || last == "resid" {
      self = .residual
    } else if endsLike(["mlp_out", "attn_out"]) {
      self = .addedToResidual
    } else if endsLike(["image_embed", "image_features", "visual_projection", "post_projection"]) {
      self = .joint
    } else {
      self = Self.module(parts)
    }
  }

  /// Last components of hooks that are not in a space that can be read.
  private static let others: [(names: Set<String>, what: String)] = [
    (
      ["hook_pre", "hook_post", "hook_mid", "fc1", "c_fc", "activation_fn"],
      "the hidden layer of a perceptron"
    ),
    (
      [
        "hook_q", "hook_k", "hook_v", "hook_z", "hook_pattern", "hook_attn_scores", "hook_result",
        "q_proj", "k_proj", "v_proj",
      ],
      "the inside of an attention layer"
    ),
    (
      [
        "hook_normalized", "hook_scale", "layer_norm1", "layer_norm2", "ln_1", "ln_2", "ln1", "ln2",
        "post_layernorm", "ln_post", "ln_final", "pooler_output",
      ],
      "the output of a LayerNorm"
    ),
  ]

  /// Classifies the output of a module of the image tower.
  private static func module(_ parts: [String]) -> HookSpace {
    guard parts.contains("vision_model") || parts.contains("visual"),
      let index = parts.lastIndex(where: { ["layers", "resblocks"].contains($0) }),
      index + 1 < parts.count, Int(parts[index + 1]) != nil
    else { return .unknown }
    switch parts[(index + 2)...].joined(separator: ".") {
    case "": return .residual
    case "mlp", "mlp.fc2", "mlp.c_proj", "self_attn", "self_attn.out_proj", "attn",
      "attn.out_proj":
      return .addedToResidual
    default: return .unknown
    }
  }
}
