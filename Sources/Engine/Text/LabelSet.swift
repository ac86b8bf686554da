/// A list of labels; the id of a label is its index.
///
/// In a file each line is a label, so that an id is a line number less 1, whatever the line says:
///
/// - Lines end at LF or CR LF; a byte order mark is dropped; a line feed at the end of the file
///   makes no further label. CR elsewhere, NUL and bytes that are not UTF-8 are refused.
/// - An empty line, or one of white space only, is a label that is masked: it keeps its id.
/// - Every other line is a label as it stands: white space around it is kept, a tab is a
///   character, `#` begins no comment, U+2028 and the like end no line.
/// - Duplicates keep their ids and are grouped in `duplicates`; they are used like all others unless
///   `maskingDuplicates()` masks them.
///
/// What was changed or is worth a look is in `notices`; nothing happens without one.
public struct LabelSet: Sendable, Equatable {
  /// The labels, by id.
  public let labels: [String]

  /// The WordNet id of each label, where labels are known to have them.
  public let wordNetIDs: [String]?

  /// What became of each label: usable, blank or duplicate.
  public private(set) var statuses: [LabelStatus]

  /// The groups of labels that say the same, closest likeness first, then by first id.
  public let duplicates: [DuplicateLabels]

  /// The ids of labels that are alike in any way, in groups of two or more, by first id.
  let alike: [[Int]]

  /// What was changed in reading, and what is worth a look.
  public private(set) var notices: [LabelNotice]

  /// Makes a set of labels that are at hand.
  ///
  /// - Parameters:
  ///   - labels: The labels, by id, at least 1.
  ///   - wordNetIDs: The WordNet id of each label, if they have them.
  /// - Precondition: There is a label, and as many WordNet ids as labels if there are any.
  public init(labels: [String], wordNetIDs: [String]? = nil) {
    self.init(labels: labels, wordNetIDs: wordNetIDs, readingNotices: [])
  }

  /// Reads a file of labels.
  ///
  /// - Parameter path: A text file, by the rules above.
  /// - Throws: `TextError` if the file cannot be read, breaks the rules, or has no line.
  public init(contentsOf path: String) throws(TextError) {
    let file = try TextLines(contentsOf: path)
    guard !file.lines.isEmpty else { throw TextError(place: path, reason: .noLabels) }
    self.init(
      labels: file.lines, wordNetIDs: nil, readingNotices: LabelNotice.notices(reading: file))
  }

  /// Finds the labels that a user names.
  ///
  /// - Parameter name: `imagenet`, `imagenet-synsets`, or the path of a file; a file of that name is
  ///   `./imagenet`.
  /// - Throws: `TextError` if the file cannot be used.
  public init(resolving name: String) throws(TextError) {
    switch name {
    case Self.imageNetName: self = .imageNet
    case Self.imageNetSynsetsName: self = .imageNetSynsets
    default: try self.init(contentsOf: name)
    }
  }

  /// The name of `imageNet`.
  static let imageNetName = "imagenet"

  /// The name of `imageNetSynsets`.
  static let imageNetSynsetsName = "imagenet-synsets"

  /// Whether a name is that of a set that is built in, not the path of a file.
  package static func isBuiltIn(_ name: String) -> Bool {
    [imageNetName, imageNetSynsetsName].contains(name)
  }

  private init(labels: [String], wordNetIDs: [String]?, readingNotices: [LabelNotice]) {
    precondition(!labels.isEmpty, "no labels")
    precondition(
      wordNetIDs.map { $0.count == labels.count } ?? true,
      "\(wordNetIDs?.count ?? 0) WordNet ids for \(labels.count) labels")
    self.labels = labels
    self.wordNetIDs = wordNetIDs
    let isBlank = labels.map { $0.unicodeScalars.allSatisfy(\.isSpace) }
    statuses = isBlank.map { $0 ? .blank : .usable }
    alike = DuplicateLabels.alike(labels, isMasked: isBlank)
    duplicates = DuplicateLabels.groups(of: labels, alike: alike)
    notices =
      readingNotices + LabelNotice.notices(about: labels, isMasked: isBlank)
      + LabelNotice.notices(about: duplicates)
  }
}

extension LabelSet {
  /// The number of labels, masked ones included.
  public var count: Int { labels.count }

  /// Whether each label is masked: blank, or a duplicate where these are masked.
  public var isMasked: [Bool] { statuses.map { $0 != .usable } }

  /// The number of masked labels.
  public var maskedCount: Int { statuses.count { $0 != .usable } }

  /// The same labels, of which those that say the same as one before them are masked.
  ///
  /// The first of each group stays: equal in letters once Unicode composition, white space and letter
  /// case are left aside. All keep their ids.
  ///
  /// - Returns: The set, with notices that say so.
  public func maskingDuplicates() -> LabelSet {
    var result = self
    for id in alike.flatMap({ $0.dropFirst() }) { result.statuses[id] = .duplicate }
    result.notices = notices.map(\.maskingDuplicates)
    return result
  }

  /// One label of no letters that takes part all the same: its prompts are the templates alone.
  static let emptyLabel: LabelSet = {
    var set = LabelSet(labels: [""])
    set.statuses = [.usable]
    set.notices = []
    return set
  }()

  /// The 1000 names that OpenAI gives the classes of ImageNet, in class order, with WordNet ids.
  public static let imageNet: LabelSet = {
    // By bytes: looking for the ends of characters takes most of the time otherwise.
    let rows = ImageNetTable.rows.utf8.split(separator: 0x0A).map { $0.split(separator: 0x09) }
    precondition(rows.allSatisfy { $0.count == 2 }, "the table of ImageNet has rows of two columns")
    return LabelSet(
      labels: rows.map { String(decoding: $0[1], as: UTF8.self) },
      wordNetIDs: rows.map { String(decoding: $0[0], as: UTF8.self) })
  }()

  /// The words of WordNet's synsets for the classes of ImageNet, in class order, with WordNet ids:
  /// the names that data sets give the classes.
  public static let imageNetSynsets: LabelSet = {
    let rows = ImageNetSynsets.rows.utf8.split(separator: 0x0A)
    return LabelSet(
      labels: rows.map { String(decoding: $0, as: UTF8.self) }, wordNetIDs: imageNet.wordNetIDs)
  }()
}
