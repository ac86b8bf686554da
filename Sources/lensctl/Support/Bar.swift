/// Bars of characters.
enum Bar {
  /// The blocks of an eighth to eight eighths of a character.
  private static let eighths = Array("▏▎▍▌▋▊▉█")

  /// A bar.
  ///
  /// - Parameters:
  ///   - share: Its length as a share of the longest, from 0 to 1.
  ///   - width: The characters of the longest.
  ///   - isPlain: Whether it is of `#`, else of blocks, to an eighth of a character.
  /// - Returns: The bar; empty for 0, and never for more.
  static func text(_ share: Double, width: Int, isPlain: Bool) -> String {
    guard share > 0 else { return "" }
    let parts = isPlain ? 1 : eighths.count
    let length = max(1, Int((share * Double(width * parts)).rounded()))
    guard !isPlain else { return String(repeating: "#", count: length) }
    let rest = length % parts
    return String(repeating: eighths[parts - 1], count: length / parts)
      + (rest > 0 ? String(eighths[rest - 1]) : "")
  }
}
