/// Ranks of labels by their scores, where some labels count as one.
public struct LabelRanks: Sendable {
  private let groups: LabelGroups

  /// The number of groups.
  public var groupCount: Int { groups.firstLabels.count }

  /// Prepares to rank labels.
  ///
  /// - Parameter labelGroups: A number for each label that labels share which count as one, [K].
  public init(labelGroups: [Int]) {
    groups = LabelGroups(labelGroups)
  }

  /// The rank of a label among all groups, each by the best of its scores.
  ///
  /// Of groups with equal scores the one with the lower first label comes first.
  ///
  /// - Parameters:
  ///   - label: The label.
  ///   - scores: The scores of all labels, [K]; NaN for labels that take no part.
  /// - Returns: From 1 on; nil if no label of its group takes part.
  public func rank(of label: Int, in scores: [Float]) -> Int? {
    let ids = groups.ids
    precondition(scores.count == ids.count, "\(scores.count) scores of \(ids.count) labels")
    var best = [Float](repeating: .nan, count: groupCount)
    for (group, score) in zip(ids, scores) where !(best[group] >= score) && !score.isNaN {
      best[group] = score
    }
    let own = best[ids[label]]
    guard !own.isNaN else { return nil }
    let before = best.enumerated().count { group, score in
      score > own || (score == own && group < ids[label])
    }
    return before + 1
  }
}
