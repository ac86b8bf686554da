/// Features by the sets of labels that their true classes are in.
///
/// Sets may overlap, so that a feature counts in each that its class is in, and in none where it is in none.
struct LabelSetStrata: Sendable, Equatable {
  /// The features of one set.
  struct Stratum: Sendable, Equatable {
    /// The set's index among all sets.
    let set: Int
    /// The positions of the features, rising.
    let members: [Int]
    /// Whether they are enough for a finding of their own, as `FeatureStrata.leastMembers` has it.
    let isLarge: Bool
  }

  /// The sets with most features, most first, of equal ones in the order of the sets; no more than `limit`, and
  /// none without features.
  let listed: [Stratum]

  /// The number of all sets, and of those that have features.
  let setCount: Int
  let occupiedCount: Int

  /// The features that are read and have a true class, and those of them whose class is in a set.
  let judgedCount: Int
  let coveredCount: Int

  /// How many sets are listed at most.
  static let limit = 20

  /// Divides features.
  ///
  /// - Parameters:
  ///   - sets: The labels of each set, as positions among those that take part.
  ///   - classes: The true class of each feature as such a position, -1 for none, [n].
  ///   - isRead: Whether a feature is read, [n].
  init(_ sets: [[Int]], classes: [Int32], isRead: [Bool]) {
    precondition(
      classes.count == isRead.count, "\(classes.count) classes, \(isRead.count) features")
    let judged = classes.indices.filter { isRead[$0] && classes[$0] >= 0 }
    let byClass = Dictionary(grouping: judged) { Int(classes[$0]) }
    let members = sets.map { set in set.flatMap { byClass[$0] ?? [] }.sorted() }
    let least = max(
      Double(FeatureStrata.leastMembers.count),
      FeatureStrata.leastMembers.share * Double(isRead.count { $0 }))
    let occupied = members.indices.filter { !members[$0].isEmpty }
    listed = occupied.sorted { (-members[$0].count, $0) < (-members[$1].count, $1) }
      .prefix(Self.limit)
      .map { set in
        Stratum(
          set: set, members: members[set], isLarge: Double(members[set].count) >= least)
      }
    setCount = sets.count
    occupiedCount = occupied.count
    judgedCount = judged.count
    coveredCount = Set(members.joined()).count
  }
}
