/// Whole numbers in sets that are joined: union and find with halving of paths.
///
/// The representative of a set is its least member. Source: Tarjan, van Leeuwen 1984.
struct DisjointSets: Sendable {
  private var parents: [Int]

  /// Makes so many sets of one number each, 0 to below `count`.
  init(count: Int) {
    parents = Array(0..<count)
  }

  /// The least member of the set of a number.
  mutating func representative(of member: Int) -> Int {
    var member = member
    while parents[member] != member {
      parents[member] = parents[parents[member]]
      member = parents[member]
    }
    return member
  }

  /// Joins the sets of two numbers.
  ///
  /// - Returns: Whether they were different sets.
  @discardableResult
  mutating func join(_ a: Int, _ b: Int) -> Bool {
    let (rootA, rootB) = (representative(of: a), representative(of: b))
    parents[max(rootA, rootB)] = min(rootA, rootB)
    return rootA != rootB
  }

  /// The least member of the set of each number.
  mutating func representatives() -> [Int] {
    parents.indices.map { representative(of: $0) }
  }
}
