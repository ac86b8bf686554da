import Engine
import Foundation
import Testing

/// A scan of a file that fits several families, from start to end.
@Suite struct ScanFamilyTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// Embeddings of six labels of width 16, that of the fixtures.
  private func scan(_ sae: String, _ arguments: String...) throws -> CommandRun {
    let labels = try place.write(
      "labels.safetensors", matrices: [("rows", Workplace.rows(6, width: 16))])
    return try place.run(
      ["scan", "--sae", sae, "--text-embeddings", labels, "--map", "native", "--out", "run"]
        + arguments)
  }

  @Test func theNamedFamilyIsRecorded() throws {
    let original = "\(Commands.fixtures)/families/prisma/standard-relu/checkpoint/weights.pt"
    let bare = place.path + "/bare.pt"
    try FileManager.default.copyItem(atPath: original, toPath: bare)
    let refused = try scan(bare)
    #expect(refused.status == 65)
    #expect(!place.has("run"))
    let run = try scan(bare, "--family", "fry")
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(contentsOf: place.path + "/run/run.json")
    #expect(json["options"]?["family"] == "fry")
    #expect(json["autoencoder"]?["family"] == "fry")
    #expect(json["autoencoder"]?["family_evidence"] == "its tensors alone")
    #expect(json["counts"]?["read"]?.integer == 32)
  }

  @Test func computedDirectionsAreScanned() throws {
    let sae = "\(Commands.fixtures)/families/overcomplete/RA-TopK/checkpoint"
    let run = try scan(sae, "--direction", "decoder")
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(contentsOf: place.path + "/run/run.json")
    #expect(json["autoencoder"]?["family"] == "overcomplete")
    let environment = try JSONValue(contentsOf: place.path + "/run/environment.json")
    #expect(environment["environment"]?["memory"]?["mapped_bytes"]?.integer == 4 * 6 * 16)
  }
}
