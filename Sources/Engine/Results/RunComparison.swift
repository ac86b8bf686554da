/// What differs between two runs, feature by feature.
///
/// Features are the same if they have the same id, and labels if they have the same text.
public struct RunComparison: Sendable {
  /// A feature that was read in both runs.
  public struct Pair: Sendable, Equatable {
    /// Its row in the first run.
    public let first: Int
    /// Its row in the second run.
    public let second: Int
    /// Whether its first label is the same.
    public let agrees: Bool
  }

  /// A statistic in both runs, over the features that were read in both.
  public struct Change: Sendable {
    /// Its name, as `RunStatistics` has it.
    public let name: String
    /// In the first run.
    public let first: Quantiles
    /// In the second run.
    public let second: Quantiles
    /// The second less the first, of each feature.
    public let difference: Quantiles
  }

  /// The features that were read in both, rising.
  public let pairs: [Pair]
  /// The features that both have.
  public let commonCount: Int
  /// The features that only the first run has, and those that only the second has.
  public let onlyCounts: (first: Int, second: Int)
  /// The texts among the usable labels of both, and those of one run alone.
  public let labelCounts: (common: Int, first: Int, second: Int)
  /// How many first labels would agree if features of one run exchanged them: Σ pₗqₗ over labels l, from 0 to 1.
  public let chance: Double
  /// The labels kept in both runs, K.
  public let topCount: Int
  /// The share of the K best labels that is the same, mean over features; NaN if there are none.
  public let overlap: Double
  /// The changes of `best_cosine`, `margin` and `entropy`.
  public let changes: [Change]

  private let lesserMargins: [Float]

  /// Compares two runs.
  ///
  /// - Parameters:
  ///   - first: One run.
  ///   - second: Another.
  /// - Throws: `QueryError` if they have no feature that was read in both, or no label, in common.
  public init(_ first: RunDirectory, _ second: RunDirectory) throws(QueryError) {
    let texts = LabelTexts(first, second)
    guard texts.common > 0 else {
      throw QueryError(subject: second.path, reason: .nothingShared("labels", with: first.path))
    }
    let rows = Self.commonRows(first.features, second.features)
    let keptCount = min(first.features.topCount, second.features.topCount)
    var (pairs, shared): ([Pair], Int) = ([], 0)
    var uses = [(first: Int, second: Int)](repeating: (0, 0), count: texts.count)
    for (one, other) in rows
    where first.features.isRead(one) && second.features.isRead(other) && keptCount > 0 {
      let kept = (
        texts.best(keptCount, first, one, texts.first),
        texts.best(keptCount, second, other, texts.second)
      )
      pairs.append(Pair(first: one, second: other, agrees: kept.0[0] == kept.1[0]))
      uses[kept.0[0]].first += 1
      uses[kept.1[0]].second += 1
      // Labels may have one text; each is met by one.
      var rest = kept.1
      for label in kept.0 {
        guard let place = rest.firstIndex(of: label) else { continue }
        rest.remove(at: place)
        shared += 1
      }
    }
    guard !pairs.isEmpty else {
      throw QueryError(
        subject: second.path, reason: .nothingShared("features that were read", with: first.path))
    }
    let count = Double(pairs.count)
    self.pairs = pairs
    commonCount = rows.count
    onlyCounts = (first.featureCount - rows.count, second.featureCount - rows.count)
    labelCounts = (texts.common, texts.only.first, texts.only.second)
    chance = uses.reduce(0) { $0 + Double($1.first) / count * (Double($1.second) / count) }
    topCount = keptCount
    overlap = Double(shared) / (count * Double(keptCount))
    changes = Self.changes(pairs, first, second)
    lesserMargins = pairs.map {
      min(first.features.margins[$0.first], second.features.margins[$0.second])
    }
  }

  /// How many first labels are the same.
  public var agreeing: Int { pairs.count(where: \.agrees) }

  /// The share of first labels that are the same, with Wilson's interval.
  public var agreement: IntervalEstimate { .wilson(successes: agreeing, of: pairs.count) }

  /// The features whose reading changed most: another first label, which in both runs is far ahead of the second.
  ///
  /// - Parameter count: The most features.
  /// - Returns: Pairs by falling lesser margin of the two, then by feature; those without margins left out.
  public func changedMost(_ count: Int) -> [Pair] {
    let changed = pairs.indices.filter { !pairs[$0].agrees && !lesserMargins[$0].isNaN }
      .sorted { (lesserMargins[$0], $1) > (lesserMargins[$1], $0) }
    return changed.prefix(count).map { pairs[$0] }
  }

  /// The rows of features that both have, by going through both in step.
  private static func commonRows(_ first: FeatureBlock, _ second: FeatureBlock) -> [(Int, Int)] {
    var rows: [(Int, Int)] = []
    var (one, other) = (0, 0)
    while one < first.rows, other < second.rows {
      let (left, right) = (first.featureIDs[one], second.featureIDs[other])
      if left == right { rows.append((one, other)) }
      if left <= right { one += 1 }
      if right <= left { other += 1 }
    }
    return rows
  }

  private static func changes(
    _ pairs: [Pair], _ first: RunDirectory, _ second: RunDirectory
  ) -> [Change] {
    func change(_ name: String, _ value: (FeatureBlock, Int) -> Float) -> Change {
      let ones = pairs.map { value(first.features, $0.first) }
      let others = pairs.map { value(second.features, $0.second) }
      return Change(
        name: name, first: Quantiles(of: ones), second: Quantiles(of: others),
        difference: Quantiles(of: zip(ones, others).map { $1 - $0 }))
    }
    return [
      change("best_cosine") { $0.topCosines[$1 * $0.topCount] },
      change("margin") { $0.margins[$1] }, change("entropy") { $0.entropies[$1] },
    ]
  }
}

/// The labels of two runs, numbered by their texts.
private struct LabelTexts {
  /// The number of each label, by its id.
  var first: [Int] = []
  var second: [Int] = []
  private(set) var common = 0
  private(set) var only = (first: 0, second: 0)
  private(set) var count = 0

  init(_ one: RunDirectory, _ other: RunDirectory) {
    var numbers: [String: Int] = [:]
    func number(_ text: String) -> Int {
      if let known = numbers[text] { return known }
      numbers[text] = numbers.count
      return numbers.count - 1
    }
    first = one.labels.map(number)
    second = other.labels.map(number)
    count = numbers.count
    func usable(_ run: RunDirectory, _ numbers: [Int]) -> Set<Int> {
      Set(run.usableLabels.map { numbers[$0] })
    }
    let sets = (usable(one, first), usable(other, second))
    common = sets.0.intersection(sets.1).count
    only = (sets.0.count - common, sets.1.count - common)
  }

  /// The numbers of the best labels of a feature.
  func best(_ count: Int, _ run: RunDirectory, _ row: Int, _ numbers: [Int]) -> [Int] {
    let start = row * run.features.topCount
    return (start..<(start + count)).map { numbers[Int(run.features.topLabelIDs[$0])] }
  }
}
