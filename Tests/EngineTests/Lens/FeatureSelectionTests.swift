import Testing

@testable import Engine

@Suite struct FeatureSelectionTests {
  private func ids(_ text: String, of count: Int = 1000) throws -> [Int] {
    try FeatureSelection(parsing: text, featureCount: count).ranges.flatMap { Array($0) }
  }

  @Test func listsAndRangesAreTakenInRisingOrder() throws {
    #expect(try ids("17") == [17])
    #expect(try ids("17,200-203") == [17, 200, 201, 202, 203])
    #expect(try ids("200-201,17,0") == [0, 17, 200, 201])
    #expect(try ids("5-5,6") == [5, 6])
    #expect(try ids("0-999").count == 1000)
    #expect(try FeatureSelection(parsing: "17,200-203", featureCount: 204).count == 5)
  }

  @Test func allIsEveryFeature() {
    #expect(FeatureSelection(all: 3).ranges == [0..<3])
    #expect(FeatureSelection(all: 3).count == 3)
    #expect(FeatureSelection(all: 0).ranges.isEmpty)
    #expect(FeatureSelection(all: 0).count == 0)
  }

  @Test(arguments: [
    ("", ""), ("1,", ""), (",1", ""), ("a", "a"), ("-3", "-3"), ("3-", "3-"), ("1-2-3", "1-2-3"),
    ("5-4", "5-4"), (" 1", " 1"), ("+1", "+1"), ("1.5", "1.5"), ("²", "²"), ("٣", "٣"),
    ("99999999999999999999", "99999999999999999999"), ("0x1", "0x1"),
  ])
  func whatIsNoListIsRefused(text: String, part: String) {
    #expect(
      message { _ = try FeatureSelection(parsing: text, featureCount: 10) }
        == "\(part): features: found \"\(part)\", expected ids and ranges such as 17,200-299")
  }

  @Test func featuresThatAreNotThereAreRefused() {
    #expect(
      message { _ = try FeatureSelection(parsing: "3,10", featureCount: 10) }
        == "10: feature: found 10, expected less than 10")
    #expect(
      message { _ = try FeatureSelection(parsing: "0-9223372036854775807", featureCount: 10) }
        == "0-9223372036854775807: feature: found 9223372036854775807, expected less than 10")
    #expect(
      message { _ = try FeatureSelection(parsing: "0", featureCount: 0) }
        == "0: feature: found 0, expected less than 0")
  }

  @Test func aFeatureTwiceIsRefused() {
    #expect(
      message { _ = try FeatureSelection(parsing: "3,1-5", featureCount: 10) }
        == "3,1-5: feature: found 3 twice, expected each once")
    #expect(
      message { _ = try FeatureSelection(parsing: "7,7", featureCount: 10) }
        == "7,7: feature: found 7 twice, expected each once")
  }

  @Test func positionsAreMappedToRunsOfIDs() throws {
    let selection = try FeatureSelection(parsing: "2,5-8,20-21", featureCount: 30)
    #expect(selection.ids(at: 0..<7) == [2..<3, 5..<9, 20..<22])
    #expect(selection.ids(at: 1..<3) == [5..<7])
    #expect(selection.ids(at: 4..<6) == [8..<9, 20..<21])
    #expect(selection.ids(at: 3..<3) == [])
  }
}
