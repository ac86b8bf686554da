import Engine
import Foundation
import Testing

/// Scans against label embeddings in a file.
@Suite struct ScanEmbeddingsTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// Scans three features of the joint space, as JSON lines, against the rows and names.
  private func scan(_ rows: [[Float]], names: [String], _ arguments: String...) throws -> CommandRun
  {
    let sae = try place.write(
      "sae.safetensors", matrices: [("W_dec", Workplace.rows(3, width: 16))])
    let labels = try place.write("labels.safetensors", matrices: [("rows", rows)])
    try place.write("names.txt", names.map { $0 + "\n" }.joined())
    return try place.run(
      [
        "scan", "--sae", sae, "--keys", "W_dec=W_dec:N", "--map", "native", "--text-embeddings",
        labels, "--names", "names.txt", "--format", "jsonl",
      ] + arguments)
  }

  @Test func row49EveryEmbeddingNeedsAName() throws {
    let run = try scan(Workplace.rows(3, width: 16), names: ["cat", "dog"])
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: \(place.path)/labels.safetensors: names of labels: found 2, expected 3, one "
        + "for each embedding\n")
  }

  @Test func row49EmbeddingsMustHaveTheWidthOfTheDirections() throws {
    let run = try scan(Workplace.rows(2, width: 15), names: ["cat", "dog"])
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: \(place.path)/sae.safetensors: width of the directions: found 16, expected 15, "
        + "that of the label embeddings\n")
  }

  @Test func row51OneLabelIsScannedWithoutMarginAndEntropy() throws {
    let run = try scan(Workplace.rows(1, width: 16), names: ["cat"], "--top", "1")
    #expect(run.status == 0)
    #expect(
      run.messages
        == "warning: one usable label: its probability is 1, margin and entropy are undefined\n")
    let feature = try JSONValue(parsing: Data((run.lines.first ?? "").utf8))
    #expect(feature["top"]?.array?.first?["probability"]?.double == 1)
    #expect(feature["margin"] == .null)
    #expect(feature["entropy"] == .null)
  }

  @Test func row63LabelsThatAreNotFiniteAreMaskedOrRefused() throws {
    var rows = Workplace.rows(3, width: 16)
    rows[1][4] = .infinity
    let run = try scan(rows, names: ["cat", "dog", "tree"], "--top", "2")
    #expect(run.status == 0)
    #expect(run.messages == "warning: 1 labels masked: embeddings without length or not finite\n")
    #expect(run.lines.count == 3)
    #expect(!run.output.contains("dog"))
    let strict = try scan(rows, names: ["cat", "dog", "tree"], "--top", "2", "--strict")
    #expect(strict.status == 65)
    #expect(strict.output.isEmpty)
    #expect(
      strict.messages
        == "lensctl: \(place.path)/labels.safetensors: refused by --strict: 1 labels masked\n")
  }

  /// That it is held to is measured by `benchmarks/scaling.py`.
  @Test func memoryIsToldBeforehandAndThreadsAreFewerIfNeedBe() throws {
    let rows = Workplace.rows(3, width: 16)
    let names = ["cat", "dog", "tree"]
    let run = try scan(rows, names: names, "--threads", "2", "--max-memory", "1g")
    #expect(run.status == 0)
    #expect(
      run.preflight?.hasSuffix(" for 2 threads, 0.0 MiB for labels, limit 1.0 GiB, mapped 0.0 MiB")
        == true)
    #expect(try scan(rows, names: names, "--quiet").preflight == nil)
    let fewer = try scan(rows, names: names, "--threads", "64", "--max-memory", "300M")
    #expect(fewer.status == 0)
    #expect(fewer.output == run.output)
    #expect(fewer.preflight?.contains(" of 64 threads, ") == true)
    let none = try scan(rows, names: names, "--max-memory", "65536")
    #expect(none.status == 64)
    #expect(none.output.isEmpty)
    #expect(none.messages.hasPrefix("lensctl: --max-memory: found 0.0 MiB, expected at least "))
    #expect(none.messages.hasSuffix(" for one block on one thread\n"))
  }
}
