/// A way in which results may have come under other features' names.
///
/// A program computes a row for each feature, and files rows under names. A mapping says which row it then files
/// under the name of each feature; a right program does so by the identity.
public struct IndexMapping: Sendable, Equatable {
  /// What it does, as it is named in results.
  public let name: String

  /// The row that is filed under each feature, [n]; -1 where none is.
  public let sources: [Int32]

  /// Whether every feature has its own row.
  public var isIdentity: Bool { sources.indices.allSatisfy { sources[$0] == $0 } }

  /// Makes a mapping.
  ///
  /// - Parameters:
  ///   - name: What it does.
  ///   - sources: The row that is filed under each feature, -1 for none.
  public init(name: String, sources: [Int32]) {
    self.name = name
    self.sources = sources
  }

  /// Row k filed under the k-th feature of an order, as by a loop over a listing.
  ///
  /// - Parameters:
  ///   - name: What it does.
  ///   - order: Features, each once.
  ///   - featureCount: n.
  public init(name: String, order: [Int], featureCount: Int) {
    var sources = [Int32](repeating: -1, count: featureCount)
    for (row, feature) in order.enumerated() { sources[feature] = Int32(row) }
    self.init(name: name, sources: sources)
  }

  /// The mapping the other way round: row i filed under the feature whose row this one files under i.
  public var inverse: IndexMapping {
    var result = [Int32](repeating: -1, count: sources.count)
    for (feature, source) in sources.enumerated() where source >= 0 {
      result[Int(source)] = Int32(feature)
    }
    return IndexMapping(name: name + " inverse", sources: result)
  }

  /// Whether it files nothing but what another does.
  func isPart(of other: IndexMapping) -> Bool {
    sources.indices.allSatisfy { sources[$0] < 0 || sources[$0] == other.sources[$0] }
  }
}

// MARK: - Those that are tried

extension IndexMapping {
  /// What is known of how features were listed.
  public struct Clues: Sendable {
    /// The number of features, n.
    public var featureCount: Int
    /// The width of the inputs of the autoencoder, d.
    public var inputWidth: Int
    /// The features of the results, in the order of the file.
    public var tableOrder: [Int]
    /// The features that are alive, rising; nil if that is not known.
    public var alive: [Int]?
    /// Features in the order of a listing; nil if there is none.
    public var listing: [Int]?

    /// States what is known.
    public init(
      featureCount: Int, inputWidth: Int, tableOrder: [Int], alive: [Int]? = nil,
      listing: [Int]? = nil
    ) {
      self.featureCount = featureCount
      self.inputWidth = inputWidth
      self.tableOrder = tableOrder
      self.alive = alive
      self.listing = listing
    }
  }

  /// The mappings that are tried, the identity first.
  ///
  /// `offset +1` files row i + 1 under feature i. `strings` is the order of numbers as text: 0, 1, 10, 100, ...
  /// `table` counts the features of the results alone, `alive` those that are alive. `transposed RxC` reads a
  /// table of R rows and C columns column by column. One that files nothing but what one before it does is left out.
  ///
  /// - Parameter clues: What is known.
  /// - Returns: The mappings.
  public static func all(_ clues: Clues) -> [IndexMapping] {
    let n = clues.featureCount
    func order(_ name: String, _ order: [Int]) -> IndexMapping {
      IndexMapping(name: name, order: order, featureCount: n)
    }
    func strings(_ features: [Int]) -> [Int] {
      features.map { (Array("\($0)".utf8), $0) }
        .sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }
    let ids = Array(0..<n)
    var mappings = [
      order("identity", ids),
      IndexMapping(name: "offset +1", sources: ids.map { $0 + 1 < n ? Int32($0 + 1) : -1 }),
      IndexMapping(name: "offset -1", sources: ids.map { Int32($0 - 1) }),
      order("reversed", ids.reversed()),
    ]
    func add(_ mapping: IndexMapping) { mappings += [mapping, mapping.inverse] }
    if let listing = clues.listing { add(order("listing", listing)) }
    add(order("strings", strings(ids)))
    if let alive = clues.alive {
      add(order("alive", alive))
      add(order("alive strings", strings(alive)))
    }
    let table = clues.tableOrder.sorted()
    add(order("table", table))
    add(order("table strings", strings(table)))
    add(order("table order", clues.tableOrder))
    for (rows, columns) in shapes(clues) {
      add(
        order(
          "transposed \(rows)x\(columns)",
          ids.map { $0 % rows * columns + $0 / rows }))
    }
    return mappings.enumerated().filter { index, mapping in
      !mappings[..<index].contains { mapping.isPart(of: $0) }
    }.map(\.element)
  }

  /// The tables that features may stand in: one of the input width, and a square.
  private static func shapes(_ clues: Clues) -> [(rows: Int, columns: Int)] {
    let (n, width) = (clues.featureCount, clues.inputWidth)
    let side = Int(Double(n).squareRoot().rounded())
    var shapes: [(Int, Int)] = []
    if width > 1, n > width, n % width == 0 { shapes.append((n / width, width)) }
    if side > 1, side * side == n, side != width { shapes.append((side, side)) }
    return shapes
  }
}
