/// Groups of labels that count as one, from 0 on in the order of their first labels.
struct LabelGroups: Sendable {
  /// The group of each label, [K].
  let ids: [Int]

  /// The first label of each group.
  let firstLabels: [Int32]

  /// Numbers groups.
  ///
  /// - Parameter labelGroups: A number for each label that labels share which count as one, [K].
  init(_ labelGroups: [Int]) {
    var places: [Int: Int] = [:]
    var firstLabels: [Int32] = []
    ids = labelGroups.enumerated().map { label, group in
      if let place = places[group] { return place }
      places[group] = firstLabels.count
      firstLabels.append(Int32(label))
      return firstLabels.count - 1
    }
    self.firstLabels = firstLabels
  }

  /// The group of a label; nil for -1.
  func group(of label: Int32) -> Int? { label < 0 ? nil : ids[Int(label)] }

  /// How many of some are of each group.
  func counts(_ members: [Int?]) -> [Int] {
    var counts = [Int](repeating: 0, count: firstLabels.count)
    for case .some(let group) in members { counts[group] += 1 }
    return counts
  }
}
