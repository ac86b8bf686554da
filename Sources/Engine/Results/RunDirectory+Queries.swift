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
    features.statuses.indices.filter { features.statuses[$0] == FeatureStatus.read.rawValue }
  }

  /// The features whose best label is furthest ahead of the second.
  ///
  /// Sharpness is the margin, the best cosine less the second best. Equal margins go to the lower
  /// feature; features without a margin are left out.
  ///
  /// - Parameter count: The most features.
  /// - Returns: Rows, the sharpest first.
  public func sharpest(_ count: Int) -> [Int] {
    let rows = readRows.filter { !features.margins[$0].isNaN }
    let sorted = rows.sorted {
      (features.margins[$0], $1) > (features.margins[$1], $0)
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
    var places: [LabelPlace] = []
    for row in readRows {
      let ranks = (row * features.topCount)..<((row + 1) * features.topCount)
      guard let index = ranks.first(where: { features.topLabelIDs[$0] == label }) else { continue }
      places.append(
        LabelPlace(
          row: row, rank: index - ranks.lowerBound, cosine: features.topCosines[index]))
    }
    return places.sorted { ($0.cosine, $1.row) > ($1.cosine, $0.row) }
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
    let usable = labels.indices.filter { labelStatuses[$0] == Int(LabelStatus.usable.rawValue) }
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
