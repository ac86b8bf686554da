/// Directions of a variant from which control directions are made: what they are read by, and how long they are.
struct ControlSource: Sendable {
  /// The variant's bank.
  let bank: JointBank

  /// Where the chosen directions stand in the selection, rising, [m].
  let positions: [Int]

  /// The chosen directions as they are stored, none without a length, [m, d].
  let rows: [Float]

  /// Their lengths, [m].
  let lengths: [Double]

  /// The most directions of a control.
  static let limit = 2048

  /// The width of a direction, d.
  var width: Int { bank.source.bank.width }

  /// The number of chosen directions, m.
  var count: Int { positions.count }

  /// Chooses directions at random.
  ///
  /// - Parameters:
  ///   - bank: The variant's bank.
  ///   - limit: The most directions, 2 at least.
  ///   - seed: Determines the choice.
  init(_ bank: JointBank, limit: Int = limit, seed: UInt64) {
    let (source, width) = (bank.source, bank.source.bank.width)
    let plain = DirectionSource(bank: source.bank, selection: source.selection, shift: nil)
    var generator = SplitMix64(seed: seed)
    let order = generator.permutation(of: bank.count)
    var chosen: [(position: Int, length: Double)] = []
    var row = [Float](repeating: 0, count: width)
    for position in order where chosen.count < limit {
      plain.read(position..<(position + 1), into: &row)
      let square = sumOfSquares(row.span)
      if square > 0, square.isFinite { chosen.append((position, square.squareRoot())) }
    }
    chosen.sort { $0.position < $1.position }
    var rows: [Float] = []
    rows.reserveCapacity(chosen.count * width)
    for (position, _) in chosen {
      plain.read(position..<(position + 1), into: &row)
      rows += row
    }
    self.bank = bank
    self.rows = rows
    positions = chosen.map(\.position)
    lengths = chosen.map(\.length)
  }

  /// Directions as the variant reads them: shifted as its own are, and by its map.
  ///
  /// - Parameters:
  ///   - rows: The directions, [n, d].
  ///   - areChosen: Whether they stand for the chosen ones, factor by factor; others have the median factor.
  /// - Returns: The bank.
  func read(_ rows: [Float], areChosen: Bool = false) -> JointBank {
    let count = rows.count / width
    var shift: DirectionShift?
    if let own = bank.source.shift {
      let ids = bank.source.selection.ids(at: 0..<bank.count).flatMap { Array($0) }
      let alphas = positions.map { own.alpha(of: ids[$0]) }
      shift = DirectionShift(
        bias: own.bias,
        alpha: interpolatedQuantile(ofSorted: alphas.sorted(), share: 0.5),
        alphas: areChosen ? alphas.map { Float($0) } : nil)
    }
    return JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(name: "controls", shape: [count, width], elements: rows), isTransposed: false),
        selection: FeatureSelection(all: count), shift: shift),
      map: bank.map)
  }
}

extension ControlSource {
  /// The chosen directions themselves.
  var own: JointBank { read(rows, areChosen: true) }

  /// Directions of random numbers, each as long as a chosen one, [m, d].
  func randomRows(seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    var result = [Float](repeating: 0, count: count * width)
    for (index, length) in lengths.enumerated() {
      let row = (index * width)..<((index + 1) * width)
      generator.fillNormals(&result, row)
      let norm = sumOfSquares(result.span.extracting(row)).squareRoot()
      for p in row { result[p] = Float(Double(result[p]) * length / norm) }
    }
    return result
  }

  /// The chosen directions with the elements of each dimension exchanged between them, [m, d].
  ///
  /// What each dimension holds is kept, and what belongs together is not.
  func shuffledRows(seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    var result = rows
    for p in 0..<width {
      for (index, other) in generator.permutation(of: count).enumerated() {
        result[index * width + p] = rows[other * width + p]
      }
    }
    return result
  }

  /// Directions to labels by the pseudo-inverse of the map, as long as the median chosen one.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - limit: The most labels, evenly spaced.
  /// - Returns: The directions, [n, d], and the label of each; nil if the variant is not linear in the direction.
  func labelRows(_ labels: LabelSide, limit: Int = limit) -> (rows: [Float], labels: [Int32])? {
    guard bank.map.map != .full, bank.source.shift == nil else { return nil }
    let step = (labels.count + limit - 1) / limit
    let chosen = Array(stride(from: 0, to: labels.count, by: step))
    let texts = DoubleMatrix(
      rows: chosen.count, columns: labels.width,
      elements: chosen.flatMap { j in
        labels.rows[(j * labels.width)..<((j + 1) * labels.width)].map(Double.init)
      })
    return PositiveControl.directions(to: texts, through: bank.map).map {
      (scaled($0), chosen.map { Int32($0) })
    }
  }

  /// What the inputs of a class have in common beyond those of all, as long as the median chosen direction.
  ///
  /// - Parameters:
  ///   - inputs: The inputs, [N, d].
  ///   - classIDs: The class of each, [N].
  /// - Returns: The mean of each class less the mean of the classes, [n, d], and the class of each; nil if there are
  ///   not two.
  func classRows(_ inputs: Tensor, classIDs: [Int32]) -> (rows: [Float], classes: [Int32])? {
    let classes = Set(classIDs).sorted()
    guard classes.count > 1, inputs.shape == [classIDs.count, width] else { return nil }
    var places: [Int32: Int] = [:]
    for (place, id) in classes.enumerated() { places[id] = place }
    var means = [Double](repeating: 0, count: classes.count * width)
    var counts = [Double](repeating: 0, count: classes.count)
    var scratch: [Float] = []
    for (picture, id) in classIDs.enumerated() {
      guard let place = places[id] else { continue }
      counts[place] += 1
      inputs.withFloats(in: (picture * width)..<((picture + 1) * width), scratch: &scratch) {
        for p in 0..<width { means[place * width + p] += Double($0[p]) }
      }
    }
    for index in means.indices { means[index] /= counts[index / width] }
    for p in 0..<width {
      let sum = classes.indices.reduce(0.0) { $0 + means[$1 * width + p] }
      for place in classes.indices { means[place * width + p] -= sum / Double(classes.count) }
    }
    return (scaled(means.map { Float($0) }), classes)
  }

  /// Rows of the median length of the chosen directions; those without length stay as they are.
  private func scaled(_ rows: [Float]) -> [Float] {
    let length = interpolatedQuantile(ofSorted: lengths.sorted(), share: 0.5)
    var rows = rows
    for start in stride(from: 0, to: rows.count, by: width) {
      let norm = sumOfSquares(rows.span.extracting(start..<(start + width))).squareRoot()
      guard norm > 0 else { continue }
      for p in start..<(start + width) { rows[p] = Float(Double(rows[p]) * length / norm) }
    }
    return rows
  }
}
