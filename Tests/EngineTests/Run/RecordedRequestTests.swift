import Foundation
import Testing

@testable import Engine

@Suite struct RecordedRequestTests {
  private static func requests() throws -> [ScanRequest] {
    let plain = ScanRequest(
      model: "org/model@main", autoencoder: "/sae", labels: .vocabulary("imagenet", templates: []),
      workers: 3)
    var full = ScanRequest(
      model: "m", autoencoder: "s.safetensors", direction: .shifted, map: .full,
      labels: .vocabulary(
        "/l.txt",
        templates: [try PromptTemplate("a {label}"), try PromptTemplate("the {label}, {label}")]),
      workers: 1)
    full.tokenizer = "/t"
    full.keys = "W_dec=w:T,b_dec=b"
    full.orientation = .columns
    full.alpha = -2.5
    full.masksDuplicates = true
    full.temperature = 0.01
    full.topCount = 7
    full.features = "1,3-5"
    full.isStrict = true
    let ready = ScanRequest(
      model: nil, autoencoder: "s", direction: .encoder, map: .native,
      labels: .embeddings("/e.npy", key: "array", namesPath: "/n.txt"), workers: 2)
    let bare = ScanRequest(
      model: nil, autoencoder: "s", labels: .embeddings("/e.npy", key: nil, namesPath: nil),
      workers: 2)
    return [plain, full, ready, bare]
  }

  @Test func aRecordedRequestIsRestoredAsItWas() throws {
    for request in try Self.requests() {
      let record = request.record
      let restored = try ScanRequest(recordedIn: record, path: "run")
      #expect(restored.record == record)
      #expect(restored.labels == request.labels)
      let written = try JSONValue(parsing: Data(record.serialized(indent: 2).utf8))
      let read = try ScanRequest(recordedIn: written, path: "run")
      #expect(read.record == record)
    }
  }

  @Test func pathsAreRecordedSoThatTheyHoldFromAnywhere() throws {
    let request = ScanRequest(
      model: "org/model", autoencoder: "sae/", labels: .vocabulary("l.txt", templates: []),
      workers: 1)
    let here = FileManager.default.currentDirectoryPath
    #expect(request.record["sae"]?.string == here + "/sae")
    #expect(request.record["labels"]?.string == here + "/l.txt")
    #expect(request.record["model"]?.string == "org/model")
  }

  @Test(arguments: ["sae", "top", "strict", "labels", "templates"])
  func everyOptionMustBeRecorded(name: String) throws {
    var record = try #require(try Self.requests()[1].record.object)
    record[name] = nil
    let incomplete = JSONValue.object(record)
    let error = #expect(throws: RunError.self) {
      _ = try ScanRequest(recordedIn: incomplete, path: "run")
    }
    #expect(error?.description == "run: run.json does not say options.\(name)")
  }
}
