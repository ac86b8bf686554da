import Foundation
import Testing

@testable import Engine

/// Every family written as a SAELens directory, opened again, and compared with what it was made from.
@Suite struct SAELensConversionTests {
  /// What SAELens cannot say, by fixture.
  static let refused = [
    "attributing-clip/lightning": "it has no top 16 of any sign",
    "attributing-clip/parametrized": "the files do not say k",
    "attributing-clip/state-dict": "the files do not say k",
    "clipscope/square": "it has no top 12 of any sign",
    "clipscope/topk": "it has no top 16 of any sign",
    "msae/batchtopk": "it has no top 6 for each input of a batch on average then relu",
    "msae/soft-cap": "it has no soft cap of 1.5",
    "msae/tied-normalized": "it has no mean or scale of inputs before layer_norm",
    "openai/topk-identity": "it has no top 20 of any sign",
    "overcomplete/TopK-layer-norm": "it has no layer norm over features",
    "prisma/tanh-relu": "it has no tanh of relu",
    "prisma/transcoder": "it does not undo layer_norm behind a transcoder",
    "prisma/transcoder-skip": "it does not undo layer_norm behind a transcoder",
    "saev/schema-2-topk": "it has no top 20 of any sign",
    "sparsify/groupmax": "it has no greatest of each of 6 groups",
    "sparsify/skip-transcoder": "it has no transcoder by top 5 then relu with W_skip",
  ]

  /// What the files leave open.
  static let gap =
    "the files do not say the activation (a state dictionary of overcomplete has neither it nor k), "
    + "which --activation does"

  /// The families and variants whose mean and scale of inputs are folded.
  static let folded: Set<String> = [
    "msae/jumprelu", "msae/matryoshka", "msae/relu", "msae/topk", "saelens/scaled",
  ]

  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func request(_ path: String) -> ConversionRequest {
    ConversionRequest(path: path, out: directory.path + "/sae")
  }

  /// The request for a fixture, with the activation that its files leave open.
  private func request(_ fixture: AutoencoderCheckpoint) throws -> ConversionRequest {
    var request = request(fixture.checkpoint)
    request.form = .saelens
    let activation = try fixture.description()["activation"]
    let isOpen = try Autoencoder(contentsOf: fixture.checkpoint).encoding?.lacksActivationAlone
    if isOpen == true, activation?["name"] == "topk", let k = activation?["k"]?.integer {
      request.activation = .topK(k)
    }
    return request
  }

  @Test(arguments: AutoencoderCheckpoint.all)
  func whatIsWrittenIsReadBack(fixture: AutoencoderCheckpoint) throws {
    let name = fixture.testDescription
    let request = try request(fixture)
    if let reason = name == "overcomplete/BatchTopK" ? Self.gap : Self.refused[name] {
      #expect(
        message { _ = try Conversion(request) }
          == "\(fixture.checkpoint): cannot be written for SAELens: \(reason); "
          + "--to safetensors keeps the tensors as they are")
      return
    }
    try Conversion(request).write()
    let before = try Autoencoder(contentsOf: fixture.checkpoint)
    let after = try Autoencoder(contentsOf: request.out)
    #expect(after.family == "saelens" && after.encoding?.missing == [])
    #expect(after.hookName == before.hookName && after.outputHookName == before.outputHookName)
    #expect(after.modelName == before.modelName && after.layer == before.layer)
    #expect(after.isTranscoder == before.isTranscoder)
    #expect(after.skipConnection?.bytes == before.skipConnection?.bytes)
    if !Self.folded.contains(name) { try expectSame(before, after) }
    try expectEncodings(of: after, fixture)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names == ["sae"])
  }

  /// Where nothing is folded, every bit is the same.
  private func expectSame(_ before: Autoencoder, _ after: Autoencoder) throws {
    let all = 0..<before.featureCount
    #expect(after.encoder?.rows(all).bits == before.encoder?.rows(all).bits)
    #expect(after.decoder?.rows(all).bits == before.decoder?.rows(all).bits)
    let bias = before.decoderBias ?? [Float](repeating: 0, count: before.decoder?.width ?? 0)
    #expect(after.decoderBias?.bits == bias.bits)
    if before.encoding?.encoderBias != nil, !Self.folded.contains(before.path) {
      #expect(after.encoding?.encoderBias?.bits == before.encoding?.encoderBias?.bits)
    }
  }

  /// Activations are those of the fixture, as near as those of the original are.
  ///
  /// Folding rounds each weight once more, by 2^-24 of itself, so a value of d = 16 products by at most
  /// 17 · 2^-24, 1e-6, of the sum of their sizes, which is under ten times the largest value.
  private func expectEncodings(
    of autoencoder: Autoencoder, _ fixture: AutoencoderCheckpoint
  ) throws {
    let expected = try fixture.expected()
    let acts = try autoencoder.encode(try expected.tensor("inputs").matrix()).elements
    let wanted = try expected.tensor("acts").floats()
    let largest = wanted.reduce(0) { max($0, abs($1)) }
    #expect(acts.count == wanted.count)
    #expect(zip(acts, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
  }

  @Test func everyRefusalIsOfAFixture() {
    let names = Set(AutoencoderCheckpoint.all.map(\.testDescription))
    #expect(names.isSuperset(of: Self.refused.keys) && names.isSuperset(of: Self.folded))
  }

  @Test func theFolderOfCfgSaysWhereItIsFrom() throws {
    let fixture = try #require(
      AutoencoderCheckpoint.all.first { $0.testDescription == "fry/pt" })
    try Conversion(request(fixture.checkpoint)).write()
    let json = try JSONValue(contentsOf: directory.path + "/sae/cfg.json")
    #expect(
      json.object?.names == [
        "architecture", "d_in", "d_sae", "dtype", "device", "apply_b_dec_to_input",
        "normalize_activations", "reshape_activations", "metadata",
      ])
    let metadata = try #require(json["metadata"])
    #expect(metadata["sae_lens_version"] == "6.54.12")
    #expect(metadata["hook_name"] == "resid" && metadata["hook_layer"]?.integer != nil)
    #expect(metadata["model_name"] == "openai/clip-vit-large-patch14")
    #expect(metadata["converted_by"] == .string("lensctl \(Engine.version)"))
    let source = metadata["converted_from"]
    #expect(source?["family"] == "fry" && source?["architecture"] == "standard")
    let file = source?["files"]?.array?.first
    #expect(file?["name"]?.string == fixture.weights.split(separator: "/").last.map(String.init))
    #expect(file?["sha256"]?.string == (try FileDigest.sha256(contentsOf: fixture.weights)))
  }

  @Test func genericTensorsNeedTheirRulesStated() throws {
    let path = ClipFixture.fixtures + "/families/generic/pt"
    let expected = try TensorFile(contentsOf: path + "/expected.safetensors")
    let json = try JSONValue(contentsOf: path + "/expected.json")
    func stored(_ name: String) throws -> String {
      let text = try #require(json["read_from"]?[name]?["tensor"]?.string)
      return text.split(separator: "/").dropFirst().joined(separator: ".")
    }
    let file = try #require(
      try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoint").first)
    var request = request(path + "/checkpoint/" + file)
    request.keys = try TensorKeys(
      parsing: ["W_enc", "W_dec", "b_enc", "b_dec"].map { "\($0)=\(try stored($0))" }
        .joined(separator: ","))
    #expect(
      message { _ = try Conversion(request) }
        == "--keys: found no --activation beside it, expected relu, topk:K or jumprelu:TENSOR")
    request.activation = .relu
    #expect(
      message { _ = try Conversion(request) }
        == "--keys: found b_dec, expected --subtract-bias or --no-subtract-bias beside it, for inputs"
    )
    request.subtractsBias = true
    try Conversion(request).write()
    let acts = try Autoencoder(contentsOf: request.out).encode(
      try expected.tensor("inputs").matrix())
    let wanted = try expected.tensor("acts").floats()
    #expect(zip(acts.elements, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * 10 })
  }

  @Test(arguments: Conversion.Form.allCases)
  func row83InputsThatChangeEndTheConversion(form: Conversion.Form) throws {
    let fixture = try #require(AutoencoderCheckpoint.all.first { $0.family == "fry" })
    let path = directory.path + "/in.pt"
    try FileManager.default.copyItem(atPath: fixture.weights, toPath: path)
    var request = request(path)
    (request.form, request.family) = (form, form == .saelens ? .fry : nil)
    let conversion = try Conversion(request)
    try (Data(contentsOf: URL(filePath: path)) + Data("x".utf8)).write(
      to: URL(filePath: path), options: .atomic)
    let found = message { try conversion.write() }
    #expect(
      found == "\(path): has changed since it was opened, expected it to stay as it is")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["in.pt"])
  }

  @Test func aStatedActivationIsNotBelievedOverTheFiles() throws {
    let fixture = try #require(AutoencoderCheckpoint.all.first { $0.family == "fry" })
    var request = request(fixture.checkpoint)
    request.activation = .topK(3)
    let found = message { _ = try Conversion(request) }
    #expect(
      found == "--activation: found beside files that state theirs, or more is missing than that")
  }

  @Test(arguments: [
    ("relu", StatedActivation.relu), ("topk:7", .topK(7)),
    ("jumprelu:a:b", .jumpReLU(tensor: "a:b")),
  ])
  func activationsAreParsed(text: String, activation: StatedActivation) throws {
    #expect(try StatedActivation(parsing: text) == activation)
  }

  @Test(arguments: ["", "topk", "topk:0", "topk:-1", "topk:x", "relu:1", "jumprelu", "gelu"])
  func otherActivationsAreRefused(text: String) {
    #expect(
      message { _ = try StatedActivation(parsing: text) }
        == "--activation: found \(text), expected relu, topk:K or jumprelu:TENSOR")
  }
}

extension [Float] {
  /// The bits of the elements.
  fileprivate var bits: [UInt32] { map(\.bitPattern) }
}
