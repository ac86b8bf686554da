/// The tiles of features in whose place null features are read: all, or one of each of equal parts of them.
///
/// A variant that is judged beside others has as many null features as four banks of so many make, whatever the number of its
/// features: they are pooled, and more of them make p-values finer, not righter.
struct NullTiles: Sendable, Equatable {
  /// Whether each tile has null features.
  private let isRead: [Bool]

  /// The most features of a null bank of a variant that is judged beside others.
  static let briefLimit = 8192

  /// Chooses tiles, which of each part is as good as random.
  ///
  /// - Parameters:
  ///   - featureCount: The features, n.
  ///   - limit: The most features that may have null features in their place, at least a tile of them; nil for
  ///     all.
  init(featureCount: Int, limit: Int? = nil) {
    let size = JointBank.tileRows
    let count = (featureCount + size - 1) / size
    guard let limit, featureCount > limit else {
      isRead = [Bool](repeating: true, count: count)
      return
    }
    let parts = max(1, limit / size)
    var isRead = [Bool](repeating: false, count: count)
    for part in 0..<parts {
      let (start, end) = (part * count / parts, (part + 1) * count / parts)
      var generator = SplitMix64(seed: UInt64(part))
      isRead[start + generator.nextIndex(below: end - start)] = true
    }
    self.isRead = isRead
  }

  /// Whether all features have null features in their place.
  var isWhole: Bool { isRead.allSatisfy { $0 } }

  /// Whether a tile has null features.
  func contains(_ tile: Int) -> Bool { isRead[tile] }

  /// Those of some features that have null features in their place.
  ///
  /// - Parameter features: Whether each feature is one of them, [n].
  /// - Returns: The same without those of other tiles.
  func among(_ features: [Bool]) -> [Bool] {
    features.enumerated().map { $1 && isRead[$0 / JointBank.tileRows] }
  }
}
