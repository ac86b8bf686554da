import Engine
import Foundation
import Testing

/// What `inspect` says of the checkpoints of each family.
@Suite struct InspectFamilyTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  static let cases: [(fixture: String, family: String, known: String)] = [
    (
      "fry/pkl-gz", "fry",
      "cfg is a sae_training.config.ViTSAERunnerConfig, tensors below state_dict."
    ),
    (
      "patchsae/gated", "patchsae",
      "cfg is a src.sae_training.config.Config, tensors below state_dict."
    ),
    ("prisma/topk", "prisma", "layer_subtype in config.json"),
    (
      "prisma/legacy-cfg", "prisma",
      "cfg is a vit_prisma.sae.config.VisionModelSAERunnerConfig, tensors below state_dict."
    ),
    ("saelens/topk", "saelens", "cfg.json beside sae_weights.safetensors"),
    (
      "dictionary_learning/AutoEncoderTopK", "dictionary_learning",
      "trainer.dict_class AutoEncoderTopK in config.json"
    ),
    ("sparsify/topk", "sparsify", "encoder.weight beside W_dec"),
    ("openai/topk", "openai", "pre_bias, latent_bias and encoder.weight"),
    ("saev/schema-1", "saev", "a line of JSON opens the file, with schema 1"),
    ("msae/topk", "msae", "pre_bias, encoder and latent_bias, tensors below model."),
    ("dncbm/relu", "dncbm", "tied_bias with weights of encoder and decoder"),
    ("clipscope/topk", "clipscope", "enc, dec and pre_b, tensors below model_state_dict."),
    (
      "attributing-clip/lightning", "attributing-clip",
      "encoder.0 and decoder with weight normalisation, tensors below state_dict.sae."
    ),
    (
      "overcomplete/BatchTopK-module", "overcomplete",
      "dictionary._weights, of class overcomplete.sae.batchtopk_sae.BatchTopKSAE"
    ),
  ]

  @Test(arguments: cases)
  func theFamilyAndItsEvidenceAreNamed(
    _ sample: (fixture: String, family: String, known: String)
  ) throws {
    let run = try place.run(
      "inspect", "\(Commands.fixtures)/families/\(sample.fixture)/checkpoint", "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("is\tautoencoder"))
    #expect(run.lines.contains("family\t\(sample.family)"))
    #expect(run.lines.contains("known by\t\(sample.known)"))
    #expect(run.lines.contains { $0.hasPrefix("encodes by\t") })
  }

  @Test func severalFamiliesAreRefusedUntilOneIsNamed() throws {
    let original =
      "\(Commands.fixtures)/families/prisma/standard-relu/checkpoint/weights.pt"
    let path = place.path + "/bare.pt"
    try FileManager.default.copyItem(atPath: original, toPath: path)
    let refused = try place.run("inspect", path, "--plain")
    #expect(refused.status == 65)
    #expect(
      refused.messages
        == "lensctl: \(path): fits more than one family, expected --family with one of fry patchsae "
        + "prisma\n")
    let named = try place.run("inspect", path, "--family", "fry", "--plain")
    #expect(named.status == 0, "\(named.messages)")
    #expect(named.lines.contains("family\tfry"))
    let both = try place.run("inspect", path, "--family", "fry", "--keys", "W_dec=W_dec")
    #expect(both.status == 64)
  }
}
