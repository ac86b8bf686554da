import Foundation
import Testing

@testable import Engine

/// A checkpoint of a family, and what the family's own code makes of it; `Fixtures/README.md` says
/// how they were made.
struct AutoencoderCheckpoint: CustomTestStringConvertible, Sendable {
  /// The family.
  let family: String
  /// The fixture among those of the family.
  let variant: String

  var testDescription: String { "\(family)/\(variant)" }

  private static let root = ClipFixture.fixtures + "/families"

  /// All of them but `generic`, which is of no family.
  static let all: [AutoencoderCheckpoint] = names(in: root).filter { $0 != "generic" }.flatMap {
    family in
    names(in: root + "/" + family).map { AutoencoderCheckpoint(family: family, variant: $0) }
  }

  private static func names(in directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
  }

  private var directory: String { "\(Self.root)/\(family)/\(variant)" }

  /// The directory of the checkpoint.
  var checkpoint: String { directory + "/checkpoint" }

  /// The file of weights in it.
  var weights: String {
    let names = Self.names(in: checkpoint).filter { !$0.hasSuffix(".json") }
    return checkpoint + "/" + (names.first ?? "")
  }

  /// What it is.
  func description() throws -> JSONValue { try JSONValue(contentsOf: directory + "/expected.json") }

  /// The canonical tensors, inputs and activations.
  func expected() throws -> TensorFile {
    try TensorFile(contentsOf: directory + "/expected.safetensors")
  }

  /// The autoencoder, how it encodes (from the fixture where the files leave it open), and inputs.
  func encodingParts() throws -> (Autoencoder, Encoding, Matrix) {
    let expected = try expected()
    let autoencoder = try Autoencoder(contentsOf: checkpoint)
    var encoding = try #require(autoencoder.encoding)
    if encoding.activation == nil {
      encoding.activation = Encoding.Activation(
        try description()["activation"] ?? .null, tensors: expected)
      encoding.missing = []
    }
    return (autoencoder, encoding, try expected.tensor("inputs").matrix())
  }
}

extension Encoding.Activation {
  /// The activation that a fixture describes.
  init?(_ json: JSONValue, tensors: TensorFile) {
    switch json["name"]?.string {
    case "relu": self = .relu
    case "tanh_relu": self = .tanhReLU
    case "groupmax": self = .groupMax(groups: json["k"]?.integer ?? 0)
    case "topk":
      self = .topK(
        Encoding.TopK(
          k: json["k"]?.integer ?? 0, isRectified: json["relu"]?.bool ?? true,
          isByMagnitude: json["by_magnitude"]?.bool ?? false,
          isOverBatch: json["over_batch"]?.bool ?? false))
    case "jumprelu":
      self = .jumpReLU(
        threshold: tensors.tensors["threshold"]?.floats() ?? [],
        atThreshold: json["at_threshold"]?.bool ?? false)
    case "gated":
      func vector(_ name: String) -> [Float] { tensors.tensors[name]?.floats() ?? [] }
      self = .gated(
        Encoding.Gate(
          bias: vector("b_gate"), logScale: vector("r_mag"), magnitudeBias: vector("b_mag")))
    default: return nil
    }
  }
}
