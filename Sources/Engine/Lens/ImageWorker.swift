/// The way of a tile of directions into the joint space, with room for copies of the directions and
/// for their images.
///
/// One worker belongs to one thread.
struct ImageWorker {
  /// What has become of the features of a tile.
  struct Tile {
    /// The number of features.
    let rows: Int
    /// What becomes of each, [rows].
    let statuses: [FeatureStatus]
    /// What makes the image of each a unit vector, [rows].
    let factors: [Float]
    /// Whether images are columns, [D, rows].
    let isTransposed: Bool
  }

  private let source: DirectionSource
  private let map: DirectionMap
  /// How the products of directions are laid out.
  private let first: ProductLayout
  /// The most features that are worked on together, and those that are multiplied besides.
  private let paddedRows: Int
  /// Copied directions, [paddedRows, d]; empty until some must be copied.
  private var directions: [Float] = []
  /// Their images, [paddedRows, D], unit vectors but for `factors`; empty for native directions.
  private var images: [Float] = []
  /// What becomes of each row, [paddedRows].
  private var statuses: [FeatureStatus]
  /// What each image is multiplied by, [paddedRows].
  private var factors: [Float]
  private var sums: VectorSums
  private var scratch: [Float] = []

  /// Makes room.
  ///
  /// - Parameters:
  ///   - source: The directions.
  ///   - map: Their way into the joint space.
  ///   - next: How the products of images are laid out, which native directions are used for as
  ///     they are.
  ///   - paddedRows: The most features of a tile, and those that are multiplied besides.
  init(source: DirectionSource, map: DirectionMap, next: ProductLayout, paddedRows: Int) {
    self.source = source
    self.map = map
    self.paddedRows = paddedRows
    first = map.projection?.layout ?? next
    statuses = [FeatureStatus](repeating: .read, count: paddedRows)
    factors = [Float](repeating: 1, count: paddedRows)
    sums = VectorSums(count: paddedRows)
    if map.projection != nil {
      images = [Float](repeating: 0, count: paddedRows * map.embeddingWidth)
    }
  }

  /// Brings a tile into the joint space.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection, at most as many as there is room for.
  ///   - body: Receives the images, [paddedRows, D] or [D, rows], of which those beyond the tile
  ///     and those that are not read hold anything.
  mutating func withImages(of positions: Range<Int>, _ body: (Span<Float>, Tile) -> Void) {
    if !readInPlace(positions, body), !readColumns(positions, body) { readRows(positions, body) }
  }
}

// MARK: - Directions

extension ImageWorker {
  /// Reads directions where they are stored.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection.
  ///   - body: Receives the images.
  /// - Returns: False if they must be copied, all or because some must be rewritten.
  private mutating func readInPlace(
    _ positions: Range<Int>, _ body: (Span<Float>, Tile) -> Void
  ) -> Bool {
    let (bank, rows) = (source.bank, positions.count)
    guard bank.isInPlace, !bank.isTransposed, first.paddedRows(rows) == rows,
      let range = source.wholeRange(positions)
    else { return false }
    var isDone = false
    bank.withStored(range) { stored in
      sums.sumRows(stored, rows: rows, width: bank.width)
      guard takeSteps(rows: rows).isEmpty else { return }
      mapTile(stored, rows: rows, body)
      isDone = true
    }
    return isDone
  }

  /// Reads copies of directions that are stored as columns, without exchanging rows and columns.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection.
  ///   - body: Receives the images.
  /// - Returns: False if that cannot be done, for all or because some must be rewritten.
  private mutating func readColumns(
    _ positions: Range<Int>, _ body: (Span<Float>, Tile) -> Void
  ) -> Bool {
    let (bank, rows) = (source.bank, positions.count)
    guard bank.isTransposed, first.acceptsColumns, first.paddedRows(rows) == rows,
      let range = source.wholeRange(positions)
    else { return false }
    var copied = takeDirections()
    defer { swap(&copied, &directions) }
    var span = copied.mutableSpan
    bank.readAsColumns(range, into: &span, sums: &sums)
    guard takeSteps(rows: rows).isEmpty else { return false }
    mapTile(copied.span, isTransposed: true, rows: rows, body)
    return true
  }

  /// Reads copies of directions as rows, some of which may have to be rewritten.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection.
  ///   - body: Receives the images.
  private mutating func readRows(
    _ positions: Range<Int>, _ body: (Span<Float>, Tile) -> Void
  ) {
    let (bank, rows) = (source.bank, positions.count)
    var copied = takeDirections()
    defer { swap(&copied, &directions) }
    source.read(positions, into: &copied)
    // As `readColumns` sums: which of them reads a row depends on its tile.
    sums.sumRows(copied.span, rows: rows, width: bank.width, isInOrder: bank.isTransposed)
    for row in takeSteps(rows: rows) {
      var span = copied.mutableSpan
      if !map.rewrite(&span, row: row) { statuses[row] = .unmapped }
    }
    mapTile(copied.span, rows: rows, body)
  }

  /// Room for copied directions, to be put back.
  private mutating func takeDirections() -> [Float] {
    var taken: [Float] = []
    swap(&taken, &directions)
    if taken.isEmpty {
      taken = [Float](repeating: 0, count: paddedRows * source.bank.width)
    }
    return taken
  }

  /// Sets status and factor of each row.
  ///
  /// - Parameter rows: How many there are.
  /// - Returns: The rows that must be rewritten.
  private mutating func takeSteps(rows: Int) -> [Int] {
    var rewritten: [Int] = []
    let (map, sums) = (map, sums)
    for row in 0..<rows {
      (statuses[row], factors[row]) = (.read, 1)
      switch map.step(sum: sums.sums[row], square: sums.squares[row]) {
      case .mask(let status): statuses[row] = status
      case .plain(let factor): factors[row] = factor
      case .rewrite: rewritten.append(row)
      }
    }
    return rewritten
  }
}

// MARK: - Images

extension ImageWorker {
  /// Multiplies directions with the projection, and completes their images.
  ///
  /// - Parameters:
  ///   - directions: The directions, at least as many as are multiplied.
  ///   - isTransposed: Whether directions are columns, [width, rows].
  ///   - rows: How many are used.
  ///   - body: Receives the images.
  private mutating func mapTile(
    _ directions: Span<Float>, isTransposed: Bool = false, rows: Int,
    _ body: (Span<Float>, Tile) -> Void
  ) {
    guard let projection = map.projection else {
      body(directions, tile(rows: rows, isTransposed: isTransposed))
      return
    }
    projection.multiply(
      directions, isTransposed: isTransposed, rows: projection.layout.paddedRows(rows),
      columns: 0..<projection.count, into: &images, scratch: &scratch)
    var completed: [Float] = []
    swap(&completed, &images)
    var span = completed.mutableSpan
    for row in 0..<rows where statuses[row] == .read {
      switch map.complete(&span, row: row, factor: factors[row]) {
      case .unit(let factor): factors[row] = factor
      case .mask(let status): statuses[row] = status
      }
    }
    body(completed.span, tile(rows: rows, isTransposed: false))
    swap(&completed, &images)
  }

  private func tile(rows: Int, isTransposed: Bool) -> Tile {
    Tile(
      rows: rows, statuses: Array(statuses[..<rows]), factors: Array(factors[..<rows]),
      isTransposed: isTransposed)
  }
}
