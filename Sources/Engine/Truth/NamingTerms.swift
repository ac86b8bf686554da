/// The terms of which agreement beyond that of exchanged features is the mean.
///
/// match_i - p_i - q_i + chance, where p_i is the share of other features whose true class is i's name, q_i that of
/// others whose name is i's true class, and chance the mean of p: their mean is the excess, and their spread that of
/// the excess, to first order. Differences of excess agreement between ways of naming the same features are means of differences.
///
/// The same with probabilities in the place of names: match_i is the probability of i's true class, p_i the mean of i's
/// probabilities of the true classes of other features, q_i that of other features' probabilities of i's true class.
struct NamingTerms: Sendable {
  /// One for each feature.
  let values: [Double]

  /// The mean of p, 0 of none.
  let chance: Double

  /// The mean of the terms, 0 of none.
  var excess: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

  /// Compares names.
  ///
  /// - Parameters:
  ///   - names: The group of the label that each feature is named, none negative.
  ///   - classes: The group of its true label.
  init(names: [Int], classes: [Int]) {
    precondition(names.count == classes.count, "\(names.count) names, \(classes.count) classes")
    var (named, meant) = ([Int: Double](), [Int: Double]())
    for (name, id) in zip(names, classes) {
      named[name, default: 0] += 1
      meant[id, default: 0] += 1
    }
    self.init(
      matches: zip(names, classes).map { $0 == $1 ? 1 : 0 },
      classSums: names.map { meant[$0] ?? 0 },
      nameSums: classes.map { named[$0] ?? 0 })
  }

  /// Joins what is known of each feature.
  ///
  /// - Parameters:
  ///   - matches: The probability that a feature is named its true class: 0 or 1 of one name.
  ///   - classSums: The sum, over all features, of its probabilities of their true classes.
  ///   - nameSums: The sum of all features' probabilities of its true class.
  init(matches: [Double], classSums: [Double], nameSums: [Double]) {
    let others = Double(max(1, matches.count - 1))
    let p = zip(classSums, matches).map { ($0 - $1) / others }
    let q = zip(nameSums, matches).map { ($0 - $1) / others }
    let chance = p.reduce(0, +) / Double(max(1, p.count))
    self.chance = chance
    values = matches.indices.map { matches[$0] - p[$0] - q[$0] + chance }
  }
}
