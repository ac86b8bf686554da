/// What rank an item has among others with the same score.
public enum TieRule: Sendable {
  /// The mean of the ranks that the equal items have in any order.
  case midrank
  /// The one that its place among the equal items gives: lower indices first.
  case firstStated
}

/// The rank of an item from the greatest score, 1, to the least.
///
/// - Parameters:
///   - index: The item.
///   - scores: The scores of all items, none NaN.
///   - ties: The rank among equal scores.
/// - Returns: From 1 to the number of items; a half of an odd number can occur with mid ranks.
/// - Complexity: Linear in the number of items.
public func rank(of index: Int, in scores: [Float], ties: TieRule) -> Double {
  let score = scores[index]
  var (above, equal, equalBefore) = (0, 0, 0)
  for (place, other) in scores.enumerated() {
    precondition(!other.isNaN, "score \(place) is NaN")
    if other > score { above += 1 }
    if other == score {
      equal += 1
      if place < index { equalBefore += 1 }
    }
  }
  return switch ties {
  case .midrank: Double(above) + Double(equal + 1) / 2
  case .firstStated: Double(above + equalBefore + 1)
  }
}

/// The mean of 1/rank.
///
/// - Parameter ranks: Ranks from 1 on.
/// - Returns: Above 0 and up to 1; NaN if there are no ranks.
public func meanReciprocalRank(_ ranks: [Double]) -> Double {
  ranks.reduce(0) { $0 + 1 / $1 } / Double(ranks.count)
}

/// The share of ranks up to k.
///
/// - Parameters:
///   - k: The rank that still counts.
///   - ranks: Ranks from 1 on.
/// - Returns: From 0 to 1; NaN if there are no ranks.
public func hitShare(at k: Int, ranks: [Double]) -> Double {
  Double(ranks.count { $0 <= Double(k) }) / Double(ranks.count)
}
