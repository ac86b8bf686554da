internal import Foundation

/// A place of a label among the best of a feature.
public struct LabelPlace: Sendable, Equatable {
  /// The row of the feature.
  public let row: Int
  /// The place of the label among the best, from 0.
  public let rank: Int
  /// The cosine of the two.
  public let cosine: Float
}

extension RunDirectory {
  /// The rows of features that were read, rising.
  private var readRows: [Int] {
    features.statuses.indices.filter { features.isRead($0) }
  }

  /// The features whose best label is furthest ahead of the second.
  ///
  /// Sharpness is the margin, the best cosine less the second best. Equal margins go to the lower
  /// feature; features without a margin are left out.
  ///
  /// - Parameter count: The most features.
  /// - Returns: Rows, the sharpest first.
  public func sharpest(_ count: Int) -> [Int] {
    rows(sortedBy: features.margins, count: count)
  }

  /// The features that were read, sorted by a number of each.
  ///
  /// Equal numbers go to the lower feature; features without a number are left out.
  ///
  /// - Parameters:
  ///   - values: A number for each feature, [n]; NaN where it has none.
  ///   - ascending: Whether the least number comes first.
  ///   - count: The most features.
  /// - Returns: Rows.
  public func rows(sortedBy values: [Float], ascending: Bool = false, count: Int) -> [Int] {
    precondition(values.count == featureCount, "\(values.count) values of \(featureCount) features")
    let rows = readRows.filter { !values[$0].isNaN }
    let sorted = rows.sorted {
      values[$0] == values[$1] ? $0 < $1 : (values[$0] < values[$1]) == ascending
    }
    return Array(sorted.prefix(count))
  }

  /// A sample of the features that were read, each with the same chance, without repetition.
  ///
  /// - Parameters:
  ///   - count: The most features.
  ///   - seed: The seed of the sample.
  /// - Returns: Rows, rising.
  public func sample(_ count: Int, seed: UInt64) -> [Int] {
    var generator = SplitMix64(seed: seed)
    return readRows.shuffled(using: &generator).prefix(count).sorted()
  }

  /// The features that have a label among their best.
  ///
  /// - Parameter label: The label.
  /// - Returns: Places, by falling cosine, then by feature.
  public func places(ofLabel label: Int) -> [LabelPlace] {
    places(ofLabels: [label])[label] ?? []
  }

  /// The features that have some labels among their best.
  ///
  /// - Parameter labels: The labels.
  /// - Returns: For each label that is among the best of any feature, its places by falling cosine, then by feature.
  public func places(ofLabels labels: Set<Int>) -> [Int: [LabelPlace]] {
    var places: [Int: [LabelPlace]] = [:]
    for row in readRows {
      for rank in 0..<features.topCount {
        let index = row * features.topCount + rank
        let label = Int(features.topLabelIDs[index])
        guard labels.contains(label) else { continue }
        places[label, default: []].append(
          LabelPlace(row: row, rank: rank, cosine: features.topCosines[index]))
      }
    }
    return places.mapValues { $0.sorted { ($0.cosine, $1.row) > ($1.cosine, $0.row) } }
  }

  /// The ids of labels that take part, rising.
  public var usableLabels: [Int] {
    labels.indices.filter { labelStatuses[$0] == Int(LabelStatus.usable.rawValue) }
  }

  /// The usable labels that a pattern means.
  ///
  /// - Parameter pattern: The pattern.
  /// - Returns: Their ids, those first that are first of most features, then those among the best of most, then by id.
  public func labels(matching pattern: LabelPattern) -> [Int] {
    usableLabels.filter { pattern.matches(labels[$0]) }.sorted {
      (firstCounts[$0], topCounts[$0], $1) > (firstCounts[$1], topCounts[$1], $0)
    }
  }

  /// The rank of a label among the usable ones by how many features it is the first of, from 1.
  ///
  /// - Parameter label: The label.
  /// - Returns: One more than the labels that are first of more features; equal counts share a rank.
  public func useRank(ofLabel label: Int) -> Int {
    1 + usableLabels.count { firstCounts[$0] > firstCounts[label] }
  }

  /// The rows of features.
  ///
  /// - Parameter ids: The features.
  /// - Returns: Their rows, in the same order.
  /// - Throws: `QueryError` if one is not part of the run.
  public func rows(ofFeatures ids: some Sequence<Int>) throws(QueryError) -> [Int] {
    var rows: [Int] = []
    for id in ids {
      guard let first = features.featureIDs.first, let last = features.featureIDs.last else {
        throw QueryError(subject: path, reason: .noFeatures)
      }
      guard let row = row(ofFeature: id) else {
        throw QueryError(
          subject: path, reason: .noFeature(id, first: Int(first), last: Int(last)))
      }
      rows.append(row)
    }
    return rows
  }

  /// The label that a user means: the label of that text, else of that id, else the only one that
  /// has the text in another case, else the only one that holds it.
  ///
  /// - Parameter text: A label, an id, or part of a label.
  /// - Returns: The id of the label.
  /// - Throws: `QueryError` that lists candidates if there is none or more than one.
  public func label(matching text: String) throws(QueryError) -> Int {
    let usable = usableLabels
    let exact = usable.filter { labels[$0] == text }
    if exact.isEmpty, let id = Int(text), labels.indices.contains(id) { return id }
    let folded = text.lowercased()
    let likenesses = [
      { exact }, { usable.filter { labels[$0].lowercased() == folded } },
      { usable.filter { labels[$0].lowercased().contains(folded) } },
    ]
    let found = likenesses.lazy.map { $0() }.first { !$0.isEmpty } ?? []
    if let only = found.first, found.count == 1 { return only }
    func named(_ ids: some Sequence<Int>) -> [String] {
      ids.map { "\($0) (\(labels[$0].printable(limit: 60)))" }
    }
    guard found.isEmpty else {
      throw QueryError(
        subject: path,
        reason: .ambiguousLabel(text, count: found.count, candidates: named(found.prefix(10))))
    }
    let distances = labels.map { editDistance($0.lowercased(), folded) }
    let nearest = usable.sorted { (distances[$0], $0) < (distances[$1], $1) }
    throw QueryError(subject: path, reason: .noLabel(text, nearest: named(nearest.prefix(5))))
  }
}
