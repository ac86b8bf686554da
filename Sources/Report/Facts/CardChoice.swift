internal import Engine

/// Which features are shown on cards.
struct CardChoice {
  /// Some features, and why they were chosen.
  struct Group {
    let id: String
    let title: String
    let reason: String
    /// Their rows.
    let rows: [Int]
  }

  let groups: [Group]

  /// Chooses features.
  ///
  /// - Parameters:
  ///   - facts: The run.
  ///   - count: The most features of a group; of 0 there are no groups.
  ///   - seed: Determines the random ones.
  /// - Throws: `CheckpointError` if a column cannot be read.
  init(_ facts: RunFacts, count: Int, seed: UInt64) throws {
    guard count > 0 else {
      groups = []
      return
    }
    let margins = try facts.columns.numbers("margin")
    let read = facts.readRows
    let ordered = read.filter { !margins[$0].isNaN }
      .sorted { (margins[$0], $1) > (margins[$1], $0) }
    var groups = [
      Group(
        id: "sharp", title: "Sharpest", reason: "The best cosine is furthest ahead of the second.",
        rows: Array(ordered.prefix(count)))
    ]
    if let wrong = try Self.wrong(facts, margins, count) { groups.append(wrong) }
    let middle = max(0, ordered.count / 2 - count / 2)
    groups.append(
      Group(
        id: "typical", title: "Typical", reason: "The margin is about the median.",
        rows: Array(ordered.dropFirst(middle).prefix(count))))
    var generator = SplitMix64(seed: seed)
    groups.append(
      Group(
        id: "random", title: "Random", reason: "Each feature has the same chance; seed \(seed).",
        rows: read.shuffled(using: &generator).prefix(count).sorted()))
    self.groups = groups
  }

  /// The features that are wrong and sure of it; without truth those that chance explains best.
  private static func wrong(
    _ facts: RunFacts, _ margins: [Float], _ count: Int
  ) throws -> Group? {
    if let ranks = try facts.integers("centred", "true_rank") {
      let rows = ranks.indices.filter { ranks[$0] > 10 && !margins[$0].isNaN }
        .sorted { (margins[$0], $1) > (margins[$1], $0) }
      return Group(
        id: "wrong", title: "Most wrong",
        reason:
          "What the feature fires on is not among its ten best labels by the centred score, and the margin of the raw one is greatest.",
        rows: Array(rows.prefix(count)))
    }
    guard let p = try facts.numbers("centred", "p_in_place") else { return nil }
    let rows = p.indices.filter { !p[$0].isNaN }.sorted { (p[$0], $1) > (p[$1], $0) }
    return Group(
      id: "wrong", title: "Nearest to chance",
      reason: "The p-value beside random vectors in their place is greatest.",
      rows: Array(rows.prefix(count)))
  }
}
