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
    request.memoryLimit = 1 << 30
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

  /// Directions and labels are both the embeddings that transformers computes, so that the cosines
  /// are those of two texts.
  ///
  /// A cosine of 16 terms is within 16·2^-24 + 2·2^-24 of that of the stored rows (gemm and the rows'
  /// own rounding), which σ' = σ(1 - σ) turns into s times that relative to the score; s is 110.
  @Test(arguments: ["siglip", "siglip2"])
  func sigmoidScoresAreThoseOfTheOracle(name: String) throws {
    let directory = try TemporaryDirectory()
    let fixture = try FamilyFixture(name)
    let embeddings = fixture.directory + "/expected.safetensors"
    var request = ScanRequest(
      model: fixture.directory, autoencoder: embeddings, map: .native,
      labels: .embeddings(embeddings, key: nil, namesPath: nil), workers: 1)
    request.memoryLimit = 1 << 30
    request.keys = "W_dec=text_embeddings:N"
    request.topCount = 12
    // The model's own scores do not depend on what the probabilities are computed with.
    request.temperature = 1
    let run = try LensRun(request)
    let scale = try #require(fixture.expected["logit_scale"]?.double)
    let bias = try #require(fixture.expected["logit_bias"]?.double)
    #expect(abs((run.sigmoid?.scale ?? 0) / scale - 1) < 1e-6)
    #expect(run.sigmoid?.bias == bias)
    let rows = try fixture.rows("text_embeddings")
    let sink = JSONLines(labels: run.labels.labels, sigmoid: run.sigmoid)
    var count = 0
    try run.forEachBlock { block in
      for row in 0..<block.rows {
        let object = sink.object(for: block, row: row)
        for entry in (object["top"]?.array ?? []) + (object["bottom"]?.array ?? []) {
          let label = rows[entry["label_id"]?.integer ?? 0]
          let dot = zip(rows[row], label).reduce(0) { $0 + $1.0 * $1.1 }
          let norms = [rows[row], label].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
          let exact = 1 / (1 + exp(-(scale * dot / (norms[0] * norms[1]) + bias)))
          let score = try #require(entry["sigmoid"]?.double)
          #expect(abs(score / exact - 1) < scale * 18 / 0x1p24 + 1e-6, "\(row) \(entry)")
          count += 1
        }
      }
    }
    #expect(count == 12 * 24)
    let json = try run.write(to: directory.path + "/run")
    #expect(json["sigmoid"]?["bias"]?.double == bias)
    #expect(try RunDirectory(contentsOf: directory.path + "/run").sigmoid == run.sigmoid)
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
