import Foundation
import Testing

@testable import Engine

@Suite struct LabelBankTests {
  /// The first of a group that has a direction stands for it; masked rows are zeros, in memory or not.
  @Test(arguments: [false, true])
  func duplicatesOfAFileAreMaskedByName(isStreamed: Bool) throws {
    let directory = try TemporaryDirectory()
    var rows = Matrix.random(rows: 6, columns: 4, seed: 3)
    rows[0, 1] = .nan
    var builder = SafetensorsBuilder()
    builder.add("rows", [6, 4], rows.elements.map(Double.init))
    let path = try directory.write("rows.safetensors", builder.file)
    let names = try directory.write("names.txt", "cat\nCat\ndog\ncat\n\ndog\n")
    let plain = try LabelBank(contentsOf: path, namesPath: names, isStreamed: isStreamed)
    #expect(plain.statuses == [.nonFinite, .usable, .usable, .usable, .blank, .usable])
    let bank = try LabelBank(
      contentsOf: path, namesPath: names, isStreamed: isStreamed, masksDuplicates: true)
    #expect(bank.statuses == [.nonFinite, .usable, .usable, .duplicate, .blank, .duplicate])
    #expect(bank.count(of: .duplicate) == 2 && bank.faults == ["2 labels masked"])
    #expect(bank.isStreamed == isStreamed)
    for id in 0..<6 {
      let row = (0..<4).map { bank.embeddings[id, $0] }
      #expect(
        row
          == (bank.statuses[id] == .usable
            ? (0..<4).map { plain.embeddings[id, $0] } : [0, 0, 0, 0]))
    }
    #expect(
      bank.warnings == [
        "1 label blank, kept in place and masked: line 5",
        "2 groups of labels that are equal, one of each used, the others masked: lines 1, 3, 4, 6",
        "1 group of labels that differ in letter case only, one of each used, the others masked: "
          + "lines 1, 2, 4",
      ])
    // A bank that was written so is read so, whether duplicates are to be masked or not.
    let file = directory.path + "/bank.safetensors"
    try bank.write(to: file)
    for masksDuplicates in [false, true] {
      let found = try LabelBank(
        contentsOf: file, isStreamed: isStreamed, masksDuplicates: masksDuplicates)
      #expect(found.statuses.filter { $0 == .duplicate }.count == 2)
      #expect(found.warnings == bank.warnings)
    }
    // A bank with all labels is masked as it is read, and says so.
    try plain.write(to: file)
    let masked = try LabelBank(contentsOf: file, isStreamed: isStreamed, masksDuplicates: true)
    #expect(masked.warnings == bank.warnings)
    #expect(masked.statuses[1...] == bank.statuses[1...])
  }

  private func bank(_ rows: Matrix, labels: [String]? = nil, blank: [Bool] = []) throws -> LabelBank
  {
    try LabelBank(
      source: "test", labels: labels ?? (0..<rows.rows).map { "label \($0)" }, embeddings: rows,
      blank: blank, logitScale: 27.5, provenance: ["key": "k"], warnings: ["one", "two"])
  }

  @Test(arguments: [1e-40, 1e-20, 1, 1e20, 1e38])
  func rowsOfAnyLengthBecomeUnitRows(scale: Double) throws {
    let rows = Matrix.random(rows: 20, columns: 24, seed: 1).doubleRows
      .map { $0.map { Double(Float($0 * scale)) } }
    let found = try bank(Matrix(rows)).embeddings.doubleRows
    for (row, x) in zip(found, rows) {
      // One rounding of each element.
      #expect(LensOracle.distance(row, LensOracle.unit(x)) <= 2 * 0x1p-24)
    }
  }

  @Test func unitRowsKeepTheirBits() throws {
    let once = try bank(Matrix.random(rows: 200, columns: 24, seed: 2)).embeddings
    #expect(try bank(once).embeddings == once)
  }

  @Test func aBankReadsBackAsItWasWritten() throws {
    let directory = try TemporaryDirectory()
    var rows = Matrix.random(rows: 5, columns: 24, seed: 3)
    for j in 0..<24 { rows[3, j] = 0 }
    let labels = ["a \"quoted\" \\ one", " ", "日本語 \u{202E}", "\u{2028}", "dup"]
    let written = try bank(rows, labels: labels, blank: [false, true, false, false, false])
    let path = directory.path + "/bank.safetensors"
    try written.write(to: path)
    let found = try LabelBank(contentsOf: path, source: "test")
    #expect(found == written)
    #expect(found.statuses == [.usable, .blank, .usable, .zeroLength, .usable])
  }

  @Test func aHeaderThatReadersWouldRefuseIsNotWritten() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/bank.safetensors"
    let bank = try bank(Matrix.random(rows: 2, columns: 3, seed: 1))
    try bank.write(to: path)
    let length = try Data(contentsOf: URL(filePath: path)).prefix(2)
    let bytes = Int(length[0]) + Int(length[1]) << 8
    try bank.write(to: path, headerLimit: bytes)
    try FileManager.default.removeItem(atPath: path)
    #expect(
      message { try bank.write(to: path, headerLimit: bytes - 1) }
        == "\(path): header with the labels: found \(bytes) bytes, expected at most \(bytes - 1), "
        + "which readers accept")
    #expect(try RunWriterTests.names(in: directory).isEmpty)
  }

  /// `["a\"b","\u0001"]` has 17 bytes; as a string it has two quotes and 7 backslashes more.
  @Test func labelsThatFitNoHeaderAreFoundBeforeTheyAreEncoded() throws {
    let labels = ["a\"b", "\u{1}"]
    let limit = 65_536 + 26
    try LabelBank.check(labels, fitHeaderOf: "bank", limit: limit)
    #expect(BankCache.warning(for: labels, limit: limit) == nil)
    let fault =
      "header with the labels: found \(limit) bytes, expected at most \(limit - 1), which readers "
      + "accept"
    #expect(
      message { try LabelBank.check(labels, fitHeaderOf: "bank", limit: limit - 1) }
        == "bank: \(fault)")
    #expect(
      BankCache.warning(for: labels, limit: limit - 1)
        == "not kept in the cache: label bank: \(fault)")
  }

  @Test func namesComeFromTheFileThatIsStated() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/bank.safetensors"
    try bank(Matrix.random(rows: 2, columns: 3, seed: 1)).write(to: path)
    let names = try directory.write("names.txt", "first\nsecond\n")
    #expect(try LabelBank(contentsOf: path, namesPath: names).labels == ["first", "second"])
    try directory.write("names.txt", "first\n")
    #expect(
      message { _ = try LabelBank(contentsOf: path, namesPath: names) }
        == "\(path): names of labels: found 1, expected 2, one for each embedding")
  }

  @Test func labelsAndRowsMustBeAsMany() {
    #expect(
      message { _ = try bank(Matrix(rows: 2, columns: 3), labels: ["a"]) }
        == "test: names of labels: found 1, expected 2, one for each embedding")
  }

  @Test func aBankWithoutUsableLabelsIsRefused() {
    let none = "test: labels: found none that is finite and has a length, expected at least 1"
    for rows in [
      Matrix(rows: 0, columns: 3), Matrix(rows: 2, columns: 3), Matrix(rows: 2, columns: 0),
      Matrix(rows: 1, columns: 1, elements: [.nan]),
    ] {
      #expect(message { _ = try bank(rows) } == none)
    }
  }

  @Test func theTensorMustBeTheOnlyOneOrNamed() throws {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    builder.add("x", [2, 1], [1, 2])
    builder.add("y", [1, 2], [3, 4])
    let path = try directory.write("two.safetensors", builder.file)
    #expect(
      message { _ = try LabelBank(contentsOf: path) }
        == "\(path): label embeddings: found x, y, expected one tensor of two dimensions, "
        + "or its name by --embeddings-key")
    let found = try LabelBank(contentsOf: path, key: "y")
    #expect(found.labels == ["label 0"] && found.embeddings.columns == 2)
    #expect(found.logitScale == nil)
  }

  @Test func templatesAreAveragedAsUnitRowsClassByClass() throws {
    let fixture = try ClipFixture("quick-gelu")
    let templates = [PromptTemplate.photo, .bare]
    let labels = LabelSet(labels: ["tench", " ", "castle"])
    let bank = try LabelBank.encoding(
      labels, templates: templates, model: fixture.model,
      tokenizer: TextTokenizer(.bytePairs(fixture.tokenizer)),
      source: "test", workers: 1)
    #expect(bank.statuses == [.usable, .blank, .usable])
    let tower = try fixture.model.textTower()
    for label in [0, 2] {
      let prompts = templates.map { $0.prompt(for: labels.labels[label]) }
      let ids = fixture.tokenizer.encode(prompts, contextLength: 40).map(\.ids)
      let rows = try tower.embed(ids, workers: 1).doubleRows
      let mean = LensOracle.unit(zip(rows[0], rows[1]).map { ($0 + $1) / 2 })
      // The mean and its unit row are each rounded once.
      let found = bank.embeddings.doubleRows[label]
      #expect(LensOracle.distance(found, mean) <= 4 * 0x1p-24)
    }
  }

  /// Rows of any length and type, some of which cannot be used.
  @Test(arguments: [DType.f32, .f16, .bf16, .f64], [1, 7, 2100])
  func aBankInAFileHasTheBitsOfABankInMemory(dtype: DType, count: Int) throws {
    let directory = try TemporaryDirectory()
    var values = Matrix.random(rows: count, columns: 24, seed: 5).elements.map(Double.init)
    if count > 5 {
      for j in 0..<24 { values[3 * 24 + j] = 0 }
      values[5 * 24] = .infinity
      for j in 0..<24 { values[24 + j] *= 0.01 }
    }
    var builder = SafetensorsBuilder()
    builder.add("rows", dtype, [count, 24], values)
    let path = try directory.write("rows.safetensors", builder.file)
    let names = try directory.write(
      "names.txt", (0..<count).map { $0 == 2 ? "\n" : "label \($0)\n" }.joined())
    let resident = try LabelBank(contentsOf: path, namesPath: names)
    let streamed = try LabelBank(contentsOf: path, namesPath: names, isStreamed: true)
    #expect(streamed.isStreamed && !resident.isStreamed)
    // Compared outside of the macro, which would print all elements.
    let areEqual = streamed == resident && streamed.embeddings == resident.embeddings
    #expect(areEqual)
    #expect(streamed.count(of: .usable) == (count > 5 ? count - 3 : count))
    try resident.write(to: directory.path + "/a")
    try streamed.write(to: directory.path + "/b")
    let files = try ["/a", "/b"].map { try Data(contentsOf: URL(filePath: directory.path + $0)) }
    #expect(files[0] == files[1])
    // Unit rows that were stored come back with the same bits.
    let again = try LabelBank(contentsOf: directory.path + "/a", isStreamed: true)
    let isKept = again.embeddings == resident.embeddings
    #expect(isKept)
  }

  @Test func truncatedPromptsAreCounted() throws {
    let fixture = try ClipFixture("quick-gelu")
    let long = String(repeating: "castle ", count: 60)
    let bank = try LabelBank.encoding(
      LabelSet(labels: [long + "a", long + "b"]), templates: [.bare], model: fixture.model,
      tokenizer: TextTokenizer(.bytePairs(fixture.tokenizer)), source: "test", workers: 1)
    #expect(bank.warnings == ["2 prompts truncated to 40 tokens"])
    #expect(bank.embeddings.row(0).elementsEqual(bank.embeddings.row(1)))
  }

  @Test(arguments: [1, 3])
  func encodingEndsWhenItIsToldTo(workers: Int) throws {
    let fixture = try ClipFixture("quick-gelu")
    let labels = (0..<2000).map { "label \($0)" }
    var askedCount = 0
    #expect(throws: Interruption(subject: "labels", state: "stopped")) {
      _ = try LabelBank.encoding(
        LabelSet(labels: labels), templates: [.bare], model: fixture.model,
        tokenizer: TextTokenizer(.bytePairs(fixture.tokenizer)), source: "test",
        workers: workers,
        checkpoint: { () throws in
          askedCount += 1
          if askedCount == 100 { throw Interruption(subject: "labels", state: "stopped") }
        })
    }
    #expect(askedCount == 100)
  }
}
