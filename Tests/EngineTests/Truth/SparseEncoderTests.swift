import Foundation
import Testing

@testable import Engine

/// The encoding of many inputs, against the plain reference.
@Suite struct SparseEncoderTests {
  /// Every family's own inputs: the same features are on, with the same values but for rounding.
  ///
  /// No decision of a fixture is nearer than 1e-4 to going otherwise. A product of k terms in
  /// `Float` is within (k + 2) u Σ|x_j w_j| ≤ (k + 2) u ‖x‖‖w‖ of the exact one, u = 2^-24, the two
  /// for rounding the prepared input and adding the bias; what comes after has a slope of at most
  /// the factor of the decoder length, of the gate, or of the normalisation, all below 16 here.
  @Test(arguments: AutoencoderCheckpoint.all)
  func activationsAreThoseOfTheReference(fixture: AutoencoderCheckpoint) throws {
    let (autoencoder, encoding, inputs) = try fixture.encodingParts()
    let expected = try autoencoder.encode(inputs, with: encoding)
    let encoder = try SparseEncoder(autoencoder, with: encoding)
    let found = try encoder.encode(Self.tensor(inputs), path: "x", workers: 1).dense
    let x = inputs.elements.map { Double($0) }.reduce(0) { max($0, abs($1)) }
    let w = (autoencoder.encoder?.rows(0..<autoencoder.featureCount) ?? []).reduce(0) {
      max($0, Double(abs($1)))
    }
    let k = Double(autoencoder.inputWidth)
    let bias = encoding.inputBias?.reduce(0) { max($0, Double(abs($1))) } ?? 0
    let tolerance = 16 * (k + 2) * k * (x + bias + k.squareRoot()) * w * 0x1p-24
    #expect(found.elements.count == expected.elements.count)
    for (a, b) in zip(found.elements, expected.elements) {
      #expect(abs(Double(a) - Double(b)) <= tolerance)
      #expect((a == 0) == (b == 0))
    }
    #expect(expected.elements.contains { $0 != 0 })
  }

  @Test(arguments: AutoencoderCheckpoint.all, [(2, 1), (3, 2), (1, 7), (2, 1000)])
  func bytesAreTheSameForAnyThreadsAndBlocks(
    fixture: AutoencoderCheckpoint, setting: (workers: Int, blockRows: Int)
  ) throws {
    let (autoencoder, encoding, inputs) = try fixture.encodingParts()
    let encoder = try SparseEncoder(autoencoder, with: encoding)
    let tensor = Self.tensor(inputs)
    let expected = try encoder.encode(tensor, path: "x", workers: 1)
    #expect(
      try encoder.encode(
        tensor, path: "x", workers: setting.workers, blockRows: setting.blockRows) == expected)
  }

  /// All rules with values small enough to be exact in `Float`, ties and negative values among them.
  @Test(arguments: 0..<12)
  func rulesAgreeExactlyOnSmallNumbers(rule: Int) throws {
    let (n, d) = (34, 5)
    let top = { (k: Int, relu: Bool, magnitude: Bool, batch: Bool) in
      Encoding.Activation.topK(
        Encoding.TopK(k: k, isRectified: relu, isByMagnitude: magnitude, isOverBatch: batch))
    }
    let ramp = (0..<n).map { Float($0 % 5) - 2 }
    let activations: [Encoding.Activation] = [
      .relu, top(3, true, false, false), top(3, false, true, false), top(40, false, false, false),
      top(0, true, false, false), top(3, true, false, true), top(3, false, true, true),
      top(2, true, true, true), top(0, true, false, true),
      .jumpReLU(threshold: ramp, atThreshold: false), .jumpReLU(threshold: ramp, atThreshold: true),
      .groupMax(groups: 4),
    ]
    var encoding = Encoding()
    encoding.activation = activations[rule]
    encoding.encoderBias = ramp
    encoding.inputBias = [1, -1, 0, 2, 0]
    let autoencoder = try Self.autoencoder(n: n, d: d)
    var generator = SplitMix64(seed: 3)
    let inputs = Matrix(
      rows: 11, columns: d,
      elements: (0..<(11 * d)).map { _ in Float(Int.random(in: -2...2, using: &generator)) })
    let found = try SparseEncoder(autoencoder, with: encoding)
      .encode(Self.tensor(inputs), path: "x", workers: 2, blockRows: 4)
    // Zeros of either sign are equal.
    #expect(found.dense == (try autoencoder.encode(inputs, with: encoding)))
    for row in 0..<found.rows {
      let columns = found.indices[found.entries(ofRow: row)]
      #expect(zip(columns, columns.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func noInputsGiveNoRows() throws {
    let autoencoder = try Self.autoencoder(n: 3, d: 2)
    for batch in [false, true] {
      var encoding = Encoding()
      encoding.activation = .topK(Encoding.TopK(k: 1, isOverBatch: batch))
      let found = try SparseEncoder(autoencoder, with: encoding)
        .encode(Self.tensor(Matrix(rows: 0, columns: 2)), path: "x", workers: 2)
      #expect(found.rows == 0 && found.columns == 3 && found.values.isEmpty)
    }
  }

  @Test func anInputThatIsNotFiniteIsNamed() throws {
    let autoencoder = try Self.autoencoder(n: 3, d: 2)
    var encoding = Encoding()
    encoding.activation = .relu
    let encoder = try SparseEncoder(autoencoder, with: encoding)
    for bad in [Float.nan, .infinity] {
      var inputs = Matrix(rows: 7, columns: 2)
      inputs[5, 1] = bad
      inputs[6, 0] = bad
      #expect(
        message { _ = try encoder.encode(Self.tensor(inputs), path: "x", workers: 2, blockRows: 2) }
          == "x: residuals: row 5 is not finite")
    }
    #expect(
      message {
        _ = try encoder.encode(
          Self.tensor(Matrix(rows: 7, columns: 3)), path: "x", workers: 2)
      } == "x: residuals: shape [7, 3], expected [pictures, 2]")
  }

  @Test func aDirectionThatIsNotFiniteNeverFires() throws {
    let autoencoder = try Self.autoencoder(n: 4, d: 2) { $0[2] = .nan }
    for activation in [Encoding.Activation.relu, .topK(Encoding.TopK(k: 4, isRectified: false))] {
      var encoding = Encoding()
      encoding.activation = activation
      let encoder = try SparseEncoder(autoencoder, with: encoding)
      #expect(encoder.nonfiniteFeatures == [1])
      let inputs = Matrix(rows: 2, columns: 2, elements: [1, 2, -3, 0.5])
      let found = try encoder.encode(Self.tensor(inputs), path: "x", workers: 1)
      #expect(!found.indices.contains(1) && !found.values.isEmpty)
    }
  }

  /// The greatest values by the definition: a sort.
  @Test(arguments: [0, 1, 5, 16, 31, 40], [false, true])
  func theGreatestOfARowAreThoseOfASort(count: Int, isByMagnitude: Bool) {
    var generator = SplitMix64(seed: 9)
    for size in [0, 1, 15, 16, 17, 37] {
      var row = (0..<size).map { _ in Float(Int.random(in: -6...6, using: &generator)) }
      if size > 15 { (row[3], row[7]) = (.nan, -.infinity) }
      var (scratch, places): ([Float], [Int32]) = ([], [])
      let found = placesOfGreatest(
        count, in: row.span, isByMagnitude: isByMagnitude, scratch: &scratch, into: &places)
      let scores = row.map { isByMagnitude ? abs($0) : $0 }
      let order = row.indices.filter { !scores[$0].isNaN }
        .sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      #expect(places[..<found].map { Int($0) } == Array(order.prefix(count)))
      let above = placesAbove(1, in: row.span, into: &places)
      #expect(places[..<above].map { Int($0) } == row.indices.filter { row[$0] > 1 })
    }
  }
}

extension SparseEncoderTests {
  static func tensor(_ matrix: Matrix, name: String = "residuals") -> Tensor {
    Tensor(name: name, shape: [matrix.rows, matrix.columns], elements: matrix.elements)
  }

  /// An autoencoder whose directions are small whole numbers, some of them equal.
  static func autoencoder(
    n: Int, d: Int, changing change: (inout [Double]) -> Void = { _ in }
  ) throws -> Autoencoder {
    let directory = try TemporaryDirectory()
    var sample = SampleAutoencoder(n: n, d: d)
    sample.encoder = (0..<(n * d)).map { Double(($0 / d % 7 + $0 % d * 3) % 5 - 2) }
    change(&sample.encoder)
    return try Autoencoder(
      contentsOf: directory.writeSAELens(sample.saelens(), sample.configuration()))
  }
}

extension SparseMatrix {
  /// The matrix with its zeros.
  var dense: Matrix {
    var result = Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for entry in entries(ofRow: row) { result[row, Int(indices[entry])] = values[entry] }
    }
    return result
  }
}
