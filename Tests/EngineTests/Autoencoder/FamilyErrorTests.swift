import Foundation
import Testing

@testable import Engine

/// What is refused, and in which words.
@Suite struct FamilyErrorTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The file of a fixture, alone in a directory of its own.
  private func alone(_ family: String, _ variant: String, as name: String? = nil) throws -> String {
    let fixture = AutoencoderCheckpoint(family: family, variant: variant)
    let original = fixture.weights.split(separator: "/").last.map(String.init) ?? ""
    return try directory.write(
      "\(family)-\(variant)/\(name ?? original)",
      Data(contentsOf: URL(filePath: fixture.weights)))
  }

  @Test func tensorsOfSeveralFamiliesNeedAWord() throws {
    let path = try alone("prisma", "standard-relu")
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): fits more than one family, expected --family with one of fry patchsae prisma")
    let stated = try Autoencoder(contentsOf: path, family: .fry)
    #expect(stated.family == "fry")
    #expect(stated.familyEvidence == "its tensors alone")
    #expect(stated.space == .unstated)
    let other = try Autoencoder(contentsOf: path, family: .prisma)
    #expect(other.encoding?.missing.count == 2)
    let inputs = Matrix(rows: 1, columns: 16)
    #expect(
      message { _ = try other.encode(inputs) }
        == "\(path): cannot encode: the files do not say the activation (relu, tanh-relu or topk), "
        + "the normalisation of inputs")
  }

  @Test func thresholdsAloneFitTwoFamilies() throws {
    let path = try alone("prisma", "jumprelu")
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): fits more than one family, expected --family with one of prisma "
        + "dictionary_learning")
  }

  @Test(arguments: [
    (AutoencoderFamily.saelens, "the file is not named sae_weights.safetensors"),
    (
      .patchsae,
      "cfg is a sae_training.config.ViTSAERunnerConfig, expected one of src.sae_training."
    ),
    (.prisma, "cfg is a sae_training.config.ViTSAERunnerConfig, not of vit_prisma"),
    (
      .dictionaryLearning, "config.json has no trainer.dict_class"
    ),
    (.sparsify, "no encoder.weight, encoder.bias, W_dec and b_dec"),
    (.openai, "no pre_bias, latent_bias and encoder.weight"),
    (.saev, "no line of JSON opens the file"),
    (.msae, "no pre_bias, encoder and latent_bias"),
    (.dncbm, "no tied_bias with weights and bias of encoder and decoder"),
    (.clipscope, "no enc, dec and pre_b"),
    (.attributingCLIP, "no encoder.0 and decoder with weight normalisation"),
    (.overcomplete, "no dictionary._weights, nor dictionary.W, C and Relax"),
  ])
  func aFamilyThatDoesNotFitIsRefused(family: AutoencoderFamily, why: String) {
    let path = AutoencoderCheckpoint(family: "fry", variant: "pt").weights
    let error = #expect(throws: AutoencoderError.self) {
      try Autoencoder(contentsOf: path, family: family)
    }
    #expect(error?.description == "\(path): not of the family \(family.rawValue): \(why)")
    #expect(error?.kind == .badData)
  }

  @Test func familiesAndKeysExcludeEachOther() throws {
    let keys = try TensorKeys(parsing: "W_dec=state_dict.W_dec")
    let path = AutoencoderCheckpoint(family: "fry", variant: "pt").weights
    #expect(
      message { _ = try Autoencoder(contentsOf: path, keys: keys, family: .fry) }
        == "--family: found --keys beside it, expected one of them")
  }

  @Test func severalFilesInADirectoryAreNotChosenFrom() throws {
    let first = try alone("fry", "pt", as: "b.pt")
    let place = String(first.dropLast("/b.pt".count))
    try directory.write(
      "fry-pt/a.pt",
      Data(
        contentsOf: URL(filePath: AutoencoderCheckpoint(family: "fry", variant: "square").weights)))
    #expect(
      message { _ = try Autoencoder(contentsOf: place) }
        == "\(place): found 2 files of weights, expected the path of one of them: a.pt, b.pt")
  }

  @Test func filesOfNoFamilyNeedKeys() throws {
    let path = AutoencoderCheckpoint(family: "generic", variant: "pt").weights
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): of no family that is known here, expected --keys W_dec=NAME,... with some of "
        + "its tensors: weights.center [16], weights.dictionary.atoms [16, 24], "
        + "weights.projection.matrix [16, 24], weights.projection.offset [24]")
  }

  @Test(arguments: ["pt", "views", "npz"])
  func keysReadAnyContainer(variant: String) throws {
    let fixture = AutoencoderCheckpoint(family: "generic", variant: variant)
    let p = variant == "npz" ? "" : "weights."
    let keys = try TensorKeys(
      parsing: "W_dec=\(p)dictionary.atoms,W_enc=\(p)projection.matrix,b_enc=\(p)projection.offset,"
        + "b_dec=\(p)center")
    let autoencoder = try Autoencoder(contentsOf: fixture.weights, keys: keys)
    let expected = try fixture.expected()
    #expect(autoencoder.encoder?.rows(0..<24) == (try expected.tensor("W_enc").floats()))
    #expect(autoencoder.decoder?.rows(0..<24) == (try expected.tensor("W_dec").floats()))
    #expect(autoencoder.decoderBias == (try expected.tensor("b_dec").floats()))
  }

  @Test func inputsMustHaveTheWidth() throws {
    let path = AutoencoderCheckpoint(family: "fry", variant: "pt").weights
    let autoencoder = try Autoencoder(contentsOf: path)
    #expect(
      message { _ = try autoencoder.encode(Matrix(rows: 1, columns: 5)) }
        == "\(path): inputs: found a width of 5, expected 16")
  }

  // MARK: - Headers of saev

  /// A fixture of saev with another line of JSON.
  private func saev(_ variant: String, replacing old: String, with new: String) throws -> String {
    let path = AutoencoderCheckpoint(family: "saev", variant: variant).weights
    let file = try Data(contentsOf: URL(filePath: path))
    let end = try #require(file.firstIndex(of: 0x0A))
    let line = String(decoding: file[..<end], as: UTF8.self).replacing(old, with: new)
    return try directory.write("saev/sae.pt", Data(line.utf8) + file[end...])
  }

  @Test func aCommitThatIsNotKnownLeavesTheBiasOpen() throws {
    let path = try saev("schema-1", replacing: "c6e3552", with: "1234567")
    let autoencoder = try Autoencoder(contentsOf: path)
    #expect(autoencoder.encoding?.missing == ["whether b_dec is subtracted"])
    #expect(
      autoencoder.notes.contains(
        "commit 1234567 of schema 1: whether it subtracts b_dec (until e7ca004) is not known; "
          + "directions do not depend on it"))
  }

  @Test(arguments: [
    (#""schema": 2"#, #""schema": 6"#, "schema 6, expected 1 to 5"),
    (#""cls": "TopK""#, #""cls": "Tanh""#, "activation Tanh, expected Relu, TopK or BatchTopK"),
    (#""d_vit": 16"#, #""d_vit": 17"#, "b_dec: shape [16], expected [17] by d_vit 17"),
    (#""d_vit": 16"#, #""d_vit": "a""#, #"field "cfg.d_vit": found "a", expected a size above 0"#),
  ])
  func headersAreChecked(old: String, new: String, expected: String) throws {
    let path = try saev("schema-2-topk", replacing: old, with: new)
    #expect(message { _ = try Autoencoder(contentsOf: path) } == "\(path): \(expected)")
  }
}
