/// The directions of an autoencoder as unit vectors in the joint space, made tile by tile each time
/// they are used.
///
/// A tile is the same for any number of threads, so that what is summed over tiles in their order
/// has the same bits.
struct JointBank: Sendable {
  /// Unit images of a tile.
  struct Tile: Sendable {
    /// The positions in the selection.
    let positions: Range<Int>
    /// What became of each, [rows].
    let statuses: [FeatureStatus]
    /// The lengths of the images before they were made unit vectors, but for a factor that all
    /// native and linear ones may have, [rows]; 0 where not read.
    let lengths: [Float]
    /// Unit rows, [tileRows, D], as many as products take; zeros where not read and beyond.
    let images: [Float]

    /// The number of features.
    var rows: Int { positions.count }
  }

  /// Unit images of all features.
  struct Images: Sendable {
    /// What became of each, [n].
    let statuses: [FeatureStatus]
    /// As those of a tile, [n].
    let lengths: [Float]
    /// Unit rows, [n, D]; zeros where not read.
    let elements: [Float]
  }

  /// The features of a tile, a number that any product takes as it is.
  static let tileRows = 960

  /// Which directions are read.
  let source: DirectionSource

  /// Their way into the joint space.
  let map: DirectionMap

  /// What is known of all features, which is not made again then.
  var images: Images?

  /// The width of the joint space, D.
  var width: Int { map.embeddingWidth }

  /// The number of features.
  var count: Int { source.selection.count }

  /// Computes a value of each tile on several threads, and hands them over in order.
  ///
  /// - Parameters:
  ///   - workers: The number of threads.
  ///   - makeState: Makes what a worker keeps from one tile to the next.
  ///   - produce: Computes the value of a tile.
  ///   - body: Receives each value, on the calling thread.
  /// - Throws: What `body` throws.
  func forEachTile<State, Value: Sendable, Failure: Error>(
    workers: Int, makeState: @escaping @Sendable () -> State,
    produce: @escaping @Sendable (inout State, Tile) -> Value,
    _ body: (Value) throws(Failure) -> Void
  ) throws(Failure) {
    let size = Self.tileRows
    try forEachInOrder(
      count: (count + size - 1) / size, workers: workers,
      makeState: { (worker: makeWorker(), state: makeState()) },
      produce: { kept, index in
        let positions = (index * size)..<min((index + 1) * size, count)
        return produce(&kept.state, tile(positions, of: &kept.worker))
      }, body)
  }

  /// Unit images of some positions in the selection, one tile at a time.
  ///
  /// - Parameter positions: Positions in the selection, at most `tileRows`.
  /// - Returns: The tile.
  func tile(_ positions: Range<Int>) -> Tile {
    var worker = makeWorker()
    return tile(positions, of: &worker)
  }

  /// How a product that native directions are put into is laid out: as any of uniform kernels.
  private var layout: ProductLayout { ProductLayout(count: width, width: width) }

  private func makeWorker() -> ImageWorker {
    let layouts = [map.projection?.layout, layout].compactMap { $0 }
    return ImageWorker(
      source: source, map: map, next: layout,
      paddedRows: layouts.map { $0.paddedRows(Self.tileRows) }.reduce(0, max))
  }

  private func tile(_ positions: Range<Int>, of worker: inout ImageWorker) -> Tile {
    if let images { return kept(positions, images) }
    var images = [Float](repeating: 0, count: Self.tileRows * width)
    var lengths = [Float](repeating: 0, count: positions.count)
    var statuses: [FeatureStatus] = []
    worker.withImages(of: positions) { vectors, tile in
      statuses = tile.statuses
      for row in 0..<tile.rows where tile.statuses[row] == .read {
        let factor = tile.factors[row]
        lengths[row] = 1 / factor
        let start = row * width
        if tile.isTransposed {
          for j in 0..<width { images[start + j] = vectors[j * tile.rows + row] * factor }
        } else {
          for j in 0..<width { images[start + j] = vectors[start + j] * factor }
        }
      }
    }
    return Tile(positions: positions, statuses: statuses, lengths: lengths, images: images)
  }

  private func kept(_ positions: Range<Int>, _ images: Images) -> Tile {
    var elements = Array(
      images.elements[(positions.lowerBound * width)..<(positions.upperBound * width)])
    elements += repeatElement(0, count: (Self.tileRows - positions.count) * width)
    return Tile(
      positions: positions, statuses: Array(images.statuses[positions]),
      lengths: Array(images.lengths[positions]), images: elements)
  }
}
