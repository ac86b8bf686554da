/// The directions of the selected features, read in blocks.
struct DirectionSource: Sendable {
  /// The rows that are read, W_enc or W_dec.
  let bank: DirectionBank

  /// Which of them.
  let selection: FeatureSelection

  /// What directions are shifted by.
  let shift: DirectionShift?

  /// What becomes of them after that; nothing if nil.
  var transform: DirectionTransform?

  /// The features of a run of the selection, if they stand one after another and are multiplied as
  /// they are stored.
  ///
  /// - Parameter positions: Positions in the selection.
  /// - Returns: Their ids, or nil if they are gathered or changed.
  func wholeRange(_ positions: Range<Int>) -> Range<Int>? {
    let runs = selection.ids(at: positions)
    return shift == nil && transform == nil && runs.count == 1 ? runs[0] : nil
  }

  /// The ids of a run of the selection, [positions.count].
  func ids(at positions: Range<Int>) -> [Int32] {
    selection.ids(at: positions).flatMap { $0.map { Int32($0) } }
  }

  /// Copies a run of the selection, shifted and transformed if it is to be.
  ///
  /// - Parameters:
  ///   - positions: Positions in the selection.
  ///   - rows: Receives the directions, from its start: [positions.count, width].
  func read(_ positions: Range<Int>, into rows: inout [Float]) {
    var row = 0
    for run in selection.ids(at: positions) {
      var target = rows.mutableSpan
      bank.read(run, into: &target, at: row * bank.width)
      row += run.count
    }
    guard shift != nil || transform != nil else { return }
    // A direction without length stays one: it is dead, whatever it is shifted by.
    let dead = (0..<row).filter { row in
      let elements = (row * bank.width)..<((row + 1) * bank.width)
      return sumOfSquares(rows.span.extracting(elements)) == 0
    }
    if let shift { add(shift, to: &rows, ids: ids(at: positions)) }
    transform?.apply(to: &rows, count: row)
    for row in dead {
      for j in (row * bank.width)..<((row + 1) * bank.width) { rows[j] = 0 }
    }
  }

  private func add(_ shift: DirectionShift, to rows: inout [Float], ids: [Int32]) {
    precondition(shift.bias.count == bank.width, "a shift of \(shift.bias.count) elements")
    for (row, id) in ids.enumerated() {
      let alpha = shift.alpha(of: Int(id))
      let elements = (row * bank.width)..<((row + 1) * bank.width)
      for (j, bias) in zip(elements, shift.bias) {
        rows[j] = Float(Double(bias) + alpha * Double(rows[j]))
      }
    }
  }
}

/// What shifted directions `b + a d` are made of besides the direction d.
struct DirectionShift: Sendable {
  /// The decoder bias b, [d].
  let bias: [Float]

  /// The factor a of all features, or where there are `alphas` of none.
  let alpha: Double

  /// The factor of each feature, [n]; nil if all have the same.
  var alphas: [Float]?

  /// The factor of a feature.
  func alpha(of feature: Int) -> Double { alphas.map { Double($0[feature]) } ?? alpha }
}
