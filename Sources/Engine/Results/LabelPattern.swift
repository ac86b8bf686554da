/// What labels are searched by.
///
/// A text between slashes, such as `/^snow/`, is a regular expression that some part of a label must match. A text with `*` or `?`
/// is a glob that the whole label must match: `*` stands for any characters, `?` for one. Any other text is a part of the label.
/// None of them tells upper from lower case.
public struct LabelPattern {
  /// How a pattern is read.
  public enum Kind: String, Sendable {
    case part, glob, regex
  }

  /// How it is read.
  public let kind: Kind

  /// The text as it was given.
  public let text: String

  private let folded: [Character]
  private let regex: Regex<AnyRegexOutput>?

  /// Reads a pattern.
  ///
  /// - Parameter text: The pattern.
  /// - Throws: `QueryError` if it is blank, or a regular expression that cannot be read.
  public init(_ text: String) throws(QueryError) {
    guard !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else {
      throw QueryError(subject: "--search", reason: .notPattern(text, what: "a blank pattern"))
    }
    self.text = text
    folded = Array(text.lowercased())
    guard text.count > 2, text.hasPrefix("/"), text.hasSuffix("/") else {
      kind = text.contains { $0 == "*" || $0 == "?" } ? .glob : .part
      regex = nil
      return
    }
    kind = .regex
    do {
      regex = try Regex(String(text.dropFirst().dropLast())).ignoresCase()
    } catch {
      throw QueryError(subject: "--search", reason: .notPattern(text, what: "\(error)"))
    }
  }

  /// Whether a label is meant.
  public func matches(_ label: String) -> Bool {
    switch kind {
    case .part: label.lowercased().contains(String(folded))
    case .glob: matchesGlob(Array(label.lowercased()))
    case .regex: regex.map { label.firstMatch(of: $0) != nil } ?? false
    }
  }

  /// Matches by going back to the last `*` alone: at most as many steps as the product of the lengths.
  private func matchesGlob(_ label: [Character]) -> Bool {
    var (place, index) = (0, 0)
    var (star, resumed): (Int?, Int) = (nil, 0)
    while index < label.count {
      if place < folded.count, folded[place] == "*" {
        star = place
        resumed = index
        place += 1
      } else if place < folded.count, folded[place] == "?" || folded[place] == label[index] {
        place += 1
        index += 1
      } else if let star {
        resumed += 1
        place = star + 1
        index = resumed
      } else {
        return false
      }
    }
    return folded[place...].allSatisfy { $0 == "*" }
  }
}
