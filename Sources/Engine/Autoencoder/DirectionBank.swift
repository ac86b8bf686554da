/// The directions of an autoencoder's features, read block by block from a stored tensor.
///
/// A bank holds no copy of the tensor and no state, so any number of threads may read it at once.
public struct DirectionBank: Sendable {
  /// The stored tensor: [count, width], or [width, count] if it is transposed; never itself a
  /// view of a matrix with rows and columns exchanged, which is read along its storage.
  public let tensor: Tensor

  /// Whether the features are the columns of the stored tensor.
  public let isTransposed: Bool

  /// The number of directions.
  public let count: Int

  /// The number of elements of a direction.
  public let width: Int

  /// The bytes that are in memory rather than mapped: all of directions that were computed.
  let heldBytes: Int

  /// Makes a bank of a stored matrix.
  ///
  /// - Parameters:
  ///   - tensor: The matrix.
  ///   - isTransposed: Whether features are its columns.
  ///   - isComputed: Whether it is in memory.
  /// - Precondition: The tensor has two dimensions and a floating-point type.
  init(_ tensor: Tensor, isTransposed: Bool, isComputed: Bool = false) {
    precondition(
      tensor.shape.count == 2 && tensor.dtype.isFloatingPoint,
      "\(tensor.name): \(tensor.dtype.rawValue) \(tensor.shapeDescription) is no matrix of weights")
    heldBytes = isComputed ? tensor.bytes.count : 0
    (count, width) =
      isTransposed ? (tensor.shape[1], tensor.shape[0]) : (tensor.shape[0], tensor.shape[1])
    let stored = tensor.contiguousTranspose
    self.tensor = stored ?? tensor
    self.isTransposed = stored == nil ? isTransposed : !isTransposed
  }

  /// Copies directions into `target`, each in one piece.
  ///
  /// Half precisions and `Float` are exact; `Double` is rounded to nearest.
  ///
  /// - Parameters:
  ///   - range: The features wanted.
  ///   - target: Receives the directions, [range.count, width].
  ///   - start: Where the first begins.
  /// - Precondition: `range` lies in `0..<count`, and `target` has room.
  public func read(_ range: Range<Int>, into target: inout MutableSpan<Float>, at start: Int = 0) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "features \(range) of \(count)")
    precondition(
      start >= 0 && target.count >= start + range.count * width,
      "\(target.count) elements for [\(range.count), \(width)] from \(start) on")
    guard !range.isEmpty, width > 0 else { return }
    if isTransposed {
      readColumns(range, into: &target, at: start)
    } else {
      tensor.copyFloats(
        in: (range.lowerBound * width)..<(range.upperBound * width), into: &target, at: start)
    }
  }

  /// Copies and sums directions of a transposed bank as they are stored, which is quicker than `read`.
  ///
  /// - Parameters:
  ///   - range: The features wanted.
  ///   - target: Receives the directions as columns from its start: [width, range.count].
  ///   - sums: Receives the sums of each.
  /// - Precondition: The bank is transposed, and there is room.
  func readAsColumns(
    _ range: Range<Int>, into target: inout MutableSpan<Float>, sums: inout VectorSums
  ) {
    precondition(isTransposed && range.upperBound <= count, "features \(range) of \(count)")
    sums.removeAll()
    if isInPlace, width > 0 {
      let last = (width - 1) * count + range.upperBound
      var scratch: [Float] = []
      tensor.withFloats(in: range.lowerBound..<last, scratch: &scratch) { stored in
        sums.addToColumns(
          stored, pitch: count, rows: width, columns: range.count, copiedTo: &target)
      }
      return
    }
    for row in 0..<width {
      let (first, start) = (row * count + range.lowerBound, row * range.count)
      tensor.copyFloats(in: first..<(first + range.count), into: &target, at: start)
      sums.addToColumns(target.span.extracting(start..<(start + range.count)))
    }
  }

  /// The first elements of a direction, at most 16.
  func start(ofDirection feature: Int) -> [Float] {
    var elements = [Float](repeating: 0, count: min(16, width))
    var target = elements.mutableSpan
    for j in target.indices {
      let index = isTransposed ? j * count + feature : feature * width + j
      tensor.copyFloats(in: index..<(index + 1), into: &target, at: j)
    }
    return elements
  }

  /// Whether the elements can be used where they lie in the file.
  var isInPlace: Bool { tensor.isInPlace }

  /// Calls `body` with directions where they lie in the file.
  ///
  /// - Parameters:
  ///   - range: The features wanted.
  ///   - body: Receives the directions, [range.count, width].
  /// - Precondition: `isInPlace`, and the bank is not transposed.
  func withStored(_ range: Range<Int>, _ body: (Span<Float>) -> Void) {
    precondition(isInPlace && !isTransposed, "\(tensor.name): features \(range) in place")
    var scratch: [Float] = []
    tensor.withFloats(
      in: (range.lowerBound * width)..<(range.upperBound * width), scratch: &scratch, body)
  }
}

extension DirectionBank {
  /// The stored rows that are transposed together: one cache line of each direction in `target`.
  private static let tileRows = 16

  /// Gathers pieces of 16 stored rows at a time and writes them across, so that every access to
  /// the file runs along a row and every write fills a cache line.
  ///
  /// Rows of the tile are 16 elements apart from a power of two, lest the elements of a column all
  /// fall in one set of the cache. The loop over a whole tile has a constant length so that the
  /// compiler unrolls it, and offsets that cannot overflow are added without a check: on a
  /// [1024, 65536] tensor in blocks of 512, one Emerald Rapids core under load writes 2.8 GB of
  /// `Float` a second from `f32`, 2.7 from `f16` and 3.7 from `bf16`, against 1.6, 1.2 and 1.5
  /// with the plain loop; rows of a [65536, 1024] tensor are copied at 15.
  private func readColumns(
    _ range: Range<Int>, into target: inout MutableSpan<Float>, at targetStart: Int
  ) {
    let pitch = range.count + Self.tileRows
    var scratch: [Float] = []
    var tileElements = [Float](repeating: 0, count: Self.tileRows * pitch)
    var tile = tileElements.mutableSpan
    for top in stride(from: 0, to: width, by: Self.tileRows) {
      let rows = min(Self.tileRows, width - top)
      for j in 0..<rows {
        let first = (top + j) * count + range.lowerBound
        tensor.withFloats(in: first..<(first + range.count), scratch: &scratch) { piece in
          let start = j * pitch
          for i in 0..<piece.count { tile[start &+ i] = piece[i] }
        }
      }
      for i in 0..<range.count {
        let line = targetStart &+ i &* width &+ top
        if rows == Self.tileRows {
          for j in 0..<Self.tileRows { target[line &+ j] = tile[j &* pitch &+ i] }
        } else {
          for j in 0..<rows { target[line &+ j] = tile[j &* pitch &+ i] }
        }
      }
    }
  }
}
