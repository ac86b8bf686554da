import Foundation
import Testing

@testable import Engine

/// Autoencoders saved by SAELens itself; `Fixtures/README.md` says how.
@Suite struct AutoencoderFixtureTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/sae").path(percentEncoded: false)

  /// Compares the directions with the canonical rows, NaN equal to NaN.
  private func expectKnownRows(_ autoencoder: Autoencoder, _ name: String) throws {
    let expected = try TensorFile(contentsOf: Self.directory + "/expected.safetensors")
    for (bank, part) in [(autoencoder.decoder, "W_dec"), (autoencoder.encoder, "W_enc")] {
      guard let tensor = expected.tensors["\(name)/\(part)"] else {
        #expect(bank == nil, "\(name) \(part)")
        continue
      }
      let rows = bank?.rows(0..<autoencoder.featureCount) ?? []
      #expect([autoencoder.featureCount, autoencoder.inputWidth] == tensor.shape)
      #expect(zip(rows, tensor.floats()).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
      #expect(rows.count == tensor.elementCount, "\(name) \(part)")
    }
    #expect(autoencoder.decoderBias == expected.tensors["\(name)/b_dec"]?.floats(), "\(name)")
  }

  @Test(arguments: [
    ("standard-new", "standard"), ("standard-old", "standard"), ("standard-older", "standard"),
    ("topk", "topk"), ("batchtopk", "batchtopk"), ("jumprelu", "jumprelu"), ("gated", "gated"),
    ("square", "standard"), ("scaled", "standard"), ("layer-norm", "standard"),
    ("masked", "standard"),
  ])
  func directoriesGiveTheRowsThatSAELensReads(name: String, architecture: String) throws {
    let autoencoder = try Autoencoder(contentsOf: Self.directory + "/" + name)
    #expect(autoencoder.architecture == architecture)
    #expect(autoencoder.space == .residual)
    #expect(autoencoder.modelName == "fixture-clip")
    try expectKnownRows(autoencoder, name)
  }

  @Test func genericFilesGiveTheirRows() throws {
    let keys = try TensorKeys(
      parsing: "W_dec=decoder.weight,W_enc=encoder.weight,b_enc=encoder.bias,b_dec=bias")
    let name = "generic.safetensors"
    try expectKnownRows(
      try Autoencoder(path: Self.directory + "/" + name, keys: keys), name)
  }

  @Test func aDecoderAloneGivesItsRows() throws {
    let name = "decoder-only.safetensors"
    let keys = try TensorKeys(parsing: "W_dec=W_dec")
    try expectKnownRows(
      try Autoencoder(path: Self.directory + "/" + name, keys: keys), name)
  }

  @Test func anAmbiguousSquareIsReadOnlyAsStated() throws {
    let path = Self.directory + "/square-ambiguous"
    let text = message { _ = try Autoencoder(contentsOf: path) } ?? ""
    #expect(
      text.hasPrefix(
        "\(path)/sae_weights.safetensors: W_dec: features of [32, 32] may be rows or columns: "))
    #expect(text.hasSuffix("; expected --orientation rows or columns"))
    try expectKnownRows(
      try Autoencoder(contentsOf: path, orientation: .rows), "square-ambiguous")
  }

  @Test(arguments: [
    (
      "mlp-hook/cfg.json",
      "hook \"blocks.3.mlp.hook_post\": the hidden layer of a perceptron, "
        + "expected the residual stream or the image embedding"
    ),
    (
      "transposed/sae_weights.safetensors",
      "W_dec: shape [32, 48], expected [48, 32]: the matrix is transposed; "
        + "--orientation says which way the features of W_dec run"
    ),
    (
      "mismatch/sae_weights.safetensors",
      "b_enc: shape [48], expected [64] by d_sae 64 of cfg.json"
    ),
  ])
  func contradictionsAreRefused(file: String, expected: String) throws {
    let path = Self.directory + "/" + file
    let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex))
    #expect(message { _ = try Autoencoder(contentsOf: folder) } == "\(path): \(expected)")
  }
}
