import Foundation
import Testing

@testable import Engine

/// Runs by models of the other families.
@Suite struct FamilyRunTests {
  /// A request for decoder rows of the width given, against three labels.
  private func request(
    _ model: String, width: Int, _ map: LensMap?, in directory: TemporaryDirectory
  ) throws -> ScanRequest {
    let matrix = Matrix.random(rows: 7, columns: width, seed: 5)
    var builder = SafetensorsBuilder()
    builder.add("W_dec", [7, width], matrix.elements.map(Double.init))
    let autoencoder = try directory.write("sae.safetensors", builder.file)
    let labels = try directory.write("labels.txt", "tench\ndog\ncastle\n")
    var request = ScanRequest(
      model: model, autoencoder: autoencoder, map: map,
      labels: .vocabulary(labels, templates: []), workers: 2)
    request.keys = "W_dec=W_dec:N"
    return request
  }

  @Test func aSigmoidModelIsReadInTheJointSpaceAndItsBiasRecorded() throws {
    let directory = try TemporaryDirectory()
    let request = try request(FamilyFixture.directory("siglip"), width: 16, .native, in: directory)
    let path = directory.path + "/run"
    let json = try LensRun(request).write(to: path)
    #expect(json["model"]?["logit_bias"]?.double == -12.5)
    #expect(json["model"]?["family"]?.string == "Hugging Face SigLIP")
    #expect(json["logit_scale"]?["source"]?.string == "checkpoint")
    let run = try RunDirectory(contentsOf: path)
    let matches = try TextQuery(run).matches(for: "a castle", workers: 1).matches
    #expect(matches.count == 7)
  }

  @Test(arguments: [LensMap.full, .linear])
  func mapsThroughAHeadThatIsNotThereAreRefused(map: LensMap) throws {
    let directory = try TemporaryDirectory()
    let request = try request(FamilyFixture.directory("siglip2"), width: 16, map, in: directory)
    let error = #expect(throws: ModelError.self) { try LensRun(request) }
    #expect(error?.description.contains("image head: found SigLIP's attention pooling") == true)
  }

  /// A model that is named by its file is found again by the query.
  @Test func aModelOfOneFileIsMappedAndAskedAgain() throws {
    let directory = try TemporaryDirectory()
    let file = FamilyFixture.directory("openai") + "/model.safetensors"
    let request = try request(file, width: 64, .full, in: directory)
    let path = directory.path + "/run"
    let json = try LensRun(request).write(to: path)
    #expect(json["model"]?["family"]?.string == "OpenAI CLIP")
    #expect(json["model"]?["logit_bias"] == .null)
    let run = try RunDirectory(contentsOf: path)
    #expect(try TextQuery(run).matches(for: "dog", workers: 1).matches.count == 7)
    let whole = try self.request(
      FamilyFixture.directory("openai"), width: 64, .full, in: directory)
    _ = try LensRun(whole).write(to: directory.path + "/whole")
    let other = try RunDirectory(contentsOf: directory.path + "/whole")
    #expect(other.features.topCosines == run.features.topCosines)
  }
}
