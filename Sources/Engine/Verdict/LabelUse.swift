/// How often labels are the best of a feature.
struct LabelUse: Sendable, Equatable {
  /// How many features each label is the best of, [C].
  let counts: [Int]

  /// How unevenly features are spread over labels.
  let concentration: Concentration

  /// Counts best labels.
  ///
  /// - Parameters:
  ///   - labels: The best label of each feature, -1 for none.
  ///   - labelCount: C.
  init(_ labels: [Int32], labelCount: Int) {
    var counts = [Int](repeating: 0, count: labelCount)
    for label in labels where label >= 0 { counts[Int(label)] += 1 }
    self.counts = counts
    concentration = Concentration(counts)
  }

  /// The labels that are best most often, most often first, equal ones by id.
  ///
  /// - Parameter count: How many.
  /// - Returns: The labels and their features, none without a feature.
  func top(_ count: Int) -> [(label: Int, features: Int)] {
    let order = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    return order.prefix(count).filter { counts[$0] > 0 }.map { ($0, counts[$0]) }
  }

  /// How many labels are the best of no feature.
  var unusedCount: Int { counts.count { $0 == 0 } }
}
