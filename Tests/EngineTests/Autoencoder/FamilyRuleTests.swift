import Foundation
import Testing

@testable import Engine

/// Rules of families that no fixture shows, and checkpoints that are wrong in one way.
@Suite struct FamilyRuleTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes tensors of pseudorandom numbers.
  @discardableResult
  private func file(_ name: String, _ tensors: [(String, [Int])]) throws -> String {
    var builder = SafetensorsBuilder()
    var generator = SampleGenerator(state: 5)
    for (tensor, shape) in tensors {
      builder.add(
        tensor, shape, (0..<shape.reduce(1, *)).map { _ in generator.next(below: 255) / 64 - 2 })
    }
    return try directory.write(name, builder.file)
  }

  // MARK: - Prisma

  private static let prisma: [(String, [Int])] = [
    ("W_enc", [5, 13]), ("W_dec", [13, 5]), ("b_enc", [13]), ("b_dec", [5]),
  ]

  private func prisma(
    _ members: String, _ tensors: [(String, [Int])] = Self.prisma
  ) throws -> Autoencoder {
    let path = try file("prisma/weights.safetensors", tensors)
    try directory.write(
      "prisma/config.json",
      #"{"d_in": 5, "hook_point_layer": 3, "layer_subtype": "hook_resid_post", \#(members)}"#)
    return try Autoencoder(contentsOf: path)
  }

  @Test(arguments: [
    (
      #""hook_point_head_index": 2"#,
      "hook \"blocks.3.hook_resid_post head 2\": the inside of an attention layer, expected the "
        + "residual stream or the image embedding"
    ),
    (
      #""architecture": "vanilla2""#,
      "architecture vanilla2, expected standard, gated or jumprelu"
    ),
    (
      #""activation_fn_str": "gelu""#,
      "activation_fn_str gelu, expected relu, tanh-relu or topk"
    ),
    (#""activation_fn_str": "topk""#, #"no field "activation_fn_kwargs.k""#),
    (
      #""activation_fn_str": "topk", "activation_fn_kwargs": {"k": 0}"#,
      #"field "activation_fn_kwargs.k": found 0, expected a size above 0"#
    ),
    (
      #""normalize_activations": "whiten""#,
      "normalize_activations whiten, expected none, layer_norm, constant_norm_rescale or "
        + "expected_average_only_in"
    ),
    (
      #""hook_point": "blocks.3.mlp.hook_post""#,
      "hook \"blocks.3.mlp.hook_post\": the hidden layer of a perceptron, expected the residual "
        + "stream or the image embedding"
    ),
    (
      #""hook_point": "somewhere""#,
      "hook \"somewhere\": not known to be the residual stream or the image embedding; where it is, "
        + "--keys W_enc=NAME,W_dec=NAME,b_dec=NAME reads the tensors without cfg.json"
    ),
  ])
  func configurationsOfPrismaAreChecked(members: String, expected: String) throws {
    #expect(
      message { _ = try prisma(members) } == "\(directory.path)/prisma/config.json: \(expected)")
  }

  @Test func sizesThatDisagreeAreRefused() throws {
    #expect(
      message { _ = try prisma(#""d_sae": 14"#) }
        == "\(directory.path)/prisma/weights.safetensors: b_enc: shape [13], expected [14] by "
        + "d_sae 14")
  }

  /// The encoder is [5, 5], so that only the decoder shows its orientation.
  @Test func aTranscoderWithOneSquareMatrixNeedsAWord() throws {
    let tensors: [(String, [Int])] = [
      ("W_enc", [5, 5]), ("W_dec", [5, 7]), ("b_enc", [5]), ("b_dec", [5]), ("b_dec_out", [7]),
    ]
    #expect(
      message { _ = try prisma(#""is_transcoder": true"#, tensors) }
        == "\(directory.path)/prisma/weights.safetensors: W_enc: features of [5, 5] may be rows or "
        + "columns: the other matrix has another width; expected --orientation rows or columns")
    let stated = try Autoencoder(
      contentsOf: directory.path + "/prisma", orientation: .rows)
    #expect(stated.decoder?.width == 7)
    #expect(stated.encoder?.isTransposed == true)
  }

  // MARK: - Sparsify

  private func sparsify(
    _ configuration: String, decoder: [Int] = [12, 5]
  ) throws -> Autoencoder {
    try file(
      "sparsify/sae.safetensors",
      [
        ("encoder.weight", [12, 5]), ("encoder.bias", [12]), ("W_dec", decoder), ("b_dec", [5]),
      ])
    try directory.write("sparsify/cfg.json", configuration)
    return try Autoencoder(contentsOf: directory.path + "/sparsify")
  }

  @Test(arguments: [
    (
      #"{"d_in": 5, "num_latents": 12, "k": 5, "activation": "groupmax"}"#,
      "cfg.json: k 5, expected a divisor of 12 features"
    ),
    (
      #"{"d_in": 5, "num_latents": 12, "k": 5, "activation": "tanh"}"#,
      "cfg.json: activation tanh, expected topk or groupmax"
    ),
    (#"{"d_in": 5, "num_latents": 12}"#, #"cfg.json: no field "k""#),
    (
      #"{"d_in": 5, "num_latents": 0, "expansion_factor": 9223372036854775807, "k": 1}"#,
      #"cfg.json: field "expansion_factor": found 9223372036854775807, expected a smaller factor"#
    ),
    (
      #"{"d_in": 5, "num_latents": 11, "k": 1}"#,
      "sae.safetensors: encoder.bias: shape [12], expected [11] by num_latents 11"
    ),
  ])
  func configurationsOfSparsifyAreChecked(configuration: String, expected: String) throws {
    #expect(
      message { _ = try sparsify(configuration) } == "\(directory.path)/sparsify/\(expected)")
  }

  @Test func aTransposedDecoderIsRefused() throws {
    #expect(
      message {
        _ = try sparsify(#"{"d_in": 5, "num_latents": 12, "k": 1}"#, decoder: [5, 12])
      }
        == "\(directory.path)/sparsify/sae.safetensors: W_dec: shape [5, 12], expected [12, 5]: the "
        + "matrix is transposed; --orientation says which way the features of W_dec run")
  }

  // MARK: - Other families

  @Test func severalComponentsAreRefused() throws {
    let path = try file(
      "sparse_autoencoder_final.safetensors",
      [
        ("tied_bias", [2, 5]), ("encoder._weight", [2, 13, 5]), ("encoder._bias", [2, 13]),
        ("decoder._weight", [2, 5, 13]),
      ])
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): encoder._weight: found 2 components, expected 1")
  }

  @Test func lengthsOfWeightNormalisationMustFit() throws {
    let path = try file(
      "last.safetensors",
      [
        ("encoder.0.weight_g", [13, 1]), ("encoder.0.weight_v", [13, 5]), ("encoder.0.bias", [13]),
        ("decoder.weight_g", [5, 1]), ("decoder.weight_v", [5, 13]),
      ])
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): decoder.weight_g: shape [5, 1], expected [1, 13] by the weights of the encoder"
    )
  }

  @Test func pointsOfAnArchetypalDictionaryMustFit() throws {
    let path = try file(
      "ra.safetensors",
      [("dictionary.W", [13, 7]), ("dictionary.C", [6, 5]), ("dictionary.Relax", [13, 5])])
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): dictionary.C: shape [6, 5], expected [7, 5] by dictionary.W [13, 7]")
  }

  @Test func anEncoderOfSeveralLayersIsLeftOut() throws {
    let path = try file(
      "mlp.safetensors",
      [
        ("dictionary._weights", [13, 5]), ("encoder.mlp_blocks.0.0.weight", [5, 5]),
        ("encoder.final_block.0.weight", [13, 5]),
      ])
    let autoencoder = try Autoencoder(contentsOf: path)
    #expect(autoencoder.encoder == nil)
    #expect(
      autoencoder.notes.contains("the encoder is no linear layer: there are no encoder directions"))
    #expect(
      message { _ = try autoencoder.encode(Matrix(rows: 1, columns: 5)) }
        == "\(path): found no encoder that can be computed with")
  }

  /// Neither rows nor columns have constant lengths, and the encoder is unrelated.
  @Test func aSquareDictionaryMustShowItsOrientation() throws {
    let path = try file(
      "square.safetensors",
      [
        ("dictionary._weights", [13, 13]), ("encoder.final_block.0.weight", [13, 13]),
        ("encoder.final_block.0.bias", [13]),
      ])
    let text = message { _ = try Autoencoder(contentsOf: path) } ?? ""
    #expect(
      text.hasPrefix(
        "\(path): dictionary._weights: features of [13, 13] may be rows or columns: "))
    #expect(text.hasSuffix("; expected --orientation rows or columns"))
    let rows = try Autoencoder(contentsOf: path, orientation: .rows)
    let columns = try Autoencoder(contentsOf: path, orientation: .columns)
    #expect(rows.encoder?.isTransposed == false)
    #expect(columns.encoder?.isTransposed == true)
    let stored = try TensorFile(contentsOf: path).tensor("dictionary._weights").matrix()
    let first = LensOracle.unit(stored.row(0).map(Double.init))
    let column = LensOracle.unit((0..<13).map { Double(stored[$0, 0]) })
    let rowFound = (rows.decoder?.rows(0..<1) ?? []).map { Double($0) }
    let columnFound = (columns.decoder?.rows(0..<1) ?? []).map { Double($0) }
    #expect(LensOracle.distance(rowFound, first) < 1e-6)
    #expect(LensOracle.distance(columnFound, column) < 1e-6)
  }

  @Test func theDirectoryOfAPublishedClipscopeNamesItsHook() throws {
    let path = try file(
      "22_resid/1200013184.safetensors", [("enc", [5, 13]), ("dec", [13, 5]), ("pre_b", [5])])
    let autoencoder = try Autoencoder(contentsOf: path)
    #expect(autoencoder.layer == 22)
    #expect(autoencoder.space == .residual)
    #expect(autoencoder.encoding?.missing == ["k"])
    #expect(autoencoder.notes.contains("hook and layer by the name 22_resid of the directory"))
  }

  @Test(arguments: [
    ("13_5_ReLU_003_False_False_0.0_x.pth", "ReLU_003", false, false, 0.0),
    ("13_5_TopKReLU_64_RW_True_True_1.5_x_5.pth", "TopKReLU_64", true, true, 1.5),
    ("13_5_JumpReLU_False_True_0.0_x.pth", "JumpReLU", false, true, 0.0),
  ])
  func namesOfMSAEAreRead(
    name: String, architecture: String, isTied: Bool, isNormalized: Bool, softCap: Double
  ) throws {
    let parsed = try #require(MSAEReader.FileName(parsing: name, n: 13, d: 5))
    #expect(parsed.architecture == architecture)
    #expect(parsed.isTied == isTied)
    #expect(parsed.isNormalized == isNormalized)
    #expect(parsed.softCap == softCap)
  }

  @Test(arguments: [
    "", "model.pth", "13_5.pth", "12_5_ReLU_003_False_False_0.0_x.pth",
    "13_5_ReLU_False_0.0_x_y.pth", "13_5_False_False_0.0_x_y.pth",
    "13_5_ReLU_1_2_False_False_0.0_x.pth", "13_5_ReLU_False_False_inf_x.pth",
  ])
  func otherNamesAreNotRead(name: String) {
    #expect(MSAEReader.FileName(parsing: name, n: 13, d: 5) == nil)
  }

  @Test func aNameThatContradictsTheTensorsIsRefused() throws {
    let path = try file(
      "13_5_ReLU_003_True_False_0.0_x.safetensors",
      [("pre_bias", [5]), ("encoder", [5, 13]), ("latent_bias", [13]), ("decoder", [13, 5])])
    #expect(
      message { _ = try Autoencoder(contentsOf: path) }
        == "\(path): decoder there, expected the contrary by True in the name")
  }

  // MARK: - Notes

  @Test func whatWasNeverTrainedIsNoted() throws {
    let shared = try Autoencoder(
      contentsOf: AutoencoderCheckpoint(family: "saev", variant: "schema-4-shared").weights)
    let note =
      "every encoder direction is parallel to its decoder direction: tied weights, or an "
      + "initialisation that was never trained"
    #expect(shared.notes.contains(note))
    let trained = try Autoencoder(
      contentsOf: AutoencoderCheckpoint(family: "saev", variant: "schema-1").weights)
    #expect(!trained.notes.contains(note))
    let unset = try Autoencoder(
      contentsOf: AutoencoderCheckpoint(family: "dictionary_learning", variant: "AutoEncoderTopK")
        .weights)
    #expect(unset.notes.contains("threshold is -1.0: it was never set"))
  }

  @Test func layersFromTheEndAreNoted() throws {
    let autoencoder = try Autoencoder(
      contentsOf: AutoencoderCheckpoint(family: "fry", variant: "pt").weights)
    #expect(autoencoder.space == .residual)
    #expect(
      autoencoder.notes == [
        "layer -2: counted from the end, where -1 is the output of the last block"
      ])
  }

  @Test func transcodersAreNoted() throws {
    let autoencoder = try Autoencoder(
      contentsOf: AutoencoderCheckpoint(family: "saelens", variant: "skip-transcoder").checkpoint)
    #expect(autoencoder.space == .residual)
    #expect(autoencoder.decoderSpace == .unstated)
    #expect(
      autoencoder.notes == [
        "W_skip adds a linear map of the input: it is part of no direction",
        "no hook of the decoder is stated: the space of its directions is not known",
        "a transcoder: it writes into another space than it reads",
      ])
  }
}
