import Testing

@testable import Engine

@Suite struct ControlSourceTests {
  private static let (count, width) = (60, 12)

  /// A native bank with one dead direction, and with factors of their own if it is shifted.
  private static func bank(isShifted: Bool = false) -> JointBank {
    let plain = BankSample(features: count, labels: 9, width: width, seed: 41).bank
    guard isShifted else { return plain }
    let shift = DirectionShift(
      bias: (0..<width).map { Float($0) / 10 }, alpha: 0,
      alphas: (0..<count).map { 1 + Float($0) / 7 })
    return JointBank(
      source: DirectionSource(
        bank: plain.source.bank, selection: plain.source.selection, shift: shift),
      map: plain.map)
  }

  private static func images(_ bank: JointBank) -> [[Float]] {
    let tile = bank.tile(0..<bank.count)
    return (0..<bank.count).map { Array(tile.images[($0 * width)..<(($0 + 1) * width)]) }
  }

  @Test(arguments: [false, true])
  func chosenDirectionsAreReadAsTheVariantReadsThem(isShifted: Bool) {
    let bank = Self.bank(isShifted: isShifted)
    let all = Self.images(bank)
    let source = ControlSource(bank, limit: 25, seed: 7)
    #expect(source.count == 25 && source.positions == source.positions.sorted())
    #expect(Self.images(source.own) == source.positions.map { all[$0] })
    let whole = ControlSource(bank, limit: 1000, seed: 7)
    #expect(whole.positions == Array(0..<60).filter { $0 != BankSample.deadFeature })
    #expect(ControlSource(bank, limit: 25, seed: 8).positions != source.positions)
  }

  @Test func randomDirectionsHaveTheLengthsAndNothingElse() {
    let source = ControlSource(Self.bank(), seed: 1)
    let rows = source.randomRows(seed: 3)
    for (index, length) in source.lengths.enumerated() {
      let row = rows[(index * Self.width)..<((index + 1) * Self.width)]
      let norm = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm / length - 1) <= 1e-6)
    }
    #expect(rows == source.randomRows(seed: 3) && rows != source.randomRows(seed: 4))
  }

  @Test func shufflingKeepsEachDimension() {
    let source = ControlSource(Self.bank(), seed: 1)
    let rows = source.shuffledRows(seed: 3)
    func column(_ rows: [Float], _ p: Int) -> [Float] {
      (0..<source.count).map { rows[$0 * Self.width + p] }
    }
    for p in 0..<Self.width {
      #expect(column(rows, p).sorted() == column(source.rows, p).sorted())
      #expect(column(rows, p) != column(source.rows, p))
    }
  }

  /// In the joint space the directions to labels are the labels.
  @Test func directionsToLabelsAreReadBack() throws {
    let labels = BankSample(features: 5, labels: 9, width: Self.width, seed: 42).labels
    let made = try #require(ControlSource(Self.bank(), seed: 1).labelRows(labels))
    #expect(made.labels == (0..<9).map { Int32($0) })
    let images = Self.images(ControlSource(Self.bank(), seed: 1).read(made.rows))
    for (image, start) in zip(images, stride(from: 0, to: labels.rows.count, by: Self.width)) {
      for p in 0..<Self.width { #expect(abs(image[p] - labels.rows[start + p]) <= 1e-6) }
    }
    let some = try #require(ControlSource(Self.bank(), seed: 1).labelRows(labels, limit: 4))
    #expect(some.labels == [0, 3, 6])
    #expect(ControlSource(Self.bank(isShifted: true), seed: 1).labelRows(labels) == nil)
  }

  @Test func classDirectionsAreMeansLessTheirMean() throws {
    let source = ControlSource(Self.bank(), seed: 1)
    var generator = SplitMix64(seed: 5)
    let inputs = generator.normals(7 * Self.width)
    let classes: [Int32] = [4, 2, 4, 9, 2, 4, 9]
    let tensor = Tensor(
      name: "residuals", shape: [7, Self.width], elements: inputs.map { Float($0) })
    let made = try #require(source.classRows(tensor, classIDs: classes))
    #expect(made.classes == [2, 4, 9])
    let means = made.classes.map { id -> [Double] in
      let rows = classes.indices.filter { classes[$0] == id }
      return (0..<Self.width).map { p in
        rows.reduce(0) { $0 + Double(Float(inputs[$1 * Self.width + p])) } / Double(rows.count)
      }
    }
    let middle = ScoreOracle.mean(means)
    let lengths = source.lengths.sorted()
    let median = lengths[lengths.count / 2]
    #expect(lengths.count % 2 == 1)
    for (place, mean) in means.enumerated() {
      let expected = ScoreOracle.unit(ScoreOracle.difference(mean, middle)).map { median * $0 }
      for p in 0..<Self.width {
        #expect(abs(Double(made.rows[place * Self.width + p]) - expected[p]) <= 1e-6 * median)
      }
    }
    #expect(source.classRows(tensor, classIDs: [Int32](repeating: 3, count: 7)) == nil)
  }

  /// What untrained features fire on is what the definition says, in `Double`.
  @Test func untrainedFeaturesFireOnTheGreatestProducts() {
    let (pictures, m) = (500, 30)
    var generator = SplitMix64(seed: 6)
    let inputs = generator.normals(pictures * Self.width).map { Float($0) + 0.3 }
    let rows = generator.normals(m * Self.width).map { Float($0) }
    let classes = (0..<pictures).map { Int32($0 % 4) }
    // One feature in six fires on each picture.
    var builder = SparseRowsBuilder(columns: 12)
    for picture in 0..<pictures {
      builder.append(
        .init(indices: [Int32(picture % 5), 7], values: [1, 2]))
    }
    let truth = GroundTruth(activations: builder.matrix, classIDs: classes, labelCount: 6)
    let tensor = Tensor(name: "residuals", shape: [pictures, Self.width], elements: inputs)
    let found = UntrainedTruth(rows, count: m, truth: truth, inputs: tensor, workers: 2)
    #expect(found.activeCount == 5)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: 6), count: m)
    let mean = (0..<Self.width).map { p in
      (0..<pictures).reduce(0.0) { $0 + Double(inputs[$1 * Self.width + p]) } / Double(pictures)
    }
    for picture in 0..<pictures {
      let products = (0..<m).map { i in
        (0..<Self.width).reduce(0.0) { sum, p in
          let input = Double(inputs[picture * Self.width + p]) - mean[p]
          return sum + input * Double(rows[i * Self.width + p])
        }
      }
      let kept = products.indices.sorted { products[$0] > products[$1] }.prefix(5)
      for i in kept where products[i] > 0 { sums[i][Int(classes[picture])] += products[i] }
    }
    for i in 0..<m {
      let best = sums[i].indices.max { sums[i][$0] < sums[i][$1] } ?? -1
      #expect(found.classIDs[i] == Int32(sums[i][best] > 0 ? best : -1))
    }
  }
}
