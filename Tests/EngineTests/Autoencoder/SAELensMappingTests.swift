import Foundation
import Testing

@testable import Engine

/// What is folded into weights and biases, and in which type they are written.
@Suite struct SAELensMappingTests {
  private let sample = SampleAutoencoder(n: 7, d: 5)
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// An autoencoder of the sample, written in a type.
  private func autoencoder(
    _ dtype: DType = .f32, _ members: String..., vectors: [String] = ["b_enc"]
  ) throws -> Autoencoder {
    let stated = [#""architecture": "standard""#] + members
    let configuration = """
      {"d_in": 5, "d_sae": 7, \(stated.joined(separator: ", ")),
       "metadata": {"hook_name": "blocks.3.hook_resid_post"}}
      """
    let path = try directory.writeSAELens(
      sample.saelens(dtype: dtype, vectors: vectors), configuration)
    return try Autoencoder(contentsOf: path)
  }

  /// Writes a form, and opens it.
  private func reopened(_ form: SAELensForm) throws -> Autoencoder {
    let layout = SafetensorsLayout(
      form.weights.map { .init(name: $0.name, dtype: form.dtype, shape: $0.shape) })
    var bytes = layout.header
    for tensor in form.weights { try tensor.forEachPiece(as: form.dtype) { bytes += $0 } }
    var configuration = form.configuration
    configuration["metadata"] = ["hook_name": "blocks.3.hook_resid_post"]
    try directory.write("out/sae_weights.safetensors", bytes)
    try directory.write("out/cfg.json", JSONValue.object(configuration).serialized())
    return try Autoencoder(contentsOf: directory.path + "/out")
  }

  private static let steps: [[Encoding.InputStep]] = [
    [], [.scale(0.25)], [.scale(-1.7)], [.center(mean: [1, -2, 3, 0.5, 100], scale: 1)],
    [.center(mean: [1, -2, 3, 0.5, 0], scale: 0.3), .scale(3)],
    [.layerNorm(epsilon: 1e-5)], [.constantNorm], [.layerNorm(epsilon: 1e-5), .scale(2)],
  ]

  private static let biases: [[Float]?] = [nil, [0, 0.25, 0.5, 0.75, 1], [3, -1, 0, 0.5, 2]]

  private static let activations: [Encoding.Activation] = [
    .relu, .topK(.init(k: 3)), .topK(.init(k: 99)),
    .topK(.init(k: 2, isRectified: false, isByMagnitude: true)),
    .jumpReLU(threshold: [0, 1, 2, -1, 3, 0.5, 4], atThreshold: false),
    .jumpReLU(threshold: [0, 1, 2, -1, 3, 0.5, 4], atThreshold: true),
    .gated(
      .init(
        bias: [0, 1, -1, 2, -2, 0.5, 3], logScale: [0, 1, -1, 0.5, 0, 0.25, -2],
        magnitudeBias: [1, 0, -1, 0.5, 2, 3, -2])),
  ]

  /// Encodes by the definition before, and as SAELens after.
  ///
  /// Weights are below 2 in size and inputs below 100 after scaling by up to 2: sums of 5 products and
  /// biases stay below 4000, and each term is rounded by 2^-24 of itself at most three times, so values
  /// differ by less than 1e-3; gates multiply that by up to e.
  @Test(arguments: steps, biases)
  func foldingChangesNoActivation(steps: [Encoding.InputStep], bias: [Float]?) throws {
    let autoencoder = try autoencoder()
    let inputs = Matrix(rows: 3, columns: 5, elements: (0..<15).map { Float($0 * 7 % 11) - 4.3 })
    for activation in Self.activations {
      var encoding = Encoding(activation: activation)
      (encoding.inputSteps, encoding.inputBias) = (steps, bias)
      encoding.encoderBias = [0.5, -0.5, 1, 2, -1, 0, 0.25]
      var mapping = try SAELensMapping(autoencoder, encodingBy: encoding)
      let after = try reopened(try mapping.form()).encode(inputs)
      let before = try autoencoder.encode(inputs, with: encoding)
      #expect(zip(after.elements, before.elements).allSatisfy { abs($0 - $1) < 3e-3 })
    }
  }

  @Test func theMeanAndTheScaleGoWithTheBias() throws {
    let autoencoder = try autoencoder()
    var encoding = Encoding(activation: .relu)
    encoding.inputBias = autoencoder.decoderBias
    encoding.inputSteps = [.center(mean: [1, 2, 3, 4, 5], scale: 0.5)]
    var mapping = try SAELensMapping(autoencoder, encodingBy: encoding)
    let form = try mapping.form()
    #expect(form.notes == ["the mean and scale of inputs are folded into W_enc, W_dec and b_dec"])
    let after = try reopened(form)
    // b_dec is 0, 0.25, ... 1: b / s + m.
    #expect(after.decoderBias == [1, 2.5, 4, 5.5, 7])
    #expect(after.encoding?.inputBias == after.decoderBias)
    #expect(after.encoder?.rows(0..<7) == sample.encoder.map { Float($0 / 2) })
    #expect(after.decoder?.rows(0..<7) == sample.decoder.map { Float($0 * 2) })
  }

  @Test(arguments: [DType.f16, .bf16])
  func sixteenBitTypesAreKeptWhole(dtype: DType) throws {
    let autoencoder = try autoencoder(dtype)
    var mapping = try SAELensMapping(autoencoder, encodingBy: nil)
    let form = try mapping.form()
    #expect(form.dtype == dtype && form.notes == [])
    #expect(form.configuration["dtype"]?.string == (dtype == .f16 ? "float16" : "bfloat16"))
    let after = try reopened(form)
    #expect(after.encoder?.tensor.bytes == autoencoder.encoder?.tensor.bytes)
    #expect(after.decoder?.tensor.bytes == autoencoder.decoder?.tensor.bytes)
    #expect(after.encoding == autoencoder.encoding)
  }

  @Test(arguments: [DType.f16, .bf16])
  func oneNumberThatNeedsMoreMakesAllOfThemF32(dtype: DType) throws {
    let autoencoder = try autoencoder(dtype)
    var encoding = try #require(autoencoder.encoding)
    encoding.encoderBias = [0.1, 0, 0, 0, 0, 0, 0]
    var mapping = try SAELensMapping(autoencoder, encodingBy: encoding)
    let form = try mapping.form()
    #expect(form.dtype == .f32)
    #expect(form.notes == ["\(dtype.rawValue) is written as F32, which other numbers here need"])
    let after = try reopened(form)
    #expect(after.encoding?.encoderBias == encoding.encoderBias)
    #expect(after.encoder?.rows(0..<7) == autoencoder.encoder?.rows(0..<7))
  }

  @Test func doublesAreRoundedAndThatIsSaid() throws {
    var mapping = try SAELensMapping(try autoencoder(.f64), encodingBy: nil)
    let form = try mapping.form()
    #expect(form.dtype == .f32 && form.notes == ["F64 is rounded to F32"])
    #expect(try reopened(form).encoder?.rows(0..<7) == sample.encoder.map { Float($0) })
  }

  @Test func notANumberAndMinusZeroKeepTheirBits() throws {
    let elements = [Float(bitPattern: 0x7FA0_1234), -0.0, .infinity, .leastNonzeroMagnitude]
    for dtype in [DType.f32, .bf16] {
      let weights = SAELensForm.Weights(name: "x", source: .vector(elements))
      var bytes = Data()
      try weights.forEachPiece(as: dtype) { bytes += $0 }
      #expect(
        bytes.prefix(4)
          == (dtype == .f32 ? Data([0x34, 0x12, 0xA0, 0x7F]) : Data([0xA0, 0x7F, 0, 0x80])))
    }
    #expect(!elements.isExact(in: .f16) && !elements.isExact(in: .bf16))
    #expect([Float.nan, -0, .infinity, 0.5].isExact(in: .f16))
    #expect(![Float(65_536)].isExact(in: .f16) && [Float(65_536)].isExact(in: .bf16))
  }

  private static let refusals: [(what: String, change: @Sendable (inout Encoding) -> Void)] = [
    (
      "it has no scale of inputs beside values times decoder lengths",
      {
        $0.scalesByDecoderNorm = true
        $0.inputSteps = [.scale(2)]
        $0.activation = .topK(.init(k: 2))
      }
    ),
    ("it has no relu of values times decoder lengths", { $0.scalesByDecoderNorm = true }),
    (
      "it has no layer norm with an epsilon of 1e-06",
      {
        $0.inputSteps = [.layerNorm(epsilon: 1e-6)]
      }
    ),
    (
      "it has no mean or scale of inputs before constant_norm_rescale",
      {
        $0.inputSteps = [.layerNorm(epsilon: 1e-5), .constantNorm]
      }
    ),
    (
      "it has no top 2 by magnitude then relu",
      {
        $0.activation = .topK(.init(k: 2, isByMagnitude: true))
      }
    ),
    ("inputs times 0.0", { $0.inputSteps = [.scale(0)] }),
    ("b_dec beyond the range of F32", { $0.inputSteps = [.scale(1e-39)] }),
    (
      "W_dec beyond the range of F32",
      {
        $0.inputSteps = [.scale(4e-39)]
        $0.inputBias = nil
      }
    ),
    ("the files do not say x, y", { $0.missing = ["x", "y"] }),
    ("the files do not say the activation", { $0.activation = nil }),
  ]

  @Test(arguments: refusals.indices)
  func whatSAELensCannotSayIsRefused(index: Int) throws {
    let autoencoder = try autoencoder()
    var encoding = Encoding(activation: .relu)
    Self.refusals[index].change(&encoding)
    let found = message {
      var mapping = try SAELensMapping(autoencoder, encodingBy: encoding)
      _ = try mapping.form()
    }
    #expect(
      found == "\(autoencoder.path): cannot be written for SAELens: \(Self.refusals[index].what); "
        + "--to safetensors keeps the tensors as they are")
  }
}
