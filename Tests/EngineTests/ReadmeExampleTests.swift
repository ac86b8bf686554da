import Engine
import Foundation
import Testing

/// The example of the README, compiled and run as it stands there.
@Suite struct ReadmeExampleTests {
  @Test func exampleRuns() throws {
    var lines: [String] = []
    func print(_ items: Any...) {
      lines.append(items.map { "\($0)" }.joined(separator: " "))
    }
    // example begins
    let request = ScanRequest(
      model: "examples/emoji/model", autoencoder: "examples/emoji/sae-embed",
      direction: .decoder,
      labels: .vocabulary("examples/emoji/labels.txt", templates: [.photo]))
    let run = try LensRun(request)
    try run.forEachBlock { block in
      for row in 0..<block.rows where block.statuses[row] == FeatureStatus.read.rawValue {
        let first = row * block.topCount
        let label = run.labels.labels[Int(block.topLabelIDs[first])]
        print(block.featureIDs[row], label, block.topCosines[first])
      }
    }
    // example ends
    #expect(lines.count > 1000)
    let words = lines[0].split(separator: " ")
    #expect(Int(words[0]) != nil && Float(words[words.count - 1]) != nil, "\(lines[0])")
  }

  @Test func exampleStandsInTheReadme() throws {
    let readme = try String(contentsOfFile: "README.md", encoding: .utf8)
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let start = try #require(source.range(of: "    // example begins\n")).upperBound
    let end = try #require(source.range(of: "    // example ends")).lowerBound
    let example = source[start..<end].split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(readme.contains("```swift\nimport Engine\n\n\(example)```"))
  }
}
