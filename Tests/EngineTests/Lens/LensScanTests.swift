import Foundation
import Testing

@testable import Engine

@Suite struct LensScanTests {
  private func run(
    _ scan: LensScan, workers: Int = 2, blockSize: Int = LensScan.blockSize
  ) -> FeatureBlock {
    var whole = FeatureBlock(topCount: scan.topCount)
    scan.run(workers: workers, blockSize: blockSize) { block in
      #expect(block.rows <= blockSize)
      whole.append(block)
    }
    return whole
  }

  /// The columns as they are stored, which tells NaN from NaN as `==` does not.
  private func bytes(_ block: FeatureBlock) -> [Data] {
    FeatureColumn.all(topCount: block.topCount).map { $0.bytes(block) }
  }

  // MARK: - Label banks in files

  /// Widths with packed and with plain operands where kernels are uniform, counts around parts and
  /// the fewest columns of a product.
  @Test(arguments: [24, 160], [1, 15, 16, 1024, 1029, 2100])
  func labelsReadPartByPartGiveTheSameBytes(width: Int, labelCount: Int) throws {
    let directory = try TemporaryDirectory()
    var rows = Matrix.random(rows: labelCount, columns: width, seed: 41)
    if labelCount > 1000 { for j in 0..<width { rows[500, j] = 0 } }
    var builder = SafetensorsBuilder()
    builder.add("rows", [labelCount, width], rows.elements.map(Double.init))
    let path = try directory.write("rows.safetensors", builder.file)
    let sae = try LensParts.autoencoder(Matrix.random(rows: 1000, columns: 40, seed: 42))
    let head = DirectionMapTests.head(embeddingWidth: width)
    var blocks: [[Data]] = []
    for (isStreamed, workers) in [(false, 2), (true, 1), (true, 2)] {
      let scan = try LensScan(
        autoencoder: sae, variant: try LensParts.variant(.decoder, .full), head: head,
        labels: try LabelBank(contentsOf: path, isStreamed: isStreamed), logitScale: 100)
      blocks.append(bytes(run(scan, workers: workers)))
    }
    #expect(blocks[1] == blocks[0])
    #expect(blocks[2] == blocks[0])
  }

  // MARK: - The definition

  /// Every cosine against a triple loop.
  ///
  /// A cosine of unit rows is off by the errors of both rows and of its own sum of D terms in
  /// `Float`: with those of the rows from `DirectionMapTests.bound`, 2·u for the label, and
  /// (D + 1)·u·Σ|aᵢbᵢ| ≤ (D + 1)·u for the sum.
  @Test(arguments: [(5, 3), (250, 11), (100, 257)])
  func everyVariantMatchesItsDefinition(featureCount: Int, labelCount: Int) throws {
    let head = DirectionMapTests.head()
    let decoder = Matrix.random(rows: featureCount, columns: 40, seed: 21)
    let encoder = Matrix.random(rows: featureCount, columns: 40, seed: 22)
    let bias = (0..<40).map { Double($0 % 7) / 8 - 0.25 }
    let sae = try LensParts.autoencoder(decoder, encoder: encoder, bias: bias)
    let labels = try LensParts.bank(Matrix.random(rows: labelCount, columns: 24, seed: 23))
    let variants: [LensVariant] = [
      try LensParts.variant(.encoder, .full), try LensParts.variant(.encoder, .linear),
      try LensParts.variant(.decoder, .full),
      try LensParts.variant(.decoder, .linear), try LensParts.variant(.shifted, .full, alpha: 13),
    ]
    for variant in variants {
      let scan = try LensScan(
        autoencoder: sae, variant: variant, head: head, labels: labels, logitScale: 100,
        topCount: labelCount)
      let found = run(scan)
      #expect(found.featureIDs == (0..<featureCount).map { Int32($0) })
      let labelRows = labels.embeddings.doubleRows.map(LensOracle.unit)
      let rows = (variant.direction == .encoder ? encoder : decoder).doubleRows.map { row in
        variant.alpha.map { alpha in zip(bias, row).map { $0 + alpha * $1 } } ?? row
      }
      for (feature, row) in rows.enumerated() {
        let isLinear = variant.map == .linear
        let exact = LensOracle.unit(LensOracle.map(row, head, isLinear: isLinear))
        let cosines = labelRows.map { LensOracle.dot(exact, $0) }
        let tolerance = DirectionMapTests.bound(row, head, isLinear: isLinear) + 30 * 0x1p-24
        try expectRow(feature, of: found, matches: cosines, tolerance: tolerance)
      }
    }
  }

  @Test func nativeDirectionsMatchTheirDefinition() throws {
    let decoder = Matrix.random(rows: 250, columns: 24, seed: 31)
    let labels = try LensParts.bank(Matrix.random(rows: 40, columns: 24, seed: 32))
    let scan = try LensScan(
      autoencoder: try LensParts.autoencoder(decoder),
      variant: try LensParts.variant(.decoder, .native), head: nil,
      labels: labels, logitScale: 100, topCount: 40)
    let found = run(scan)
    let labelRows = labels.embeddings.doubleRows.map(LensOracle.unit)
    for (feature, row) in decoder.doubleRows.map(LensOracle.unit).enumerated() {
      let cosines = labelRows.map { LensOracle.dot(row, $0) }
      try expectRow(feature, of: found, matches: cosines, tolerance: 30 * 0x1p-24)
    }
  }

  /// Compares a row in which all labels are kept.
  ///
  /// A shift of all cosines by up to the tolerance t moves logits by 100 t, so probabilities by a
  /// factor within exp(±200 t), and the entropy by at most 200 t·(1 + ln C).
  private func expectRow(
    _ row: Int, of block: FeatureBlock, matches cosines: [Double], tolerance: Double
  ) throws {
    let exact = LensOracle.reading(cosines, logitScale: 100)
    let kept = (row * block.topCount)..<((row + 1) * block.topCount)
    var previous = Double.infinity
    for index in kept {
      let label = Int(block.topLabelIDs[index])
      #expect(abs(Double(block.topCosines[index]) - cosines[label]) <= tolerance)
      #expect(cosines[label] <= previous + 2 * tolerance)
      previous = cosines[label]
      let ratio = Double(block.topProbabilities[index]) / exact.probabilities[label]
      #expect(exact.probabilities[label] < 1e-30 || abs(ratio - 1) <= 250 * tolerance + 4e-6)
    }
    #expect(Set(block.topLabelIDs[kept]).count == cosines.count)
    #expect(abs(Double(block.means[row]) - exact.mean) <= tolerance + 0x1p-24)
    #expect(abs(Double(block.standardDeviations[row]) - exact.sd) <= 2 * tolerance)
    #expect(abs(Double(block.margins[row]) - exact.margin) <= 2 * tolerance + 0x1p-24)
    #expect(abs(Double(block.logPartitions[row]) - exact.logPartition) <= 100 * tolerance + 1e-5)
    let entropyTolerance = 200 * tolerance * (1 + log(Double(cosines.count))) + 1e-5
    #expect(abs(Double(block.entropies[row]) - exact.entropy) <= entropyTolerance)
  }

  // MARK: - What does not matter

  /// Directions that are multiplied in panels on any kernels, and those that are not where kernels
  /// are uniform, stored as rows and as columns.
  enum Form: CaseIterable {
    case narrow, rows, columns

    var width: Int { self == .narrow ? 40 : 160 }
    var embeddingWidth: Int { self == .narrow ? 24 : 136 }
  }

  /// Features over several tiles, one of which must be rewritten, and labels over several parts, the
  /// last of which is smaller than the least product.
  private func largeScan(_ form: Form, _ selection: String? = nil) throws -> LensScan {
    var rows = Matrix.random(rows: 1100, columns: form.width, seed: 41)
    for j in 0..<form.width { rows[1000, j] += 64 }
    let sae = try LensParts.autoencoder(rows, isTransposed: form == .columns)
    return try LensScan(
      autoencoder: sae, variant: try LensParts.variant(.decoder, .full),
      head: DirectionMapTests.head(width: form.width, embeddingWidth: form.embeddingWidth),
      labels: try LensParts.bank(
        Matrix.random(rows: 1035, columns: form.embeddingWidth, seed: 42)), logitScale: 100,
      topCount: 5,
      selection: try selection.map { try FeatureSelection(parsing: $0, featureCount: 1100) })
  }

  @Test(arguments: Form.allCases)
  func workersAndBlocksGiveTheSameBytes(form: Form) throws {
    let scan = try largeScan(form)
    let whole = bytes(run(scan, workers: 1))
    for (workers, blockSize) in [(1, 99), (3, 240), (2, 500), (7, 960), (2, 1024)] {
      let found = bytes(run(scan, workers: workers, blockSize: blockSize))
      #expect(found == whole, "\(workers) workers, blocks of \(blockSize)")
    }
  }

  @Test func blocksComeInOrderOfFeature() throws {
    var next: Int32 = 0
    try largeScan(.narrow).run(workers: 3, blockSize: 7) { block in
      #expect(block.featureIDs.first == next)
      next += Int32(block.rows)
      #expect(block.rows == (next < 1100 ? 7 : 1))
    }
    #expect(next == 1100)
  }

  @Test(
    arguments: Form.allCases,
    ["17,200-299", "0", "1099", "3,1,240-480,900-1099", "5-1000", "1-499,500,501-999"])
  func subsetsAreRowsOfTheWholeScan(form: Form, selection: String) throws {
    let whole = run(try largeScan(form))
    let scan = try largeScan(form, selection)
    let part = run(scan)
    #expect(part.rows == scan.selection.count)
    let stored = bytes(whole)
    for (column, (a, b)) in zip(
      FeatureColumn.all(topCount: 5), zip(bytes(part), stored))
    {
      for (row, id) in part.featureIDs.enumerated() {
        let (width, id) = (column.stride, Int(id))
        let rowBytes = a[(row * width)..<((row + 1) * width)]
        #expect(rowBytes.elementsEqual(b[(id * width)..<((id + 1) * width)]), "\(column.name)")
      }
    }
  }

  /// The same directions stored as rows and as columns differ by the order of their sums only:
  /// a unit in the last place of a factor.
  @Test func rowsAndColumnsAreReadAlike() throws {
    let (rows, columns) = (run(try largeScan(.rows)), run(try largeScan(.columns)))
    for (a, b) in zip(rows.topCosines, columns.topCosines) { #expect(abs(a - b) <= 0x1p-22) }
    #expect(rows.statuses == columns.statuses)
  }

  @Test func aFailureOfTheReceiverEndsTheScan() throws {
    struct Stop: Error {}
    let scan = try largeScan(.narrow)
    var blocks = 0
    #expect(throws: Stop.self) {
      try scan.run(workers: 2, blockSize: 100) { (_) throws(Stop) in
        blocks += 1
        if blocks == 3 { throw Stop() }
      }
    }
    #expect(blocks == 3)
  }

  @Test func duplicateLabelsTieExactly() throws {
    let rows = Matrix.random(rows: 270, columns: 24, seed: 51)
    let twice = Matrix(rows: 540, columns: 24, elements: rows.elements + rows.elements)
    let sae = try LensParts.autoencoder(Matrix.random(rows: 500, columns: 40, seed: 52))
    let found = run(
      try LensScan(
        autoencoder: sae, variant: try LensParts.variant(.decoder, .linear),
        head: DirectionMapTests.head(),
        labels: try LensParts.bank(twice), logitScale: 100, topCount: 6))
    #expect(found.margins.allSatisfy { $0 == 0 })
    for start in stride(from: 0, to: found.topLabelIDs.count, by: 2) {
      #expect(found.topLabelIDs[start] + 270 == found.topLabelIDs[start + 1])
      #expect(found.bottomLabelIDs[start] + 270 == found.bottomLabelIDs[start + 1])
      #expect(found.topCosines[start] == found.topCosines[start + 1])
      #expect(found.topProbabilities[start] == found.topProbabilities[start + 1])
    }
  }

  @Test func duplicateFeaturesHaveEqualRows() throws {
    let rows = Matrix.random(rows: 333, columns: 40, seed: 61)
    let sae = try LensParts.autoencoder(
      Matrix(rows: 666, columns: 40, elements: rows.elements + rows.elements))
    let found = run(
      try LensScan(
        autoencoder: sae, variant: try LensParts.variant(.decoder, .full),
        head: DirectionMapTests.head(),
        labels: try LensParts.bank(Matrix.random(rows: 100, columns: 24, seed: 62)), logitScale: 100
      ))
    for column in FeatureColumn.all(topCount: 10) where column.name != "feature_id" {
      let stored = column.bytes(found)
      #expect(stored.prefix(stored.count / 2).elementsEqual(stored.suffix(stored.count / 2)))
    }
  }

  // MARK: - What cannot be

  @Test(arguments: [-100, 0, 1e300, .nan, .infinity])
  func factorsThatNoTemperatureGivesAreRefused(logitScale: Double) throws {
    let error = #expect(throws: LensError.self) {
      try LensScan(
        autoencoder: try LensParts.autoencoder(Matrix.random(rows: 3, columns: 4, seed: 1)),
        variant: try LensParts.variant(.decoder, .native), head: nil,
        labels: try LensParts.bank(Matrix.random(rows: 3, columns: 4, seed: 1)),
        logitScale: logitScale)
    }
    #expect(error?.kind == .usage)
    #expect(
      error?.description
        == "scan: factor on cosines: found \(logitScale), expected a number from 1e-6 to 1e6")
  }

  @Test func mapsOfTheResidualStreamNeedAHead() throws {
    let error = #expect(throws: LensError.self) {
      try LensScan(
        autoencoder: try LensParts.autoencoder(Matrix.random(rows: 3, columns: 4, seed: 1)),
        variant: try LensParts.variant(.decoder, .linear), head: nil,
        labels: try LensParts.bank(Matrix.random(rows: 3, columns: 4, seed: 1)), logitScale: 100)
    }
    #expect(error?.description == "scan: image head: found none, a linear map needs one")
  }

  // MARK: - What is masked

  @Test func maskedRowsStayInPlaceAndChangeNoOther() throws {
    let path = ClipFixture.fixtures + "/sae/masked"
    let masked = try Autoencoder(contentsOf: path)
    let head = try ClipFixture("quick-gelu").model.imageHead()
    let labels = try LensParts.bank(Matrix.random(rows: 30, columns: 16, seed: 71))
    for (direction, expected) in [
      (Direction.decoder, [5: FeatureStatus.dead, 7: .nonFinite, 9: .nonFinite, 10: .nonFinite]),
      (.encoder, [12: .dead, 13: .nonFinite]),
    ] {
      let bank = try #require(direction == .encoder ? masked.encoder : masked.decoder)
      var rows = [Float](repeating: 0, count: bank.count * bank.width)
      var span = rows.mutableSpan
      bank.read(0..<bank.count, into: &span)
      for row in expected.keys {
        for j in 0..<bank.width { rows[row * bank.width + j] = Float(j) }
      }
      let clean = try LensParts.autoencoder(
        Matrix(rows: bank.count, columns: bank.width, elements: rows))
      func scan(_ autoencoder: Autoencoder, _ direction: Direction) throws -> FeatureBlock {
        run(
          try LensScan(
            autoencoder: autoencoder, variant: try LensParts.variant(direction, .full), head: head,
            labels: labels, logitScale: 100))
      }
      let found = try scan(masked, direction)
      let other = try scan(clean, .decoder)
      #expect(found.featureIDs == (0..<48).map { Int32($0) })
      for row in 0..<48 {
        #expect(found.statuses[row] == expected[row, default: .read].rawValue)
        let kept = (row * 10)..<((row + 1) * 10)
        if expected[row] != nil {
          #expect(found.topLabelIDs[kept].allSatisfy { $0 == -1 })
          #expect(found.topCosines[kept].allSatisfy(\.isNaN) && found.means[row].isNaN)
        } else {
          #expect(found.topLabelIDs[kept] == other.topLabelIDs[kept])
          #expect(found.topCosines[kept] == other.topCosines[kept])
          #expect(found.topProbabilities[kept] == other.topProbabilities[kept])
          #expect(found.kurtoses[row] == other.kurtoses[row])
        }
      }
    }
  }

  @Test func allRowsMayBeMasked() throws {
    let sae = try LensParts.autoencoder(
      Matrix(rows: 3, columns: 24, elements: [Float](repeating: .nan, count: 72)))
    let scan = try LensScan(
      autoencoder: sae, variant: try LensParts.variant(.decoder, .native), head: nil,
      labels: try LensParts.bank(Matrix.random(rows: 4, columns: 24, seed: 1)), logitScale: 100)
    #expect(run(scan).statuses == [2, 2, 2])
    #expect(scan.topCount == 4)
  }

  @Test func shiftedDirectionsThatOverflowAreMasked() throws {
    let sae = try LensParts.autoencoder(
      Matrix.random(rows: 5, columns: 40, seed: 3), bias: [Double](repeating: 0.5, count: 40))
    let scan = try LensScan(
      autoencoder: sae, variant: try LensParts.variant(.shifted, .full, alpha: 1e40),
      head: DirectionMapTests.head(),
      labels: try LensParts.bank(Matrix.random(rows: 4, columns: 24, seed: 1)),
      logitScale: 100)
    #expect(run(scan).statuses == [2, 2, 2, 2, 2])
  }

  @Test func maskedLabelsTakeNoPart() throws {
    var rows = Matrix.random(rows: 20, columns: 24, seed: 81)
    let clean = rows
    for j in 0..<24 { rows[4, j] = 0 }
    rows[9, 3] = .infinity
    rows[11, 0] = .nan
    var blank = [Bool](repeating: false, count: 20)
    blank[0] = true
    let labels = try LabelBank(
      source: "labels", labels: (0..<20).map(String.init), embeddings: rows, blank: blank)
    #expect(labels.statuses[0] == .blank && labels.statuses[4] == .zeroLength)
    #expect(labels.statuses[9] == .nonFinite && labels.statuses[11] == .nonFinite)
    let kept = (0..<20).filter { ![0, 4, 9, 11].contains($0) }
    let sae = try LensParts.autoencoder(Matrix.random(rows: 60, columns: 24, seed: 82))
    func scan(_ labels: LabelBank) throws -> FeatureBlock {
      run(
        try LensScan(
          autoencoder: sae, variant: try LensParts.variant(.decoder, .native), head: nil,
          labels: labels,
          logitScale: 100, topCount: 100))
    }
    let found = try scan(labels)
    var other = try scan(
      try LensParts.bank(
        Matrix(rows: 16, columns: 24, elements: kept.flatMap { Array(clean.row($0)) })))
    #expect(found.topCount == 16)
    other.topLabelIDs = other.topLabelIDs.map { Int32(kept[Int($0)]) }
    other.bottomLabelIDs = other.bottomLabelIDs.map { Int32(kept[Int($0)]) }
    #expect(bytes(found) == bytes(other))
  }

  @Test func noFeaturesGiveNoBlocks() throws {
    let sae = try LensParts.autoencoder(Matrix.random(rows: 5, columns: 24, seed: 1))
    let scan = try LensScan(
      autoencoder: sae, variant: try LensParts.variant(.decoder, .native), head: nil,
      labels: try LensParts.bank(Matrix.random(rows: 4, columns: 24, seed: 1)), logitScale: 100,
      selection: FeatureSelection(all: 0))
    #expect(run(scan).rows == 0)
  }

  @Test func oneLabelAndWidthOneAreRead() throws {
    let sae = try LensParts.autoencoder(Matrix(rows: 3, columns: 1, elements: [2, -0.5, 0]))
    let scan = try LensScan(
      autoencoder: sae, variant: try LensParts.variant(.decoder, .native), head: nil,
      labels: try LensParts.bank(Matrix(rows: 1, columns: 1, elements: [3])), logitScale: 100)
    let found = run(scan)
    #expect(found.statuses == [0, 0, 1])
    #expect(Array(found.topCosines.prefix(2)) == [1, -1])
    #expect(Array(found.topProbabilities.prefix(2)) == [1, 1])
  }
}
