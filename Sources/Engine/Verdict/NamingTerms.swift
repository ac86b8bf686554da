/// The terms of which agreement beyond that of exchanged features is the mean.
///
/// match_i - p_i - q_i + chance, where p_i is the share of other features whose true class is i's name, q_i that of
/// others whose name is i's true class, and chance the mean of p: their mean is the excess, and their spread that of
/// the excess, to first order. Differences of excess agreement between ways of naming the same features are means of differences.
struct NamingTerms: Sendable {
  /// One for each feature.
  let values: [Double]

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
    let others = Double(max(1, names.count - 1))
    let terms = zip(names, classes).map { name, id -> (match: Double, p: Double, q: Double) in
      let match = name == id ? 1.0 : 0
      return (match, ((meant[name] ?? 0) - match) / others, ((named[id] ?? 0) - match) / others)
    }
    let chance = terms.reduce(0) { $0 + $1.p } / Double(max(1, names.count))
    values = terms.map { $0.match - $0.p - $0.q + chance }
  }
}
