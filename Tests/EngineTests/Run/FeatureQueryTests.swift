import Foundation
import Testing

@testable import Engine

@Suite struct FeatureQueryTests {
  /// Compares with loops in `Double` over unit rows.
  ///
  /// A cosine of 16 terms of unit rows, each rounded once, is within (16 + 2)·2^-24 of the exact one.
  @Test(arguments: [1, 2])
  func answersAreThoseOfLoops(workers: Int) throws {
    let directory = try TemporaryDirectory()
    let matrix = Matrix.random(rows: 1100, columns: 16, seed: 5)
    let names = (0..<29).map { "label \($0)" }
    let texts = Matrix.random(rows: names.count, columns: 16, seed: 6)
    var builder = SafetensorsBuilder()
    builder.add("W_dec", [1100, 16], matrix.elements.map(Double.init))
    var bank = SafetensorsBuilder()
    bank.add("embeddings", [names.count, 16], texts.elements.map(Double.init))
    let list = try directory.write("labels.txt", names.map { $0 + "\n" }.joined())
    var request = ScanRequest(
      model: nil, autoencoder: try directory.write("sae.safetensors", builder.file), map: .native,
      labels: .embeddings(
        try directory.write("bank.safetensors", bank.file), key: nil, namesPath: list),
      workers: 2)
    request.memoryLimit = 1 << 30
    request.keys = "W_dec=W_dec:N"
    request.topCount = 3
    let path = directory.path + "/run"
    _ = try LensRun(request).write(to: path)

    let run = try RunColumns(contentsOf: path)
    let rows = [1099, 0, 500]
    let answers = try FeatureQuery(run, workers: workers)
      .answers(ofRows: rows, neighbourCount: 4, workers: workers)

    func unit(_ matrix: Matrix, _ row: Int) -> [Double] {
      let elements = (0..<16).map { Double(matrix.elements[row * 16 + $0]) }
      let length = elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return elements.map { $0 / length }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }
    for (row, answer) in zip(rows, answers) {
      let feature = unit(matrix, row)
      #expect(answer.cosines.count == names.count)
      for (label, cosine) in answer.cosines.enumerated() {
        #expect(abs(Double(cosine) - dot(feature, unit(texts, label))) <= 18 / 16_777_216.0)
      }
      let others = (0..<1100).filter { $0 != row }
        .map { (id: $0, cosine: dot(feature, unit(matrix, $0))) }.sorted { $0.cosine > $1.cosine }
      #expect(answer.neighbours.map(\.feature) == others.prefix(4).map(\.id))
      for (found, exact) in zip(answer.neighbours, others) {
        #expect(abs(Double(found.cosine) - exact.cosine) <= 18 / 16_777_216.0)
      }
      // The best label of the run is the best of all cosines.
      let best = try #require(run.labels(at: .top, ofRow: row).first)
      #expect(answer.cosines.max() == answer.cosines[best.label])
      #expect(abs(best.cosine - answer.cosines[best.label]) <= 2e-6)
    }
  }

  @Test func aFileThatChangedIsRefused() throws {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    builder.add("W_dec", [3, 4], (0..<12).map { Double($0 % 5) })
    var bank = SafetensorsBuilder()
    bank.add("embeddings", [2, 4], (0..<8).map { Double($0 % 3) })
    let sae = try directory.write("sae.safetensors", builder.file)
    var request = ScanRequest(
      model: nil, autoencoder: sae, map: .native,
      labels: .embeddings(
        try directory.write("bank.safetensors", bank.file), key: nil,
        namesPath: try directory.write("labels.txt", "a\nb\n")), workers: 1)
    request.memoryLimit = 1 << 30
    request.keys = "W_dec=W_dec:N"
    _ = try LensRun(request).write(to: directory.path + "/run")
    try Data(builder.file + [0]).write(to: URL(filePath: sae))
    #expect(throws: RunError.self) {
      _ = try FeatureQuery(RunColumns(contentsOf: directory.path + "/run"))
    }
  }
}
