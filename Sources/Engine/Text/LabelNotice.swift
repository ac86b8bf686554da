/// Something that reading a list of labels changed, or that is worth a look in it.
public struct LabelNotice: Sendable, Equatable, CustomStringConvertible {
  /// What was found.
  public enum Kind: Sendable, Equatable {
    /// A byte order mark was dropped.
    case byteOrderMark
    /// Lines ended with CR LF, and were read as if with LF.
    case carriageReturns
    /// Labels are blank, and masked.
    case blank
    /// Labels begin or end with white space, which is kept.
    case surroundingSpace
    /// Labels hold control characters or line separators, which are kept.
    case controlCharacters
    /// Labels say the same as others, which are masked or kept.
    case duplicates(DuplicateLabels.Likeness, areMasked: Bool = false)
  }

  /// What was found.
  public let kind: Kind

  /// How often: lines, labels or groups of labels.
  public let count: Int

  /// The ids of the labels concerned, rising; empty where the whole file is.
  public let labelIDs: [Int]

  /// One line that says it, with up to five line numbers.
  public var description: String {
    switch kind {
    case .byteOrderMark: "byte order mark dropped"
    case .carriageReturns: "\(lines(count)) ended with CR LF, read as LF"
    case .blank: "\(labels) blank, kept in place and masked: \(places)"
    case .surroundingSpace:
      "\(labels) with white space before or after, kept as written: \(places)"
    case .controlCharacters:
      "\(labels) with control characters or line separators, kept as written: \(places)"
    case .duplicates(let likeness, let areMasked):
      "\(count) \(count == 1 ? "group" : "groups") of labels \(likeness.phrase), "
        + "\(areMasked ? "one of each used, the others masked" : "all kept"): \(places)"
    }
  }

  private var labels: String { "\(count) \(count == 1 ? "label" : "labels")" }

  private func lines(_ count: Int) -> String { "\(count) \(count == 1 ? "line" : "lines")" }

  private var places: String {
    let shown = labelIDs.prefix(5).map { String($0 + 1) }.joined(separator: ", ")
    let rest = labelIDs.count > 5 ? " and \(labelIDs.count - 5) more" : ""
    return "\(labelIDs.count == 1 ? "line" : "lines") \(shown)\(rest)"
  }
}

extension LabelNotice {
  /// What was changed in reading a file.
  static func notices(reading file: TextLines) -> [LabelNotice] {
    var notices: [LabelNotice] = []
    if file.hadByteOrderMark {
      notices.append(LabelNotice(kind: .byteOrderMark, count: 1, labelIDs: []))
    }
    if file.carriageReturnCount > 0 {
      notices.append(
        LabelNotice(kind: .carriageReturns, count: file.carriageReturnCount, labelIDs: []))
    }
    return notices
  }

  /// What single labels give occasion to say.
  static func notices(about labels: [String], isMasked: [Bool]) -> [LabelNotice] {
    let unmasked = labels.indices.filter { !isMasked[$0] }
    let found: [(Kind, [Int])] = [
      (.blank, labels.indices.filter { isMasked[$0] }),
      (.surroundingSpace, unmasked.filter { labels[$0].hasSurroundingSpace }),
      (.controlCharacters, unmasked.filter { labels[$0].hasControlCharacters }),
    ]
    return found.filter { !$0.1.isEmpty }.map {
      LabelNotice(kind: $0.0, count: $0.1.count, labelIDs: $0.1)
    }
  }

  /// The notice as it is once all but one label of each group of duplicates are masked.
  var maskingDuplicates: LabelNotice {
    guard case .duplicates(let likeness, _) = kind else { return self }
    return LabelNotice(
      kind: .duplicates(likeness, areMasked: true), count: count, labelIDs: labelIDs)
  }

  /// One notice for each likeness among the duplicates.
  static func notices(about duplicates: [DuplicateLabels]) -> [LabelNotice] {
    DuplicateLabels.Likeness.allCases.compactMap { likeness in
      let groups = duplicates.filter { $0.likeness == likeness }
      guard !groups.isEmpty else { return nil }
      return LabelNotice(
        kind: .duplicates(likeness), count: groups.count,
        labelIDs: groups.flatMap(\.labelIDs).sorted())
    }
  }
}

extension String {
  fileprivate var hasSurroundingSpace: Bool {
    [unicodeScalars.first, unicodeScalars.last].contains { $0?.isSpace == true }
  }

  fileprivate var hasControlCharacters: Bool {
    unicodeScalars.contains {
      $0.isASCII
        ? $0.value < 0x20 || $0.value == 0x7F
        : [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
    }
  }
}
