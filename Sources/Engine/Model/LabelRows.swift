internal import Foundation

/// The unit embeddings of the labels of a bank that can be used, in memory or where they lie in a
/// file.
///
/// A row is scaled by the same operations wherever it is kept, so it has the same bits.
struct LabelRows: Sendable {
  private enum Storage: Sendable {
    /// Unit rows, [usable, D].
    case memory([Float])
    /// Rows of any length, [C, D], and the lengths of the usable ones, [usable].
    case file(Tensor, norms: [Double])
  }

  /// The width of the joint space, D.
  let width: Int

  /// What became of each label, [C].
  let statuses: [LabelStatus]

  /// The ids of the labels that can be used, rising, [usable].
  let labelIDs: [Int32]

  private let storage: Storage

  /// The labels that are read or written together.
  private static let pieceRows = 1024

  /// Makes unit rows of rows in memory.
  ///
  /// - Parameters:
  ///   - rows: The embeddings, [C, D], of any length.
  ///   - masked: What is known of the labels already, [C]; all are usable if empty.
  ///   - alike: Groups of labels of which the first usable one is kept, the others are duplicates.
  init(_ rows: consuming Matrix, masked: [LabelStatus], alike: [[Int]] = []) {
    let (count, width) = (rows.rows, rows.columns)
    var elements = rows.elements
    rows = Matrix(rows: 0, columns: 0)
    let norms = (0..<count).map {
      Self.length(elements.span.extracting(($0 * width)..<(($0 + 1) * width)))
    }
    self.width = width
    statuses = Self.statuses(norms, masked: masked, alike: alike)
    labelIDs = Self.usable(statuses)
    // A usable row never moves up, so rows can be closed up from the first on.
    var span = elements.mutableSpan
    for (position, id) in labelIDs.enumerated() {
      let (from, to, norm) = (Int(id) * width, position * width, norms[Int(id)])
      if Self.isUnit(norm) {
        guard from != to else { continue }
        for j in 0..<width { span[to + j] = span[from + j] }
      } else {
        for j in 0..<width { span[to + j] = Float(Double(span[from + j]) / norm) }
      }
    }
    elements.removeLast((count - labelIDs.count) * width)
    storage = .memory(elements)
  }

  /// Finds the usable rows of a stored tensor in one pass, and leaves them where they are.
  ///
  /// - Parameters:
  ///   - tensor: The embeddings, [C, D], of any length.
  ///   - masked: What is known of the labels already, [C]; all are usable if empty.
  ///   - alike: Groups of labels of which the first usable one is kept, the others are duplicates.
  init(stored tensor: Tensor, masked: [LabelStatus], alike: [[Int]] = []) {
    let (count, width) = (tensor.shape[0], tensor.shape[1])
    var norms: [Double] = []
    var scratch: [Float] = []
    for start in stride(from: 0, to: count, by: Self.pieceRows) {
      let end = min(start + Self.pieceRows, count)
      tensor.withFloats(in: (start * width)..<(end * width), scratch: &scratch) { rows in
        for row in 0..<(end - start) {
          norms.append(Self.length(rows.extracting((row * width)..<((row + 1) * width))))
        }
      }
    }
    self.width = width
    statuses = Self.statuses(norms, masked: masked, alike: alike)
    labelIDs = Self.usable(statuses)
    storage = .file(tensor, norms: labelIDs.map { norms[Int($0)] })
  }
}

// MARK: - Reading

extension LabelRows {
  /// The unit rows, [usable, D], or nil if they are not in memory.
  var elements: [Float]? {
    if case .memory(let elements) = storage { elements } else { nil }
  }

  /// Whether rows are read from a file each time.
  var isStored: Bool { elements == nil }

  /// Reads unit rows.
  ///
  /// - Parameters:
  ///   - positions: Positions among the labels that can be used.
  ///   - result: Becomes the rows, [positions.count, D].
  func read(_ positions: Range<Int>, into result: inout [Float]) {
    let size = positions.count * width
    if result.count != size { result = [Float](repeating: 0, count: size) }
    var target = result.mutableSpan
    switch storage {
    case .memory(let elements):
      copy(
        elements.span.extracting(
          (positions.lowerBound * width)..<(positions.upperBound * width)), into: &target, at: 0)
    case .file(let tensor, let norms):
      var scratch: [Float] = []
      var position = positions.lowerBound
      while position < positions.upperBound {
        let first = Int(labelIDs[position])
        var end = position + 1
        while end < positions.upperBound, Int(labelIDs[end]) == first + end - position { end += 1 }
        let run = position..<end
        tensor.withFloats(
          in: (first * width)..<((first + run.count) * width), scratch: &scratch
        ) { rows in
          Self.scale(
            rows, norms: norms[run], width: width, into: &target,
            at: (position - positions.lowerBound) * width)
        }
        position = end
      }
    }
  }

  /// Calls `body` with the stored form of all rows, [C, D] f32, masked ones as zeros, piece after
  /// piece.
  func forEachPiece(_ body: (Data) throws -> Void) rethrows {
    var rows: [Float] = []
    var position = 0
    for start in stride(from: 0, to: statuses.count, by: Self.pieceRows) {
      let end = min(start + Self.pieceRows, statuses.count)
      let first = position
      while position < labelIDs.count, labelIDs[position] < end { position += 1 }
      read(first..<position, into: &rows)
      guard position - first < end - start else {
        try body(littleEndianBytes(rows))
        continue
      }
      var spread = [Float](repeating: 0, count: (end - start) * width)
      for (index, id) in labelIDs[first..<position].enumerated() {
        let to = (Int(id) - start) * width
        for j in 0..<width { spread[to + j] = rows[index * width + j] }
      }
      try body(littleEndianBytes(spread))
    }
  }

  /// All rows in memory, [C, D], masked ones as zeros.
  func matrix() -> Matrix {
    if let elements, labelIDs.count == statuses.count {
      return Matrix(rows: labelIDs.count, columns: width, elements: elements)
    }
    var result = Matrix(rows: statuses.count, columns: width)
    var row: [Float] = []
    for (position, id) in labelIDs.enumerated() {
      read(position..<(position + 1), into: &row)
      for j in 0..<width { result[Int(id), j] = row[j] }
    }
    return result
  }
}

extension LabelRows: Equatable {
  static func == (left: LabelRows, right: LabelRows) -> Bool {
    guard left.width == right.width, left.statuses == right.statuses else { return false }
    var (ours, theirs): ([Float], [Float]) = ([], [])
    return stride(from: 0, to: left.labelIDs.count, by: pieceRows).allSatisfy { start in
      let piece = start..<min(start + pieceRows, left.labelIDs.count)
      left.read(piece, into: &ours)
      right.read(piece, into: &theirs)
      return ours == theirs
    }
  }
}

// MARK: - Lengths

extension LabelRows {
  /// The length of a row; never inlined, so that its sum is taken in one order everywhere.
  @inline(never)
  private static func length(_ row: Span<Float>) -> Double { euclideanNorm(row) }

  /// Whether a row is left as it is, because it is as near to a unit row as `Float` can tell: unit
  /// rows that were stored come back with the same bits.
  private static func isUnit(_ norm: Double) -> Bool { abs(norm - 1) <= Double(Float.ulpOfOne) }

  /// Copies rows and scales them to unit length.
  private static func scale(
    _ rows: Span<Float>, norms: ArraySlice<Double>, width: Int,
    into result: inout MutableSpan<Float>, at start: Int
  ) {
    for (row, norm) in norms.enumerated() {
      let (from, to) = (row * width, start + row * width)
      if isUnit(norm) {
        copy(rows.extracting(from..<(from + width)), into: &result, at: to)
      } else {
        for j in 0..<width { result[to + j] = Float(Double(rows[from + j]) / norm) }
      }
    }
  }

  private static func statuses(
    _ norms: [Double], masked: [LabelStatus], alike: [[Int]]
  ) -> [LabelStatus] {
    var statuses = norms.enumerated().map { index, norm -> LabelStatus in
      if !masked.isEmpty, masked[index] != .usable { return masked[index] }
      return !norm.isFinite ? .nonFinite : norm == 0 ? .zeroLength : .usable
    }
    for group in alike {
      for id in group.filter({ statuses[$0] == .usable }).dropFirst() { statuses[id] = .duplicate }
    }
    return statuses
  }

  private static func usable(_ statuses: [LabelStatus]) -> [Int32] {
    statuses.indices.filter { statuses[$0] == .usable }.map { Int32($0) }
  }
}

extension LabelRows {
  /// The position of each label among those that can be used, -1 for none, [K].
  ///
  /// - Parameter labelCount: The number of labels, K.
  /// - Returns: The positions.
  func positions(of labelCount: Int) -> [Int32] {
    var positions = [Int32](repeating: -1, count: labelCount)
    for (position, id) in labelIDs.enumerated() { positions[Int(id)] = Int32(position) }
    return positions
  }
}
