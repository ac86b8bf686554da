internal import Foundation

/// Labels that say the same.
public struct DuplicateLabels: Sendable, Equatable {
  /// How far labels are alike, closest first; each form includes those before it.
  public enum Likeness: Sendable, Equatable, CaseIterable {
    /// Scalar for scalar.
    case exact
    /// After composition (Unicode form NFC).
    case composition
    /// With each run of white space as one space, and none at the ends.
    case whiteSpace
    /// In lower case: the tokenizer gives them the same ids.
    case letterCase

    var phrase: String {
      switch self {
      case .exact: "that are equal"
      case .composition: "that differ in Unicode composition only"
      case .whiteSpace: "that differ in white space only"
      case .letterCase: "that differ in letter case only"
      }
    }
  }

  /// How far the labels are alike.
  public let likeness: Likeness

  /// The ids of the labels, rising, at least two.
  public let labelIDs: [Int]
}

extension DuplicateLabels {
  /// The ids of labels that are alike in any way, rising in each group of two or more.
  ///
  /// - Parameters:
  ///   - labels: The labels, by id.
  ///   - isMasked: Whether each is left out.
  /// - Returns: The groups, by first id.
  static func alike(_ labels: [String], isMasked: [Bool]) -> [[Int]] {
    var groups: [[UInt8]: [Int]] = [:]
    for id in labels.indices where !isMasked[id] {
      groups[Likeness.letterCase.key(of: labels[id]), default: []].append(id)
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }

  /// The groups of labels that are alike.
  ///
  /// A group is listed under a likeness if that likeness first joins two of its labels; it then
  /// holds all labels alike so far, those that were joined before included.
  ///
  /// - Parameters:
  ///   - labels: The labels, by id.
  ///   - alike: The groups of the furthest likeness: what that does not join, no other does.
  /// - Returns: The groups, closest likeness first, then by first id.
  static func groups(of labels: [String], alike: [[Int]]) -> [DuplicateLabels] {
    let candidates = alike.joined().sorted()
    var result: [DuplicateLabels] = []
    // Before any likeness, each label is like itself alone.
    var previousKeys: [Int: [UInt8]] = [:]
    for id in candidates { previousKeys[id] = Array(String(id).utf8) }
    for likeness in Likeness.allCases {
      var keys: [Int: [UInt8]] = [:]
      for id in candidates { keys[id] = likeness.key(of: labels[id]) }
      var groups: [[UInt8]: [Int]] = [:]
      for id in candidates { groups[keys[id] ?? [], default: []].append(id) }
      result += groups.values
        .filter { ids in ids.contains { previousKeys[$0] != previousKeys[ids[0]] } }
        .sorted { $0[0] < $1[0] }
        .map { DuplicateLabels(likeness: likeness, labelIDs: $0) }
      previousKeys = keys
    }
    return result
  }
}

extension DuplicateLabels.Likeness {
  /// The UTF-8 bytes that labels of this likeness share.
  fileprivate func key(of label: String) -> [UInt8] {
    switch self {
    case .exact: return Array(label.utf8)
    case .composition: return Array(Self.composed(label).utf8)
    case .whiteSpace:
      let words = Self.composed(label).unicodeScalars
        .split(whereSeparator: \.isSpace)
      return Array(words.map { String($0) }.joined(separator: " ").utf8)
    case .letterCase:
      if label.utf8.allSatisfy({ $0 < 0x80 }) {
        let words = label.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }
        return words.joined(separator: [0x20]).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
      }
      let words = TextNormalizer.normalized(Array(label.unicodeScalars)[...]).split(separator: " ")
      return Array(words.joined(separator: [" "]).flatMap(\.utf8))
    }
  }

  /// ASCII text is composed already.
  private static func composed(_ label: String) -> String {
    label.utf8.allSatisfy { $0 < 0x80 } ? label : label.precomposedStringWithCanonicalMapping
  }
}
