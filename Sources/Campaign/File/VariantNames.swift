internal import Engine

/// The variants of the lens that a run can read, by their names.
enum VariantNames {
  /// A direction and a map that go together.
  struct Parts: Sendable {
    let direction: Direction
    let map: LensMap
  }

  /// What each name stands for.
  static let parts: [String: Parts] = {
    var parts: [String: Parts] = [:]
    for direction in Direction.allCases {
      for map in LensMap.allCases {
        guard let variant = try? LensVariant(direction: direction, map: map) else { continue }
        parts[variant.id] = Parts(direction: direction, map: map)
      }
    }
    return parts
  }()

  /// The names, in order.
  static var all: [String] { parts.keys.sorted() }
}
