/// Under which mapping of features a table of labels agrees best with labels found here, and how surely.
///
/// Labels agree if their texts do. For each mapping the labels that agree are compared with what is expected
/// if rows of the table stood beside any features: with m rows compared, of which t_l have label l, and q_l of
/// the n features read here, Σ_l t_l q_l / (m n) of them. p is the binomial probability of as many or more,
/// times the number of mappings.
public struct IndexPermutation: Sendable, Equatable {
  /// How a mapping does.
  public struct Trial: Sendable, Equatable {
    /// The mapping.
    public let name: String
    /// Whether it is the identity.
    public let isIdentity: Bool
    /// The rows of the table that have a feature to be compared with.
    public let compared: Int
    /// Those whose label agrees.
    public let hits: Int
    /// The share that is expected to agree by chance.
    public let chance: Double
    /// The binomial probability of as many or more, of this mapping alone.
    public let probability: Double
  }

  /// The rows of the table.
  public let rowCount: Int

  /// All mappings that were tried, the identity first.
  public let trials: [Trial]

  /// The mapping under which most rows agree, of several the first.
  public let best: Trial

  /// The probability of the best by chance, times the number of mappings, at most 1.
  public var pValue: Double { min(1, best.probability * Double(trials.count)) }

  /// The p-value below which a mapping is taken to be proven.
  public static let level = 1e-6

  /// Whether the table is filed under other features' names.
  public var isPermuted: Bool { !best.isIdentity && pValue < Self.level }

  /// The share of all rows of the table that agree under a mapping.
  public func hitShare(of trial: Trial) -> Double {
    rowCount > 0 ? Double(trial.hits) / Double(rowCount) : 0
  }

  /// Tries mappings.
  ///
  /// - Parameters:
  ///   - table: The label of each feature in the table, [n], -1 for none.
  ///   - found: The first label of each feature as found here, [n], -1 for none.
  ///   - labels: The labels, by id; of equal texts any may stand in either.
  ///   - mappings: The mappings, the identity first.
  public init(table: [Int32], found: [Int32], labels: [String], mappings: [IndexMapping]) {
    precondition(table.count == found.count, "\(table.count) rows for \(found.count) features")
    precondition(mappings.first?.isIdentity == true, "no identity among the mappings")
    let firsts = LabelPlaces(labels).firsts
    let table = table.map { $0 < 0 ? -1 : firsts[Int($0)] }
    let found = found.map { $0 < 0 ? -1 : firsts[Int($0)] }
    var foundCounts = [Int](repeating: 0, count: labels.count)
    for label in found where label >= 0 { foundCounts[Int(label)] += 1 }
    let trials = mappings.map { Self.trial($0, table: table, found: found, counts: foundCounts) }
    self.trials = trials
    rowCount = table.count { $0 >= 0 }
    // The first of the greatest: the identity before any other.
    best = trials.dropFirst().reduce(trials[0]) { $1.hits > $0.hits ? $1 : $0 }
  }

  private static func trial(
    _ mapping: IndexMapping, table: [Int32], found: [Int32], counts: [Int]
  ) -> Trial {
    var (compared, hits, pairs) = (0, 0, 0.0)
    for (feature, source) in mapping.sources.enumerated() where source >= 0 {
      let (stated, own) = (table[feature], found[Int(source)])
      guard stated >= 0, own >= 0 else { continue }
      compared += 1
      if stated == own { hits += 1 }
      pairs += Double(counts[Int(stated)])
    }
    let total = counts.reduce(0, +)
    let chance = compared > 0 ? pairs / Double(compared) / Double(total) : 0
    return Trial(
      name: mapping.name, isIdentity: mapping.isIdentity, compared: compared, hits: hits,
      chance: chance,
      probability: Distributions.binomialTail(hits, trials: compared, share: min(1, chance)))
  }
}
