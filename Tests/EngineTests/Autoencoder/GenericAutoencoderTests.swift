import Testing

@testable import Engine

@Suite struct GenericAutoencoderTests {
  let directory: TemporaryDirectory
  let sample = SampleAutoencoder(n: 13, d: 5)

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// PyTorch's layout: decoder.weight [d, n], encoder.weight [n, d].
  private func write(_ sample: SampleAutoencoder, dtype: DType = .f32) throws -> String {
    var builder = SafetensorsBuilder()
    let (n, d) = (sample.n, sample.d)
    builder.add("decoder.weight", dtype, [d, n], sample.transposed(sample.decoder))
    builder.add("encoder.weight", dtype, [n, d], sample.encoder)
    builder.add("encoder.bias", dtype, [n], [Double](repeating: 1, count: n))
    builder.add("bias", dtype, [d], [Double](repeating: 2, count: d))
    return try directory.write("ae.safetensors", builder.file)
  }

  private func open(
    _ path: String, _ keys: String, orientation: Orientation? = nil, expectedWidth: Int? = nil
  ) throws -> Autoencoder {
    try Autoencoder(
      contentsOf: path, keys: try TensorKeys(parsing: keys), orientation: orientation,
      expectedWidth: expectedWidth)
  }

  /// Each proof, and the words for it.
  static let proofs: [(keys: String, orientation: Orientation?, width: Int?, reason: String)] = [
    ("b_dec=bias", nil, nil, "bias of length 5"),
    ("b_enc=encoder.bias", nil, nil, "encoder.bias of length 13"),
    ("b_dec=bias,b_enc=encoder.bias", nil, nil, "bias of length 5 and encoder.bias of length 13"),
    ("", nil, 5, "the width 5 of the model"),
    ("", .columns, nil, "--orientation"),
    ("b_dec=bias", .columns, 13, "--orientation and bias of length 5"),
  ]

  @Test(arguments: proofs, [DType.f32, .f16, .bf16])
  func sizesThatDifferProveTheOrientation(
    _ proof: (keys: String, orientation: Orientation?, width: Int?, reason: String), dtype: DType
  ) throws {
    let keys = "W_dec=decoder.weight,W_enc=encoder.weight"
    let autoencoder = try open(
      try write(sample, dtype: dtype), proof.keys.isEmpty ? keys : keys + "," + proof.keys,
      orientation: proof.orientation, expectedWidth: proof.width)
    #expect(autoencoder.encoder?.rows(0..<13) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoder?.rows(0..<13) == sample.decoder.map { Float($0) })
    #expect(autoencoder.featureCount == 13)
    #expect(autoencoder.inputWidth == 5)
    #expect(
      autoencoder.evidence == [
        "decoder.weight [5, 13]: features are columns by \(proof.reason)",
        "encoder.weight [13, 5]: features are rows by the shape of decoder.weight",
      ])
  }

  @Test func aGenericFileStatesNothingElse() throws {
    let path = try write(sample)
    let autoencoder = try open(path, "W_dec=decoder.weight:T")
    #expect(autoencoder.family == "generic")
    #expect(autoencoder.architecture == "unknown")
    #expect(autoencoder.space == .unstated)
    #expect(autoencoder.hookName == nil)
    #expect(autoencoder.modelName == nil)
    #expect(autoencoder.encoder == nil)
    #expect(autoencoder.decoderBias == nil)
    #expect(autoencoder.sourcePaths == [path])
    #expect(
      autoencoder.notes == [
        "no configuration is read: the space of the directions is as the caller takes it"
      ])
    #expect(
      autoencoder.evidence == ["decoder.weight [5, 13]: features are columns by --keys"])
  }

  @Test func anEncoderAloneIsEnough() throws {
    let autoencoder = try open(try write(sample), "W_enc=encoder.weight,b_dec=bias")
    #expect(autoencoder.decoder == nil)
    #expect(autoencoder.encoder?.rows(0..<13) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoderBias == [2, 2, 2, 2, 2])
  }

  @Test func whatIsStatedOfTheEncoderProvesTheDecoder() throws {
    let autoencoder = try open(try write(sample), "W_dec=decoder.weight,W_enc=encoder.weight:N")
    #expect(autoencoder.decoder?.rows(0..<13) == sample.decoder.map { Float($0) })
    #expect(
      autoencoder.evidence.first
        == "decoder.weight [5, 13]: features are columns by --keys for encoder.weight [13, 5]")
  }

  @Test func aDecoderOfUnitDirectionsProvesItself() throws {
    let square = SampleAutoencoder(square: 24)
    var builder = SafetensorsBuilder()
    builder.add("W_dec", [15, 24], Array(square.decoder.prefix(15 * 24)))
    let path = try directory.write("d.safetensors", builder.file)
    let autoencoder = try open(path, "W_dec")
    #expect(autoencoder.featureCount == 15)
    #expect(autoencoder.inputWidth == 24)
    #expect(
      autoencoder.evidence.first?.hasPrefix(
        "W_dec [15, 24]: features are rows by lengths vary by 0.0 % over rows and ") == true)
  }

  @Test func aDirectoryStandsForItsWeights() throws {
    let path = try directory.writeSAELens(sample.saelens(), "not read")
    #expect(try open(path, "W_dec,b_dec").featureCount == 13)
    try directory.write("other/model.safetensors", sample.saelens().file)
    #expect(try open(directory.path + "/other", "W_dec,b_dec").featureCount == 13)
  }

  /// Keys, orientation, and the message that follows the path.
  static let faults: [(keys: String, orientation: Orientation?, expected: String)] = [
    (
      "W_dec=decoder.wight", nil,
      "no tensor decoder.wight; found decoder.weight, encoder.weight, encoder.bias, bias"
    ),
    ("W_dec=bias", nil, "bias: shape [5], expected [any, any]"),
    (
      "W_dec=decoder.weight,b_dec=square", nil, "square: shape [4, 4], expected [any]"
    ),
    (
      "W_dec=decoder.weight,b_dec=seven", nil,
      "seven: length 7, expected one of the sizes [5, 13] of decoder.weight"
    ),
    (
      "W_dec=decoder.weight,W_enc=square", nil,
      "square: shape [4, 4], expected [5, 13] as decoder.weight has, or its transpose"
    ),
    (
      "W_dec=decoder.weight:N,b_dec=bias", nil,
      "decoder.weight: features are rows by --keys, but columns by bias of length 5"
    ),
    (
      "W_dec=decoder.weight,b_enc=encoder.bias", .rows,
      "decoder.weight: features are rows by --orientation, "
        + "but columns by encoder.bias of length 13"
    ),
    (
      "W_dec=none", nil, "none: shape [0, 5], expected at least one feature of at least one element"
    ),
    (
      "W_dec=square", nil,
      "square: features of [4, 4] may be rows or columns: lengths vary by an unknown part over "
        + "rows and an unknown part over columns; expected --orientation rows or columns"
    ),
    ("W_dec=whole", nil, "whole: dtype I32, expected F64, F32, F16 or BF16"),
  ]

  @Test(arguments: faults)
  func whatContradictsOrProvesNothingIsRefused(
    _ fault: (keys: String, orientation: Orientation?, expected: String)
  ) throws {
    var builder = SafetensorsBuilder()
    builder.add("decoder.weight", [5, 13], sample.transposed(sample.decoder))
    builder.add("encoder.weight", [13, 5], sample.encoder)
    builder.add("encoder.bias", [13], [Double](repeating: 1, count: 13))
    builder.add("bias", [5], [Double](repeating: 1, count: 5))
    if !fault.keys.hasSuffix("wight") {
      builder.add("seven", [7], [Double](repeating: 1, count: 7))
      builder.add("square", [4, 4], [Double](repeating: 1, count: 16))
      builder.add("none", [0, 5], [])
      builder.add("whole", .i32, [2, 3], [Double](repeating: 1, count: 6))
    }
    let path = try directory.write("ae.safetensors", builder.file)
    let text = message { _ = try open(path, fault.keys, orientation: fault.orientation) }
    #expect(text == "\(path): \(fault.expected)")
  }
}

@Suite struct SquareGenericAutoencoderTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func open(
    _ builder: SafetensorsBuilder, _ keys: String, orientation: Orientation? = nil
  ) throws -> Autoencoder {
    let path = try directory.write("sae.safetensors", builder.file)
    return try Autoencoder(
      contentsOf: path, keys: try TensorKeys(parsing: keys), orientation: orientation,
      expectedWidth: 24)
  }

  @Test(arguments: [false, true], [false, true])
  func unitDecodersAndAlignedEncodersProveEveryLayout(encoder: Bool, decoder: Bool) throws {
    let sample = SampleAutoencoder(square: 24)
    let autoencoder = try open(
      sample.saelens(transposingEncoder: encoder, transposingDecoder: decoder),
      "W_dec,W_enc,b_dec,b_enc")
    #expect(autoencoder.encoder?.isTransposed == !encoder)
    #expect(autoencoder.decoder?.isTransposed == decoder)
    #expect(autoencoder.encoder?.rows(0..<24) == sample.encoder.map { Float($0) })
    #expect(autoencoder.decoder?.rows(0..<24) == sample.decoder.map { Float($0) })
  }

  @Test func aStatedEncoderAndCosinesProveTheDecoder() throws {
    let sample = SampleAutoencoder(square: 24, decoderLengths: true)
    for (isTransposed, keys) in [(false, "W_dec,W_enc=W_enc:T"), (true, "W_dec,W_enc=W_enc:N")] {
      let autoencoder = try open(sample.saelens(transposingEncoder: isTransposed), keys)
      #expect(autoencoder.decoder?.rows(0..<24) == sample.decoder.map { Float($0) })
      #expect(autoencoder.encoder?.rows(0..<24) == sample.encoder.map { Float($0) })
    }
  }

  @Test func lengthsThatScatterNeedAStatement() throws {
    let sample = SampleAutoencoder(square: 24, decoderLengths: true)
    let text = message { _ = try open(sample.saelens(), "W_dec,W_enc") } ?? ""
    #expect(
      text.hasPrefix(
        "\(directory.path)/sae.safetensors: W_dec: features of [24, 24] may be rows or columns: "
          + "lengths vary by "))
    #expect(text.hasSuffix(" over columns; expected --orientation rows or columns"))
    let stated = try open(sample.saelens(), "W_dec,W_enc", orientation: .rows)
    #expect(stated.decoder?.isTransposed == false)
    #expect(stated.encoder?.isTransposed == true)
  }

  @Test func anEncoderThatDoesNotPairNeedsAStatement() throws {
    var sample = SampleAutoencoder(square: 24)
    sample.encoder.reverse()
    let text = message { _ = try open(sample.saelens(), "W_dec,W_enc") } ?? ""
    #expect(
      text.hasPrefix(
        "\(directory.path)/sae.safetensors: W_enc: features of [24, 24] may be rows or columns: "
          + "mean cosine of W_enc and W_dec is "))
    #expect(text.hasSuffix("; expected :N (rows) or :T (columns) after its name in --keys"))
    #expect(try open(sample.saelens(), "W_dec,W_enc=W_enc:T").encoder?.isTransposed == true)
  }

  @Test func aStatementAgainstTheNumbersIsNoted() throws {
    let sample = SampleAutoencoder(square: 24)
    let autoencoder = try open(sample.saelens(), "W_dec=W_dec:T")
    #expect(autoencoder.decoder?.isTransposed == true)
    #expect(
      autoencoder.notes.last?.hasPrefix(
        "W_dec: features are columns by --keys, but lengths vary by 0.0 % over rows and ") == true)
  }
}
