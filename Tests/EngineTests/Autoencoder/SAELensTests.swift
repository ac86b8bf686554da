import Testing

@testable import Engine

@Suite struct SAELensTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// The vectors of length n of each architecture.
  static let vectors: [(architecture: String, vectors: [String])] = [
    ("standard", ["b_enc"]), ("topk", ["b_enc"]), ("batchtopk", ["b_enc"]),
    ("matryoshka_batchtopk", ["b_enc"]), ("jumprelu", ["b_enc", "threshold"]),
    ("gated", ["b_gate", "r_mag", "b_mag"]),
  ]

  @Test(arguments: vectors, [DType.f32, .f16, .bf16])
  func everyArchitectureGivesTheKnownRows(
    _ kind: (architecture: String, vectors: [String]), dtype: DType
  ) throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let path = try directory.writeSAELens(
      sample.saelens(dtype: dtype, vectors: kind.vectors),
      sample.configuration(#""architecture": "\#(kind.architecture)""#))
    let autoencoder = try Autoencoder(directory: path)
    #expect(autoencoder.architecture == kind.architecture)
    #expect(autoencoder.family == "saelens")
    #expect(autoencoder.featureCount == 13)
    #expect(autoencoder.inputWidth == 5)
    #expect(autoencoder.encoder?.rows(0..<13) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoder?.rows(0..<13) == sample.decoder.map { Float($0) })
    #expect(autoencoder.decoderBias == [0, 0.25, 0.5, 0.75, 1])
    #expect(autoencoder.space == .residual)
    #expect(autoencoder.hookName == "blocks.3.hook_resid_post")
    #expect(autoencoder.modelName == "clip")
    #expect(autoencoder.notes == [])
    #expect(
      autoencoder.evidence == [
        "W_dec [13, 5]: features are rows by d_sae 13 and d_in 5 of cfg.json",
        "W_enc [5, 13]: features are columns by d_sae 13 and d_in 5 of cfg.json",
      ])
    #expect(
      autoencoder.sourcePaths == [path + "/cfg.json", path + "/sae_weights.safetensors"])
  }

  @Test func theWeightsInADirectoryStandForTheDirectory() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let path = try directory.writeSAELens(sample.saelens(), sample.configuration())
    for given in [path, path + "/", path + "/sae_weights.safetensors"] {
      let autoencoder = try Autoencoder(contentsOf: given)
      #expect(autoencoder.family == "saelens")
      #expect(
        autoencoder.sourcePaths == [path + "/cfg.json", path + "/sae_weights.safetensors"])
    }
  }

  @Test func missingFilesAreMissingInput() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let weights = try directory.write("sae/sae_weights.safetensors", sample.saelens().file)
    let path = directory.path + "/sae"
    let error = #expect(throws: CheckpointError.self) { try Autoencoder(contentsOf: path) }
    #expect(error?.description == "\(path)/cfg.json: no such file or directory")
    #expect(error?.kind == .missingInput)
    #expect(
      message { _ = try Autoencoder(contentsOf: weights) }
        == "\(weights): of no family that is known here, expected --keys W_dec=NAME,... with some of its "
        + "tensors: W_dec [13, 5], W_enc [5, 13], b_dec [5], b_enc [13]")
  }

  @Test func missingTensorsAreNamedWithTheNearest() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let path = try directory.writeSAELens(
      sample.saelens(vectors: ["b_enc", "log_threshold"]),
      sample.configuration(#""architecture": "jumprelu""#))
    #expect(
      message { _ = try Autoencoder(directory: path) }
        == "\(path)/sae_weights.safetensors: no tensor threshold; "
        + "found log_threshold, W_dec, W_enc, b_dec, b_enc")
  }

  @Test func sizesThatDisagreeWithTheConfigurationAreRefused() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let weights = "sae/sae_weights.safetensors"
    try directory.writeSAELens(sample.saelens(), #"{"d_in": 5, "d_sae": 14}"#)
    #expect(
      message { _ = try Autoencoder(directory: directory.path + "/sae") }
        == "\(directory.path)/\(weights): b_enc: shape [13], expected [14] by d_sae 14 of cfg.json")
    try directory.writeSAELens(sample.saelens(), #"{"d_in": 6, "d_sae": 13}"#)
    #expect(
      message { _ = try Autoencoder(directory: directory.path + "/sae") }
        == "\(directory.path)/\(weights): b_dec: shape [5], expected [6] by d_in 6 of cfg.json")
    var mixed = SafetensorsBuilder()
    mixed.add("W_dec", [12, 5], [Double](repeating: 1, count: 60))
    mixed.add("W_enc", [5, 13], [Double](repeating: 1, count: 65))
    mixed.add("b_dec", [5], [Double](repeating: 1, count: 5))
    mixed.add("b_enc", [13], [Double](repeating: 1, count: 13))
    try directory.writeSAELens(mixed, #"{"d_in": 5, "d_sae": 13}"#)
    #expect(
      message { _ = try Autoencoder(directory: directory.path + "/sae") }
        == "\(directory.path)/\(weights): W_dec: shape [12, 5], expected [13, 5] by "
        + "d_sae 13 and d_in 5 of cfg.json")
  }

  @Test func weightsThatAreNotRealNumbersAreRefused() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let path = try directory.writeSAELens(sample.saelens(dtype: .i8), sample.configuration())
    #expect(
      message { _ = try Autoencoder(directory: path) }
        == "\(path)/sae_weights.safetensors: b_enc: dtype I8, expected F64, F32, F16 or BF16")
  }

  @Test func transposedMatricesAreRefusedUnlessStated() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let path = try directory.writeSAELens(
      sample.saelens(transposingEncoder: true, transposingDecoder: true), sample.configuration())
    #expect(
      message { _ = try Autoencoder(directory: path) }
        == "\(path)/sae_weights.safetensors: W_dec: shape [5, 13], expected [13, 5]: the matrix is "
        + "transposed; --orientation says which way the features of W_dec run")
    let autoencoder = try Autoencoder(contentsOf: path, orientation: .columns)
    #expect(autoencoder.encoder?.rows(0..<13) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoder?.rows(0..<13) == sample.decoder.map { Float($0) })
    #expect(
      message { _ = try Autoencoder(directory: path, orientation: .rows) }
        == "\(path)/sae_weights.safetensors: W_dec: shape [5, 13], expected [13, 5]: the matrix is "
        + "transposed; --orientation says which way the features of W_dec run")
  }

  @Test func otherTensorsAreNoted() throws {
    let sample = SampleAutoencoder(n: 13, d: 5)
    let path = try directory.writeSAELens(
      sample.saelens(vectors: ["b_enc", "scaling_factor", "mystery", "b_enc\u{1B}"]),
      sample.configuration())
    #expect(
      try Autoencoder(directory: path).notes == [
        "scaling_factor scales activations: directions are unchanged",
        "tensors that are not used: b_enc\\u{1b} [13], mystery [13]",
      ])
  }

  @Test func aBiasThatIsNotFiniteIsNoted() throws {
    let sample = SampleAutoencoder(n: 3, d: 2)
    var weights = SafetensorsBuilder()
    weights.add("W_enc", [2, 3], sample.transposed(sample.encoder))
    weights.add("W_dec", [3, 2], sample.decoder)
    weights.add("b_dec", [2], [.nan, 1])
    weights.add("b_enc", [3], [0, 0, 0])
    let path = try directory.writeSAELens(weights, sample.configuration())
    #expect(
      try Autoencoder(directory: path).notes == ["b_dec has 1 elements that are not finite"])
  }
}

@Suite struct SquareSAELensTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func write(
    _ sample: SampleAutoencoder, transposingEncoder: Bool = false, transposingDecoder: Bool = false
  ) throws -> String {
    try directory.writeSAELens(
      sample.saelens(
        transposingEncoder: transposingEncoder, transposingDecoder: transposingDecoder),
      sample.configuration())
  }

  @Test func unitRowsBearTheLayoutOut() throws {
    let sample = SampleAutoencoder(square: 24)
    let autoencoder = try Autoencoder(directory: try write(sample))
    #expect(autoencoder.encoder?.rows(0..<24) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoder?.rows(0..<24) == sample.decoder.map { Float($0) })
    let evidence = autoencoder.evidence.first ?? ""
    #expect(
      evidence.hasPrefix(
        "W_dec [24, 24]: features are rows by the layout of SAELens, borne out: "
          + "W_dec lengths vary by 0.0 % over rows and "))
    #expect(evidence.contains("mean cosine of W_enc and W_dec is "))
  }

  @Test func cosinesWithTheEncoderBearTheLayoutOut() throws {
    let sample = SampleAutoencoder(square: 24, decoderLengths: true)
    let autoencoder = try Autoencoder(directory: try write(sample))
    #expect(autoencoder.encoder?.rows(0..<24) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoder?.rows(0..<24) == sample.decoder.map { Float($0) })
  }

  @Test(arguments: [(true, true, "W_dec"), (false, true, "W_dec"), (true, false, "W_enc")])
  func numbersAgainstTheLayoutAreRefused(
    _ transposed: (encoder: Bool, decoder: Bool, blamed: String)
  ) throws {
    let sample = SampleAutoencoder(square: 24)
    let path = try write(
      sample, transposingEncoder: transposed.encoder, transposingDecoder: transposed.decoder)
    let text = message { _ = try Autoencoder(directory: path) } ?? ""
    #expect(
      text.hasPrefix(
        "\(path)/sae_weights.safetensors: \(transposed.blamed): appears to be transposed: "
          + "W_dec lengths vary by "))
    #expect(
      text.hasSuffix(
        "; expected --orientation rows or columns to say which way the features of W_dec run"))
    let stated = try Autoencoder(
      directory: path, orientation: transposed.decoder ? .columns : .rows)
    #expect(stated.encoder?.rows(0..<24) == sample.encoder.map { Float($0) })
    #expect(stated.decoder?.rows(0..<24) == sample.decoder.map { Float($0) })
  }

  @Test func numbersThatProveNothingAreRefusedUnlessStated() throws {
    var sample = SampleAutoencoder(square: 24, decoderLengths: true)
    sample.encoder.reverse()
    let path = try write(sample)
    let error = #expect(throws: AutoencoderError.self) { try Autoencoder(directory: path) }
    #expect(error?.kind == .badData)
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix(
        "\(path)/sae_weights.safetensors: W_dec: features of [24, 24] may be rows or columns: "))
    #expect(text.hasSuffix("; expected --orientation rows or columns"))
    let stated = try Autoencoder(directory: path, orientation: .rows)
    #expect(stated.encoder?.rows(0..<24) == sample.encoder.map { Float($0) })
    #expect(stated.decoder?.rows(0..<24) == sample.decoder.map { Float($0) })
    #expect(
      stated.evidence == [
        "W_dec [24, 24]: features are rows by --orientation rows",
        "W_enc [24, 24]: features are columns by the layout of SAELens beside that",
      ])
  }

  @Test func aStatementAgainstTheNumbersIsToldInTheEvidence() throws {
    let autoencoder = try Autoencoder(
      directory: try write(SampleAutoencoder(square: 24)), orientation: .columns)
    #expect(
      autoencoder.evidence.first?.hasPrefix(
        "W_dec [24, 24]: features are columns by --orientation columns, though lengths vary by "
          + "0.0 % over rows and ") == true)
  }
}
