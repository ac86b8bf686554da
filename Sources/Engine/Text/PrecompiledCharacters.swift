internal import Foundation

/// The table of replacements that SentencePiece files carry as `precompiled_charsmap`.
///
/// The bytes are the length of a trie (32 bits, little-endian), the trie as a double array of
/// 32-bit units (darts-clone), and the replacements, each ended by a zero byte. As the `tokenizers`
/// library applies it: of each extended grapheme cluster of fewer than 6 bytes the shortest
/// beginning that is in the table replaces the whole cluster; else each scalar is looked up by
/// itself.
struct PrecompiledCharacters: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// Reads a table; nil if it is not one.
  ///
  /// - Parameter base64: The bytes, as `tokenizer.json` has them.
  init?(base64: String) {
    guard let bytes = Data(base64Encoded: base64), bytes.count >= 4 else { return nil }
    let trieBytes = Self.unit(bytes, at: 0)
    guard trieBytes % 4 == 0, trieBytes > 0, Int(trieBytes) <= bytes.count - 4 else { return nil }
    units = (0..<(Int(trieBytes) / 4)).map { Self.unit(bytes, at: 4 + 4 * $0) }
    replacements = [UInt8](bytes.dropFirst(4 + Int(trieBytes)))
    guard String(validating: replacements, as: UTF8.self) != nil else { return nil }
  }

  /// The bytes of the longest replacement.
  var longestReplacement: Int {
    replacements.split(separator: 0).map(\.count).max() ?? 0
  }

  private static func unit(_ bytes: Data, at offset: Int) -> UInt32 {
    let start = bytes.startIndex + offset
    return bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The scalars with replacements made.
  func normalized(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for cluster in String(view) {
      if cluster.utf8.count < 6, let replacement = replacement(for: cluster.utf8) {
        result += replacement
        continue
      }
      for scalar in cluster.unicodeScalars {
        if let replacement = replacement(for: Character(scalar).utf8) {
          result += replacement
        } else {
          result.append(scalar)
        }
      }
    }
    return result
  }

  /// What the shortest beginning of some bytes that is in the table is replaced by.
  private func replacement(for bytes: Character.UTF8View) -> [Unicode.Scalar]? {
    var position = Self.offset(units[0])
    for byte in bytes {
      position ^= Int(byte)
      guard byte != 0, position < units.count else { return nil }
      let unit = units[position]
      // The label, with the bit that marks values.
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      position ^= Self.offset(unit)
      guard position < units.count else { return nil }
      if unit >> 8 & 1 == 1 { return text(at: Int(units[position] & 0x7FFF_FFFF)) }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }

  /// The replacement that begins at a byte; nil if there is none.
  private func text(at start: Int) -> [Unicode.Scalar]? {
    guard start < replacements.count else { return nil }
    let bytes = replacements[start...].prefix { $0 != 0 }
    return String(validating: bytes, as: UTF8.self).map { Array($0.unicodeScalars) }
  }
}
