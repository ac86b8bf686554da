/// One worker of a scan, with room for a tile of directions, their images, and a part of their
/// cosines.
struct ScanWorker {
  private let scan: LensScan
  /// The most features that are worked on together.
  private let tileRows: Int
  /// As many, and those that are multiplied besides.
  private let paddedRows: Int
  /// Copied directions, [paddedRows, d]; empty until some must be copied.
  private var directions: [Float] = []
  /// Their images, [paddedRows, D], unit vectors but for `factors`; empty for native directions.
  private var images: [Float] = []
  /// Products with a part of the labels, [paddedRows, at most partColumns].
  private var products: [Float] = []
  /// What becomes of each row, [paddedRows].
  private var statuses: [FeatureStatus]
  /// What each product of a row is multiplied by, [paddedRows].
  private var factors: [Float]
  private var sums: VectorSums
  private var reduction: RowReduction
  private var scratch: [Float] = []
  /// Labels that are read for a part; empty where all are at hand.
  private var gathered: [Float] = []

  /// Makes room.
  ///
  /// - Parameters:
  ///   - scan: What is done.
  ///   - tileRows: The most features that are worked on together.
  init(scan: LensScan, tileRows: Int) {
    self.scan = scan
    self.tileRows = tileRows
    let layouts = [scan.map.projection?.layout, scan.panel.layout].compactMap { $0 }
    let rows = layouts.map { $0.paddedRows(tileRows) }.reduce(0, max)
    paddedRows = rows
    statuses = [FeatureStatus](repeating: .read, count: rows)
    factors = [Float](repeating: 1, count: rows)
    sums = VectorSums(count: rows)
    reduction = RowReduction(
      rows: rows, logitScale: scan.logitScale, labelIDs: scan.panel.labelIDs,
      topCount: scan.topCount)
    let columns = scan.panel.parts.map { scan.panel.layout.place(of: $0).stride }.max() ?? 0
    products = [Float](repeating: 0, count: rows * columns)
    if scan.map.projection != nil {
      images = [Float](repeating: 0, count: rows * scan.map.embeddingWidth)
    }
  }

  /// Scans a run of the selection on the calling thread.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection.
  ///   - blockSize: The features of a block.
  /// - Returns: Blocks of that size, of which the last may be shorter.
  mutating func blocks(_ positions: Range<Int>, blockSize: Int) -> [FeatureBlock] {
    var blocks: [FeatureBlock] = []
    for start in stride(from: positions.lowerBound, to: positions.upperBound, by: tileRows) {
      let tile = start..<min(start + tileRows, positions.upperBound)
      read(tile)
      let ids = scan.source.ids(at: tile)
      var row = 0
      while row < tile.count {
        // A block that a tile before has begun is completed first.
        let begun = blocks.last.map { $0.rows < blockSize ? $0.rows : 0 } ?? 0
        let rows = row..<min(row + blockSize - begun, tile.count)
        let part = reduction.block(of: rows, ids: ids[rows], statuses: statuses[rows])
        if begun > 0 {
          blocks[blocks.count - 1].append(part)
        } else {
          blocks.append(part)
        }
        row = rows.upperBound
      }
    }
    return blocks
  }

  /// Reads and reduces a tile.
  private mutating func read(_ positions: Range<Int>) {
    reduction.removeAll()
    if !readInPlace(positions), !readColumns(positions) { readRows(positions) }
  }
}

// MARK: - Directions

extension ScanWorker {
  /// How the products of directions are laid out.
  private var first: ProductLayout { scan.map.projection?.layout ?? scan.panel.layout }

  /// Reads directions where they are stored.
  ///
  /// - Parameter positions: Positions in the selection, at most `tileRows`.
  /// - Returns: False if they must be copied, all or because some must be rewritten.
  private mutating func readInPlace(_ positions: Range<Int>) -> Bool {
    let (bank, rows) = (scan.source.bank, positions.count)
    guard bank.isInPlace, !bank.isTransposed, first.paddedRows(rows) == rows,
      let range = scan.source.wholeRange(positions)
    else { return false }
    var isDone = false
    bank.withStored(range) { stored in
      sums.sumRows(stored, rows: rows, width: bank.width)
      guard takeSteps(rows: rows).isEmpty else { return }
      read(stored, rows: rows)
      isDone = true
    }
    return isDone
  }

  /// Reads copies of directions that are stored as columns, without exchanging rows and columns.
  ///
  /// - Parameter positions: Positions in the selection, at most `tileRows`.
  /// - Returns: False if that cannot be done, for all or because some must be rewritten.
  private mutating func readColumns(_ positions: Range<Int>) -> Bool {
    let (bank, rows) = (scan.source.bank, positions.count)
    guard bank.isTransposed, first.acceptsColumns, first.paddedRows(rows) == rows,
      let range = scan.source.wholeRange(positions)
    else { return false }
    var copied = takeDirections()
    defer { swap(&copied, &directions) }
    var span = copied.mutableSpan
    sums.removeAll()
    bank.readAsColumns(range, into: &span) { sums.addToColumns($0) }
    guard takeSteps(rows: rows).isEmpty else { return false }
    read(copied.span, isTransposed: true, rows: rows)
    return true
  }

  /// Reads copies of directions as rows, some of which may have to be rewritten.
  ///
  /// - Parameter positions: Positions in the selection, at most `tileRows`.
  private mutating func readRows(_ positions: Range<Int>) {
    let (bank, rows) = (scan.source.bank, positions.count)
    var copied = takeDirections()
    defer { swap(&copied, &directions) }
    scan.source.read(positions, into: &copied)
    // As `readColumns` sums: which of them reads a row depends on its tile.
    sums.sumRows(copied.span, rows: rows, width: bank.width, isInOrder: bank.isTransposed)
    for row in takeSteps(rows: rows) {
      var span = copied.mutableSpan
      if !scan.map.rewrite(&span, row: row) { statuses[row] = .unmapped }
    }
    read(copied.span, rows: rows)
  }

  /// Room for copied directions, to be put back.
  private mutating func takeDirections() -> [Float] {
    var taken: [Float] = []
    swap(&taken, &directions)
    if taken.isEmpty {
      taken = [Float](repeating: 0, count: paddedRows * scan.source.bank.width)
    }
    return taken
  }

  /// Sets status and factor of each row.
  ///
  /// - Parameter rows: How many there are.
  /// - Returns: The rows that must be rewritten.
  private mutating func takeSteps(rows: Int) -> [Int] {
    var rewritten: [Int] = []
    for row in 0..<rows {
      (statuses[row], factors[row]) = (.read, 1)
      switch scan.map.step(sum: sums.sums[row], square: sums.squares[row]) {
      case .mask(let status): statuses[row] = status
      case .plain(let factor): factors[row] = factor
      case .rewrite: rewritten.append(row)
      }
    }
    return rewritten
  }
}

// MARK: - Products

extension ScanWorker {
  /// Multiplies directions with everything that follows, and reduces the cosines.
  ///
  /// - Parameters:
  ///   - directions: The directions, at least as many as are multiplied.
  ///   - isTransposed: Whether directions are columns, [width, rows].
  ///   - rows: How many are used.
  private mutating func read(_ directions: Span<Float>, isTransposed: Bool = false, rows: Int) {
    guard let projection = scan.map.projection else {
      reduce(directions, isTransposed: isTransposed, rows: rows)
      return
    }
    projection.multiply(
      directions, isTransposed: isTransposed, rows: projection.layout.paddedRows(rows),
      columns: 0..<projection.count, into: &images, scratch: &scratch)
    var completed: [Float] = []
    swap(&completed, &images)
    var span = completed.mutableSpan
    for row in 0..<rows where statuses[row] == .read {
      switch scan.map.complete(&span, row: row, factor: factors[row]) {
      case .unit(let factor): factors[row] = factor
      case .mask(let status): statuses[row] = status
      }
    }
    reduce(completed.span, isTransposed: false, rows: rows)
    swap(&completed, &images)
  }

  /// Multiplies vectors with the labels, part by part, and reduces the cosines.
  private mutating func reduce(_ vectors: Span<Float>, isTransposed: Bool, rows: Int) {
    let layout = scan.panel.layout
    var cosines: [Float] = []
    swap(&cosines, &products)
    for part in scan.panel.parts {
      let (labels, columns) = scan.panel.operand(of: part, gathering: &gathered)
      labels.multiply(
        vectors, isTransposed: isTransposed, rows: layout.paddedRows(rows), columns: columns,
        into: &cosines, scratch: &scratch)
      let place = layout.place(of: part)
      for row in 0..<rows where statuses[row] == .read {
        let start = row * place.stride + place.start
        reduction.add(
          cosines.span.extracting(start..<(start + part.count)), factor: factors[row],
          first: part.lowerBound, to: row)
      }
    }
    swap(&cosines, &products)
  }
}
