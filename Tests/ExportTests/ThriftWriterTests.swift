import Testing

@testable import Export

/// Bytes of the compact protocol, by its specification.
@Suite struct ThriftWriterTests {
  private func bytes(_ body: (inout ThriftWriter) -> Void) -> [UInt8] {
    var writer = ThriftWriter()
    writer.structure(body)
    return writer.bytes
  }

  @Test(
    arguments: [
      (0, [0x00]), (1, [0x02]), (-1, [0x01]), (63, [0x7E]), (64, [0x80, 0x01]),
      (-65, [0x81, 0x01]),
      (Int.max, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
      (Int.min, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
    ] as [(Int, [UInt8])])
  func numbersAreZigzagVarints(value: Int, encoded: [UInt8]) {
    #expect(bytes { $0.field(1, int64: value) } == [0x16] + encoded + [0x00])
  }

  @Test func fieldsStandByTheirDistance() {
    #expect(
      bytes {
        $0.field(2, int32: 1)
        $0.field(10) { inner in inner.field(1, text: "é") }
        $0.field(12, int32s: [1, 2])
      } == [0x25, 0x02, 0x8C, 0x18, 0x02, 0xC3, 0xA9, 0x00, 0x29, 0x25, 0x02, 0x04, 0x00])
  }

  @Test func longListsHaveTheirSizeBehind() {
    let texts = [String](repeating: "a", count: 15)
    #expect(bytes { $0.field(1, texts: texts) }.prefix(4) == [0x19, 0xF8, 0x0F, 0x01])
    let fourteen = bytes { $0.field(1, list: Array(0..<14)) { $0.field(1, int32: $1) } }
    #expect(fourteen.prefix(2) == [0x19, 0xEC])
    #expect(fourteen.count == 2 + 14 * 3 + 1)
  }
}
