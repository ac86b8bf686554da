extension JSONValue {
  /// One place where two values differ.
  public struct Difference: Sendable, Equatable, CustomStringConvertible {
    /// Where, as names and indices joined by dots.
    public let place: String
    /// What stands there; nil if nothing does.
    public let found: JSONValue?
    /// What was to stand there; nil if nothing was.
    public let expected: JSONValue?

    public var description: String {
      "\(place.printable()): found \(Self.text(found)), expected \(Self.text(expected))"
    }

    private static func text(_ value: JSONValue?) -> String {
      value?.serialized().printable(limit: 200) ?? "none"
    }
  }

  /// The places where this value differs from another, in the order of the other.
  ///
  /// - Parameters:
  ///   - expected: The other value.
  ///   - place: Where the two stand.
  /// - Returns: Each difference of values that are no objects and no arrays of one length.
  public func differences(from expected: JSONValue, at place: String = "") -> [Difference] {
    func inner(_ name: String) -> String { place.isEmpty ? name : place + "." + name }
    switch (self, expected) {
    case (.object(let found), .object(let wanted)):
      let names = wanted.names + found.names.filter { wanted[$0] == nil }
      return names.flatMap { Self.differences(found[$0], wanted[$0], at: inner($0)) }
    case (.array(let found), .array(let wanted)) where found.count == wanted.count:
      return zip(found, wanted).enumerated().flatMap { index, pair in
        pair.0.differences(from: pair.1, at: inner("\(index)"))
      }
    default:
      return self == expected
        ? [] : [Difference(place: place, found: self, expected: expected)]
    }
  }

  private static func differences(
    _ found: JSONValue?, _ expected: JSONValue?, at place: String
  ) -> [Difference] {
    guard let found, let expected else {
      return found == expected ? [] : [Difference(place: place, found: found, expected: expected)]
    }
    return found.differences(from: expected, at: place)
  }
}
