/// One worker of a scan, with room for a tile of images and a part of their cosines.
struct ScanWorker {
  private let scan: LensScan
  /// The most features that are worked on together.
  private let tileRows: Int
  /// What brings directions into the joint space; nil only while it does so.
  private var images: ImageWorker?
  /// Products with a part of the labels, [paddedRows, at most partColumns]; zeros between uses.
  private var products: [Float] = []
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
    let paddedRows = layouts.map { $0.paddedRows(tileRows) }.reduce(0, max)
    images = ImageWorker(
      source: scan.source, map: scan.map, next: scan.panel.layout, paddedRows: paddedRows)
    reduction = RowReduction(
      rows: paddedRows, logitScale: scan.logitScale, labelIDs: scan.panel.labelIDs,
      topCount: scan.topCount)
    let columns = scan.panel.parts.map { scan.panel.layout.place(of: $0).stride }.max() ?? 0
    products = [Float](repeating: 0, count: paddedRows * columns)
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
      let statuses = read(tile)
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
  ///
  /// - Parameter positions: Positions in the selection, at most `tileRows`.
  /// - Returns: What became of each feature.
  private mutating func read(_ positions: Range<Int>) -> [FeatureStatus] {
    reduction.removeAll()
    var statuses: [FeatureStatus] = []
    var worker = images.take()
    worker?.withImages(of: positions) { vectors, tile in
      reduce(vectors, tile: tile)
      statuses = tile.statuses
    }
    images = worker.take()
    return statuses
  }

  /// Multiplies images with the labels, part by part, and reduces the cosines.
  private mutating func reduce(_ vectors: Span<Float>, tile: ImageWorker.Tile) {
    let layout = scan.panel.layout
    let paddedRows = layout.paddedRows(tile.rows)
    var cosines: [Float] = []
    swap(&cosines, &products)
    for part in scan.panel.parts {
      let (labels, columns) = scan.panel.operand(of: part, gathering: &gathered)
      labels.multiply(
        vectors, isTransposed: tile.isTransposed, rows: paddedRows, columns: columns,
        isCleared: true, into: &cosines, scratch: &scratch)
      let place = layout.place(of: part)
      var products = cosines.mutableSpan
      for row in 0..<paddedRows {
        let start = row * place.stride
        let isRead = row < tile.rows && tile.statuses[row] == .read
        // What stands before the part is of labels that were reduced with the part before.
        for index in start..<(start + (isRead ? place.start : place.stride)) { products[index] = 0 }
        guard isRead else { continue }
        reduction.add(
          &products, in: (start + place.start)..<(start + place.stride),
          factor: tile.factors[row], first: part.lowerBound, to: row)
      }
    }
    swap(&cosines, &products)
  }
}
