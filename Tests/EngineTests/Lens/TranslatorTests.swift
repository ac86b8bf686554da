import Testing

@testable import Engine

@Suite struct TranslatorTests {
  private func read(_ tensors: [(String, [Int])], value: Double = 1) throws -> Translator {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    for (name, shape) in tensors {
      builder.add(name, shape, [Double](repeating: value, count: shape.reduce(1, *)))
    }
    let path = try directory.write("t.safetensors", builder.file)
    return try Translator(contentsOf: path, width: 5, embeddingWidth: 3)
  }

  @Test func theTensorSaysWhereItLeads() throws {
    let inner = try read([("A", [5, 5]), ("bias", [5])])
    #expect(inner.target == .residual && inner.matrix.rows == 5 && inner.shift?.count == 5)
    let outer = try read([("B", [3, 5]), ("other", [2])])
    #expect(outer.target == .joint && outer.matrix.rows == 3 && outer.shift == nil)
  }

  /// Tensors, and the end of the message.
  @Test(
    arguments: [
      ([("A", [5, 4])], "A: shape [5, 4], expected [5, 5]"),
      ([("B", [5, 5])], "B: shape [5, 5], expected [3, 5]"),
      ([("B", [3, 5]), ("bias", [5])], "bias: shape [5], expected [3]"),
      (
        [("A", [5, 5]), ("B", [3, 5])],
        "translator: found A, B, expected either A [d, d] or B [D, d], and bias if there is one"
      ),
      (
        [("W", [5, 5])],
        "translator: found W, expected either A [d, d] or B [D, d], and bias if there is one"
      ),
    ] as [([(String, [Int])], String)])
  func otherFilesAreRefused(tensors: [(String, [Int])], end: String) {
    let found = message { _ = try read(tensors) }
    #expect(found?.hasSuffix("t.safetensors: " + end) == true, "\(found ?? "")")
  }

  @Test func numbersMustBeFinite() {
    let found = message { _ = try read([("A", [5, 5])], value: .nan) }
    #expect(found?.hasSuffix(": A: found numbers that are not finite") == true)
  }
}
