import Foundation
import Testing

@testable import Engine

@Suite struct JSONLinesTests {
  private static func block() -> FeatureBlock {
    var block = FeatureBlock(topCount: 2)
    var reduction = RowReduction(rows: 1, logitScale: 2, labelIDs: [0, 2, 3], topCount: 2)
    let cosines: [Float] = [0.5, -0.25, 0.125]
    reduction.reduce(cosines, id: 7, into: &block)
    block.appendMasked(id: 8, status: .dead)
    return block
  }

  @Test func oneObjectALineWithLabelsAndIDs() throws {
    let sink = JSONLines(labels: ["cat", "masked", "a \"dog\"\u{1B}[31m", "tree"])
    var text = ""
    sink.forEachPiece(of: Self.block()) { text += $0 }
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    let first = try JSONValue(parsing: Data(lines[0].utf8))
    #expect(first["feature"] == 7)
    #expect(first["status"] == "read")
    #expect(first["top"]?.array?.map { $0["label"]?.string } == ["cat", "tree"])
    #expect(first["bottom"]?.array?.first?["label"]?.string == "a \"dog\"\u{1B}[31m")
    #expect(first["bottom"]?.array?.first?["label_id"] == 2)
    #expect(first["top"]?.array?.first?["cosine"]?.double == 0.5)
    #expect(first["margin"]?.double == 0.375)
    #expect(!lines[0].contains("\u{1B}"))
    #expect(lines[1] == #"{"feature":8,"status":"dead"}"#)
  }

  /// Each member has its own value: a mix-up of columns would show.
  @Test func numbersAreThoseOfTheBlock() throws {
    let block = Self.block()
    let object = JSONLines(labels: ["a", "b", "c", "d"]).object(for: block, row: 0)
    let expected: [(String, Float)] = [
      ("mean", block.means[0]), ("sd", block.standardDeviations[0]),
      ("skewness", block.skewnesses[0]), ("kurtosis", block.kurtoses[0]),
      ("margin", block.margins[0]), ("entropy", block.entropies[0]),
      ("log_partition", block.logPartitions[0]),
    ]
    for (name, value) in expected {
      #expect(object[name]?.double.map { Float($0) } == value, "\(name)")
    }
    #expect(Set(expected.map(\.1)).count == expected.count)
  }

  @Test func sigmoidScoresStandBesideProbabilitiesWhereThereAreSome() {
    let block = Self.block()
    let plain = JSONLines(labels: ["a", "b", "c", "d"]).object(for: block, row: 0)
    #expect(plain["top"]?.array?.allSatisfy { $0["sigmoid"] == nil } == true)
    let sink = JSONLines(
      labels: ["a", "b", "c", "d"], sigmoid: SigmoidScores(scale: 4, bias: -2))
    let scored = sink.object(for: block, row: 0)
    // The best cosine is 0.5, and σ(4 · 0.5 - 2) is one half.
    #expect(scored["top"]?.array?.first?["sigmoid"]?.double == 0.5)
    #expect(
      scored["top"]?.array?.first?.object?.names
        == ["label_id", "label", "cosine", "probability", "sigmoid"])
    #expect(
      scored["top"]?.array?.map { $0["probability"] }
        == plain["top"]?.array?.map { $0["probability"] })
    #expect(scored["bottom"]?.array?.allSatisfy { $0["sigmoid"] != nil } == true)
  }

  /// 2048 labels are in 102 features of 10 at each end, in one of 1024, and in none of 5000.
  @Test(arguments: [(10, [102, 102, 46]), (1024, [1, 1, 1]), (5000, [1, 1])])
  func piecesAreOfFewFeatures(topCount: Int, counts: [Int]) throws {
    let count = counts.reduce(0, +)
    var block = FeatureBlock(topCount: topCount)
    for id in 0..<count { block.appendMasked(id: Int32(id), status: .dead) }
    var pieces: [String] = []
    JSONLines(labels: []).forEachPiece(of: block) { pieces.append($0) }
    #expect(pieces.map { $0.split(separator: "\n").count } == counts)
    #expect(
      pieces.joined()
        == (0..<count).map { "{\"feature\":\($0),\"status\":\"dead\"}\n" }.joined())
  }

  @Test func undefinedNumbersAreNull() throws {
    var block = FeatureBlock(topCount: 1)
    var reduction = RowReduction(rows: 1, logitScale: 1, labelIDs: [0], topCount: 1)
    reduction.reduce([0.5], id: 0, into: &block)
    let object = JSONLines(labels: ["only"]).object(for: block, row: 0)
    #expect(object["margin"] == .null)
    #expect(object["entropy"] == .null)
    #expect(object["top"]?.array?.first?["probability"]?.double == 1)
  }
}
