/// The activations of one feature over N items, put in order once to be compared with many concepts.
///
/// Equal activations are one level; items that are not stored have activation 0 and are the level of
/// 0, wherever it stands in the order.
public struct RankedActivations: Sendable {
  /// The items that have one activation.
  struct Level: Sendable, Equatable {
    /// The activation.
    let value: Double
    /// How many items have it.
    let count: Int
  }

  /// The number of items, N.
  public let count: Int

  /// The items whose activations are stored, rising.
  private let indices: [Int]

  /// The level of each stored item.
  private let levelOfStored: [Int]

  /// The levels from the greatest activation to the least; none if there are no items.
  let levels: [Level]

  /// The level of activation 0, which all other items have; -1 if every item is stored, and none is 0.
  private let zeroLevel: Int

  /// Orders activations that are mostly 0.
  ///
  /// - Parameters:
  ///   - count: The number of items, N.
  ///   - indices: The items whose activations are given, strictly rising, from 0 to below N.
  ///   - values: Their activations, none NaN; they may be 0 or negative.
  /// - Complexity: O(m log m) for m values given.
  public init(count: Int, indices: [Int], values: [Float]) {
    precondition(indices.count == values.count, "\(indices.count) items, \(values.count) values")
    precondition(!values.contains(where: \.isNaN), "an activation is NaN")
    Self.check(indices, below: count)
    self.count = count
    self.indices = indices
    let order = values.indices.sorted { values[$0] > values[$1] }
    var levels: [Level] = []
    var levelOfStored = [Int](repeating: 0, count: values.count)
    var zeros = count - values.count
    var zeroLevel = -1
    func addZeros() {
      guard zeros > 0 else { return }
      zeroLevel = levels.count
      levels.append(Level(value: 0, count: zeros))
      zeros = 0
    }
    var start = 0
    while start < order.count {
      let value = values[order[start]]
      let end = order[start...].firstIndex { values[$0] != value } ?? order.count
      if value < 0 { addZeros() }
      for place in order[start..<end] { levelOfStored[place] = levels.count }
      if value == 0 {
        zeroLevel = levels.count
        levels.append(Level(value: 0, count: end - start + zeros))
        zeros = 0
      } else {
        levels.append(Level(value: Double(value), count: end - start))
      }
      start = end
    }
    addZeros()
    (self.levels, self.levelOfStored, self.zeroLevel) = (levels, levelOfStored, zeroLevel)
  }

  /// Orders activations, one for each item.
  ///
  /// - Parameter values: The activations, none NaN.
  public init(_ values: [Float]) {
    let stored = values.indices.filter { values[$0] != 0 }
    self.init(count: values.count, indices: stored, values: stored.map { values[$0] })
  }

  /// How many of the items of each level are among some items.
  ///
  /// - Parameter positives: The items, strictly rising, from 0 to below N.
  /// - Returns: A count for each level.
  /// - Complexity: Linear in the stored and the given items.
  func hits(_ positives: [Int]) -> [Int] {
    Self.check(positives, below: count)
    var hits = [Int](repeating: 0, count: levels.count)
    var place = 0
    for item in positives {
      while place < indices.count, indices[place] < item { place += 1 }
      if place < indices.count, indices[place] == item {
        hits[levelOfStored[place]] += 1
      } else {
        hits[zeroLevel] += 1
      }
    }
    return hits
  }

  /// The share of a concept's items among the k of the greatest activations.
  ///
  /// Where a level is cut by k, its items count in proportion: the expected value if ties were broken
  /// at random.
  ///
  /// - Parameters:
  ///   - k: How many items, from 1 to N.
  ///   - positives: The items of the concept, strictly rising.
  /// - Returns: From 0 to 1.
  public func topPrecision(_ k: Int, positives: [Int]) -> Double {
    precondition(1 <= k && k <= count, "the top \(k) of \(count)")
    var (left, found) = (k, 0.0)
    for (level, hits) in zip(levels, hits(positives)) where left > 0 {
      let taken = min(left, level.count)
      found += Double(hits) * Double(taken) / Double(level.count)
      left -= taken
    }
    return found / Double(k)
  }

  private static func check(_ items: [Int], below count: Int) {
    var last = -1
    for item in items {
      precondition(item > last && item < count, "item \(item) after \(last) of \(count)")
      last = item
    }
  }
}
