import Testing

/// Bad inputs and faults are numbered; the tests of each have its number in their names, as `row31` or
/// `rows1To43`.
@Suite struct FaultTableTests {
  /// Files, configurations, labels and numbers.
  static let rows = 1...76

  /// Rows of what there is none of here: CSV, and a configuration of the program in TOML.
  static let without: Set<Int> = [57, 59]

  @Test func everyRowHasATest() throws {
    var found: Set<Int> = []
    for source in try SourceFile.all(below: "Tests") {
      for match in source.code.matches(of: /func rows?(\d+)(?:To(\d+))?/) {
        let first = try #require(Int(match.output.1))
        found.formUnion(first...(match.output.2.flatMap { Int($0) } ?? first))
      }
    }
    #expect(Set(Self.rows).subtracting(found) == Self.without)
  }
}
