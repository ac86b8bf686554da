import Engine
import Foundation
import Testing

/// Bare numbers of `Float` in files that MSAE names by their sizes, end to end.
@Suite struct MemmapTests {
  /// A name as MSAE gives it to embeddings: source, model, split, rows and columns.
  static let name = "cc3m_ViT-L~14_train_text_6_16.npy"
  static let rows = Workplace.rows(6, width: 16)
  let place: Workplace

  init() throws { place = try Workplace() }

  /// The numbers of rows as they lie in memory.
  private static func bytes(_ rows: [[Float]]) -> Data {
    var bytes = Data()
    for value in rows.joined() {
      bytes.append(
        contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) })
    }
    return bytes
  }

  @Test func inspectNamesTheContainerAndReadsTheNumbers() throws {
    try place.write(Self.name, Self.bytes([[Float](repeating: 0, count: 16)] + Self.rows[1...]))
    let run = try place.run("inspect", Self.name, "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("is\tNPY array"))
    #expect(run.lines.contains("container\traw float32"))
    #expect(
      run.lines.contains(
        "note\tas label embeddings: scan reads it by --text-embeddings, one label a row"))
    #expect(run.lines.last == "array\tF32\t[6, 16]\t-11\t11\t0\t1")
  }

  /// An autoencoder of MSAE, against the embeddings that MSAE keeps beside it.
  @Test(arguments: ["topk", "matryoshka", "tied-normalized"])
  func msaeIsReadAgainstItsOwnEmbeddings(variant: String) throws {
    let checkpoint = "\(Commands.fixtures)/families/msae/\(variant)/checkpoint"
    try place.write(Self.name, Self.bytes(Self.rows))
    try place.write("rows.safetensors", matrices: [("rows", Self.rows)])
    try place.write("names.txt", "cat\ndog\nleopard\nfire engine\ntree\ncastle\n")
    for (file, out) in [(Self.name, "raw"), ("rows.safetensors", "tensors")] {
      let run = try place.run(
        "scan", "--sae", checkpoint, "--map", "native", "--text-embeddings", file, "--names",
        "names.txt", "--out", out)
      #expect(run.status == 0, "\(run.messages)")
    }
    for name in ["features.safetensors", "labels.safetensors", "labels.txt"] {
      #expect(try place.contents("raw/\(name)") == place.contents("tensors/\(name)"), "\(name)")
    }
    let json = try JSONValue(contentsOf: place.path + "/raw/run.json")
    #expect(json["autoencoder"]?["family"] == "msae")
    #expect(json["counts"]?["read"] == 24)
    let inputs = (json["inputs"]?.array ?? []).filter { $0["role"] == "text_embeddings" }
    #expect(
      inputs.compactMap { $0["path"]?.string } == [
        URL(filePath: place.path + "/" + Self.name).standardizedFileURL.path(percentEncoded: false)
      ])
  }

  @Test func bareNumbersAreDirectionsToo() throws {
    try place.write("directions_6_16.npy", Self.bytes(Self.rows))
    try place.write("rows.safetensors", matrices: [("rows", Self.rows)])
    func scan(_ sae: String, _ keys: String) throws -> String {
      let run = try place.run(
        "scan", "--sae", sae, "--keys", keys, "--map", "native", "--text-embeddings",
        "rows.safetensors", "--format", "jsonl")
      #expect(run.status == 0, "\(run.messages)")
      return run.output
    }
    let raw = try scan("directions_6_16.npy", "W_dec=array:N")
    #expect(raw == (try scan("rows.safetensors", "W_dec=rows:N")))
    #expect(raw.split(separator: "\n").count == 6)
  }

  /// One byte too few, one too many, other sizes, and sizes whose product no `Int` holds.
  @Test(arguments: [
    ("x_6_16.npy", 383, "6 x 16 x 4"), ("x_6_16.npy", 385, "6 x 16 x 4"),
    ("x_7_16.npy", 384, "7 x 16 x 4"), ("x_16_6_16.npy", 0, "6 x 16 x 4"),
    ("x_9223372036854775807_9.npy", 384, "9223372036854775807 x 9 x 4"),
  ])
  func row44SizesMustBeThoseOfTheName(name: String, count: Int, product: String) throws {
    try place.write(name, Self.bytes(Self.rows + [[0]]).prefix(count))
    try place.write("rows.safetensors", matrices: [("rows", Self.rows)])
    let message =
      "lensctl: \(name): found \(count) bytes, expected \(product) by the name of the file\n"
    let runs = [
      try place.run("inspect", name),
      try place.run(
        "scan", "--sae", "rows.safetensors", "--keys", "W_dec=rows:N", "--map", "native",
        "--text-embeddings", name, "--out", "run"),
      try place.run(
        "scan", "--sae", name, "--keys", "W_dec=array:N", "--map", "native", "--text-embeddings",
        "rows.safetensors", "--out", "run"),
    ]
    for run in runs {
      #expect(run.status == 65)
      #expect(run.output.isEmpty)
      #expect(run.messages == message)
    }
    #expect(!place.has("run") && !place.has("run.partial"))
  }

  @Test func row44NamesWithoutSizesAreNoMeasure() throws {
    try place.write("embeddings.npy", Self.bytes(Self.rows))
    let run = try place.run("inspect", "embeddings.npy")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: embeddings.npy: not an NPY file\n")
  }
}
