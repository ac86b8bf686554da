/// A pattern that is replaced in a text: a literal, or a run of scalars of one set.
///
/// Of the regular expressions of `tokenizer.json` these are read: a literal text, and one scalar,
/// `\s` or class in brackets, once or with `+`, `{n}`, `{n,}` or `{n,m}`. They are matched in one
/// pass without backtracking, so no pattern takes longer than its text is long. Whatever else a
/// file has is refused.
struct ScalarPattern: Sendable, Equatable {
  /// The sets that a match consists of, one scalar each; a single one may be repeated.
  private var sets: [ScalarSet]
  /// How many scalars a match of a single set has.
  private var counts: ClosedRange<Int>

  /// A pattern that stands for itself; nil if it is empty.
  init?(literal: String) {
    guard !literal.isEmpty else { return nil }
    sets = literal.unicodeScalars.map { ScalarSet(only: $0) }
    counts = 1...1
  }

  /// A regular expression; nil if it is none of the forms above.
  init?(regex: String) {
    var reader = ScalarPatternReader(regex)
    var sets: [ScalarSet] = []
    while !reader.isAtEnd {
      guard let set = reader.set() else { return nil }
      sets.append(set)
      guard reader.isAtQuantifier else { continue }
      guard let counts = reader.quantifier(), sets.count == 1, reader.isAtEnd else { return nil }
      (self.sets, self.counts) = (sets, counts)
      return
    }
    guard !sets.isEmpty else { return nil }
    (self.sets, counts) = (sets, 1...1)
  }

  /// The fewest scalars of a match.
  var leastLength: Int { sets.count == 1 ? counts.lowerBound : sets.count }

  /// Replaces every match, from left to right, the longest at each place.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - content: What stands for a match.
  /// - Returns: The new text.
  func replacing(in text: [Unicode.Scalar], with content: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let length = matchLength(in: text, at: index)
      if length > 0 {
        result += content
        index += length
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private func matchLength(in text: [Unicode.Scalar], at start: Int) -> Int {
    guard sets.count == 1, let set = sets.first else {
      guard start + sets.count <= text.count else { return 0 }
      return sets.indices.allSatisfy { sets[$0].contains(text[start + $0]) } ? sets.count : 0
    }
    var length = 0
    while length < counts.upperBound, start + length < text.count,
      set.contains(text[start + length])
    {
      length += 1
    }
    return length >= counts.lowerBound ? length : 0
  }
}

/// A set of scalars: ranges, and white space if `\s` is among them.
struct ScalarSet: Sendable, Equatable {
  var ranges: [ClosedRange<UInt32>] = []
  var hasSpace = false
  var isInverted = false

  init() {}

  init(only scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let isMember =
      ranges.contains { $0.contains(scalar.value) } || (hasSpace && scalar.isSpace)
    return isMember != isInverted
  }
}

/// Reads a regular expression from left to right.
private struct ScalarPatternReader {
  private var rest: ArraySlice<Unicode.Scalar>

  init(_ text: String) { rest = Array(text.unicodeScalars)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  var isAtQuantifier: Bool { rest.first == "+" || rest.first == "{" }

  /// One scalar, escape or class; nil if it is something else.
  mutating func set() -> ScalarSet? {
    guard let first = rest.popFirst() else { return nil }
    switch first {
    case "\\": return escape()
    case "[": return bracketed()
    case ".", "*", "+", "?", "(", ")", "|", "^", "$", "{", "}", "]": return nil
    default: return ScalarSet(only: first)
    }
  }

  /// What stands behind a backslash.
  private mutating func escape() -> ScalarSet? {
    guard let scalar = rest.popFirst() else { return nil }
    var set = ScalarSet()
    switch scalar {
    case "s": set.hasSpace = true
    case "n": set = ScalarSet(only: "\n")
    case "r": set = ScalarSet(only: "\r")
    case "t": set = ScalarSet(only: "\t")
    default:
      guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
        return nil
      }
      set = ScalarSet(only: scalar)
    }
    return set
  }

  /// A class up to its closing bracket; nested classes and intersections are not read.
  private mutating func bracketed() -> ScalarSet? {
    var set = ScalarSet()
    if rest.first == "^" {
      rest.removeFirst()
      set.isInverted = true
    }
    while let scalar = rest.popFirst() {
      if scalar == "]" { return set.ranges.isEmpty && !set.hasSpace ? nil : set }
      guard scalar != "[", !(scalar == "&" && rest.first == "&") else { return nil }
      let item = scalar == "\\" ? escape() : ScalarSet(only: scalar)
      guard let item else { return nil }
      set.hasSpace = set.hasSpace || item.hasSpace
      guard let lower = item.ranges.first?.lowerBound else { continue }
      guard rest.first == "-", rest.dropFirst().first != "]" else {
        set.ranges += item.ranges
        continue
      }
      rest.removeFirst()
      guard let last = rest.popFirst(), last != "[",
        let end = (last == "\\" ? escape() : ScalarSet(only: last))?.ranges.first?.upperBound,
        end >= lower
      else { return nil }
      set.ranges.append(lower...end)
    }
    return nil
  }

  /// `+`, `{n}`, `{n,}` or `{n,m}`.
  mutating func quantifier() -> ClosedRange<Int>? {
    guard rest.popFirst() == "{" else { return 1...Int.max }
    guard let end = rest.firstIndex(of: "}") else { return nil }
    let numbers = rest[..<end].split(separator: ",", omittingEmptySubsequences: false)
    rest = rest[(end + 1)...]
    // Int reads a sign too, which a count does not have.
    let values = numbers.map { digits in
      digits.first == "+" ? nil : Int(String(String.UnicodeScalarView(digits)))
    }
    guard let least = values.first ?? nil, least > 0, values.count <= 2 else { return nil }
    if values.count == 1 { return least...least }
    if numbers[1].isEmpty { return least...Int.max }
    guard let most = values[1], most >= least else { return nil }
    return least...most
  }
}
