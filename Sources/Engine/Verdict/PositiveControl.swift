/// Whether a variant of the lens reads directions that are made of labels: what it must be able to do.
///
/// For a variant that is linear in the direction, v = B x, the direction that is taken to a label is B⁺ t_j, with the ridge
/// pseudo-inverse of B. It is stored as autoencoders store theirs, in `Float`, and read like them.
struct PositiveControl: Sendable, Equatable {
  /// The share of labels whose direction has the label, or one of the same embedding, first by the raw
  /// score.
  let raw: Double

  /// The same by the centred score, of labels that are not the mean of all.
  let centred: Double

  /// The median over labels of the cosine of the image B B⁺ t_j with t_j: under 1 where B does not reach
  /// all of the joint space.
  let cosine: Double

  /// λ relative to the mean of the diagonal of B Bᵀ.
  static let ridge = 1e-6

  /// The most labels that are tried, evenly spaced.
  static let limit = 4096

  /// Reads directions made of labels; nil if the map is not linear.
  ///
  /// - Parameters:
  ///   - map: The map of the variant.
  ///   - labels: The labels.
  ///   - workers: The number of threads; the result is the same for any.
  init?(_ map: DirectionMap, labels: LabelSide, workers: Int) {
    guard map.map != .full else { return nil }
    let step = (labels.count + Self.limit - 1) / Self.limit
    let chosen = Array(stride(from: 0, to: labels.count, by: step))
    let texts = DoubleMatrix(
      rows: chosen.count, columns: labels.width,
      elements: chosen.flatMap { j in
        labels.rows[(j * labels.width)..<((j + 1) * labels.width)].map(Double.init)
      })
    guard let directions = Self.directions(to: texts, through: map) else { return nil }
    var (hits, centredHits, usable) = (0, 0, 0)
    var cosines: [Double] = []
    let groups = Self.groups(labels)
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(
            name: "pull-backs", shape: [chosen.count, map.width], elements: directions),
          isTransposed: false),
        selection: FeatureSelection(all: chosen.count), shift: nil),
      map: map)
    let moments = BankMoments(bank, workers: workers)
    let view = BankView(.real, labels: labels, moments: moments, empty: nil)
    let scores = [ScoreKind.raw, .centred].compactMap {
      Score.make($0, labels: labels, context: ScoreContext(bankMean: view.mean))
    }
    let truth = chosen.map { Int32($0) }
    let reading = BankReading(bank, banks: [(view, scores)], truth: truth, workers: workers)
    for (position, label) in chosen.enumerated() {
      func isRight(_ found: Int32) -> Bool { found >= 0 && groups[Int(found)] == groups[label] }
      hits += isRight(reading.namings[0].labels[position]) ? 1 : 0
      guard labels.centredLengths[label] > LabelSide.leastCentredLength else { continue }
      usable += 1
      centredHits += isRight(reading.namings[1].labels[position]) ? 1 : 0
    }
    for (position, image) in Self.images(of: bank).enumerated() {
      let product = (0..<labels.width).reduce(0.0) { $0 + texts[position, $1] * image[$1] }
      let length = labels.squares[chosen[position]].squareRoot()
      cosines.append(length > 0 ? product / length : 0)
    }
    raw = Double(hits) / Double(chosen.count)
    centred = Double(centredHits) / Double(usable)
    cosine = interpolatedQuantile(ofSorted: cosines.sorted(), share: 0.5)
  }

  /// B⁺ t_j of some labels, [count, d]; nil if B takes everything to nothing.
  static func directions(to texts: DoubleMatrix, through map: DirectionMap) -> [Float]? {
    guard map.map != .native else { return texts.elements.map { Float($0) } }
    let matrix = matrix(of: map)
    let square = matrix.elements.reduce(0) { $0 + $1 * $1 }
    guard square > 0,
      let inverse = ridgePseudoinverse(
        of: matrix, lambda: ridge * square / Double(matrix.rows))
    else { return nil }
    return DoubleMatrix.product(texts, inverse, opB: .transpose).elements.map { Float($0) }
  }

  /// B, [D, d]: the images of the axes.
  private static func matrix(of map: DirectionMap) -> DoubleMatrix {
    var axes = [Float](repeating: 0, count: map.width * map.width)
    for p in 0..<map.width { axes[p * map.width + p] = 1 }
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(name: "axes", shape: [map.width, map.width], elements: axes), isTransposed: false),
        selection: FeatureSelection(all: map.width), shift: nil),
      map: map)
    var matrix = DoubleMatrix(rows: map.embeddingWidth, columns: map.width)
    for (p, image) in images(of: bank, areUnit: false).enumerated() {
      for q in image.indices { matrix[q, p] = image[q] }
    }
    return matrix
  }

  /// The images of all directions, [n][D], zeros where not read.
  private static func images(of bank: JointBank, areUnit: Bool = true) -> [[Double]] {
    var images: [[Double]] = []
    for start in stride(from: 0, to: bank.count, by: JointBank.tileRows) {
      let tile = bank.tile(start..<min(start + JointBank.tileRows, bank.count))
      for row in 0..<tile.rows {
        let factor = areUnit ? 1 : Double(tile.lengths[row])
        images.append(
          tile.images[(row * bank.width)..<((row + 1) * bank.width)].map { factor * Double($0) })
      }
    }
    return images
  }

  /// The first label of the same embedding of each, [C].
  static func groups(_ labels: LabelSide) -> [Int] {
    Matrix(rows: labels.count, columns: labels.width, elements: labels.rows).firstEqualRows
  }
}
