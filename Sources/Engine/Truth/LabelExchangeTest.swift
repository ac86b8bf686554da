/// Whether names are right more often than they would be if labels were exchanged among labels that are given to
/// about as many features.
///
/// Labels are exchanged, not features: features of one true class keep one, and a label that many features are named stays
/// one that many are named, so that neither classes of many features nor labels of many names count as agreement.
///
///     right = #{i: name_i = class_i} / n      null: #{i: name_i = π(class_i)} / n
///
/// π permutes the labels of each bin: those of no feature, and those of 2^b to 2^(b+1) - 1 features. A label
/// alone in its bin stays, and what is right by it is right in the null too.
public struct LabelExchangeTest: Sendable, Equatable {
  /// The share of features that are named their class; NaN of none.
  public let right: Double

  /// The mean of the same share over exchanges.
  public let nullMean: Double

  /// The share that 5 % of the exchanges reach, to the next above.
  public let nullLimit: Double

  /// (1 + #{null ≥ right}) / (1 + replicates).
  public let pValue: Double

  /// The bins of labels that are given to a feature.
  public let binCount: Int

  /// The number of exchanges.
  public let replicates: Int

  /// The exchanges where no number is stated.
  public static let usualReplicates = 1000

  /// Exchanges labels.
  ///
  /// - Parameters:
  ///   - names: The label of each feature, from 0 to below `labelCount`.
  ///   - classes: Its true label.
  ///   - labelCount: The number of labels.
  ///   - replicates: The number of exchanges, 1 at least.
  ///   - seed: Determines them.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Complexity: Proportional to replicates · (features + labels).
  public init(
    names: [Int], classes: [Int], labelCount: Int, replicates: Int = usualReplicates, seed: UInt64,
    workers: Int
  ) {
    precondition(names.count == classes.count, "\(names.count) names, \(classes.count) classes")
    precondition(replicates > 0, "\(replicates) replicates")
    var counts = [Int](repeating: 0, count: labelCount)
    for name in names { counts[name] += 1 }
    let bins = Dictionary(grouping: counts.indices) {
      counts[$0] == 0 ? -1 : Int.bitWidth - 1 - counts[$0].leadingZeroBitCount
    }
    // Labels of no feature are named by none, whichever they are exchanged with.
    let exchanged = bins.filter { $0.key >= 0 }.sorted { $0.key < $1.key }.map(\.value)
    @Sendable func hits(_ labels: [Int]) -> Int {
      var hits = 0
      for (name, id) in zip(names, classes) where labels[id] == name { hits += 1 }
      return hits
    }
    let observed = hits(Array(0..<labelCount))
    let null = mapInParallel(count: replicates, workers: workers) { index in
      var generator = SplitMix64(seed: seed ^ (0x9E37_79B9_7F4A_7C15 &* UInt64(index + 1)))
      var labels = Array(0..<labelCount)
      for bin in exchanged {
        for (label, place) in zip(bin, generator.permutation(of: bin.count)) {
          labels[label] = bin[place]
        }
      }
      return hits(labels)
    }
    let total = Double(names.count)
    right = Double(observed) / total
    nullMean = Double(null.reduce(0, +)) / Double(replicates) / total
    nullLimit = upperQuantile(ofSorted: null.map { Double($0) / total }.sorted(), share: 0.95)
    pValue = Double(1 + null.count { $0 >= observed }) / Double(1 + replicates)
    binCount = exchanged.count
    self.replicates = replicates
  }
}
