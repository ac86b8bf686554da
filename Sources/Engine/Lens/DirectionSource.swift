/// The directions of the selected features, read in blocks.
struct DirectionSource: Sendable {
  /// The rows that are read, W_enc or W_dec.
  let bank: DirectionBank

  /// Which of them.
  let selection: FeatureSelection

  /// The decoder bias and the factor of shifted directions.
  let shift: (bias: [Float], alpha: Double)?

  /// Reads a run of the selection.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection.
  ///   - rows: Receives the directions, from its start: [positions.count, width].
  ///   - statuses: Receives what each is, from its start: `read`, `dead`, or `nonFinite`, also
  ///     where only the shifted direction is not finite.
  /// - Returns: The ids of the features, [positions.count].
  func read(
    _ positions: Range<Int>, into rows: inout [Float], statuses: inout [FeatureStatus]
  ) -> [Int32] {
    var ids: [Int32] = []
    var row = 0
    for run in selection.ids(at: positions) {
      var part = [Float](repeating: 0, count: run.count * bank.width)
      var span = part.mutableSpan
      bank.read(run, into: &span)
      rows.replaceSubrange((row * bank.width)..<((row + run.count) * bank.width), with: part)
      ids += run.map { Int32($0) }
      row += run.count
    }
    for index in ids.indices { statuses[index] = screen(&rows, row: index) }
    return ids
  }

  /// Tells what a row is, and shifts it if it is to be shifted.
  private func screen(_ rows: inout [Float], row: Int) -> FeatureStatus {
    let start = row * bank.width
    let norm = euclideanNorm(rows.span.extracting(start..<(start + bank.width)))
    guard norm.isFinite else { return .nonFinite }
    guard norm > 0 else { return .dead }
    guard let shift else { return .read }
    var isFinite = true
    for j in 0..<bank.width {
      let shifted = Float(Double(shift.bias[j]) + shift.alpha * Double(rows[start + j]))
      isFinite = isFinite && shifted.isFinite
      rows[start + j] = shifted
    }
    return isFinite ? .read : .nonFinite
  }
}
