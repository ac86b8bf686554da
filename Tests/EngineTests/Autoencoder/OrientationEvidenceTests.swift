import Testing

@testable import Engine

@Suite struct OrientationEvidenceTests {
  static func tensor(_ values: [Double], _ shape: [Int], _ dtype: DType = .f32) -> Tensor {
    Tensor(
      name: "W", dtype: dtype, shape: shape,
      bytes: SafetensorsBuilder.bytes(of: values, dtype: dtype))
  }

  @Test(arguments: [DType.f64, .f32, .f16, .bf16])
  func unitRowsProveRowsAndUnitColumnsColumns(dtype: DType) {
    let sample = SampleAutoencoder(square: 24)
    let rows = Self.tensor(sample.decoder, [24, 24], dtype)
    let columns = Self.tensor(sample.transposed(sample.decoder), [24, 24], dtype)
    #expect(LengthScatter(of: rows).orientation == .rows)
    #expect(LengthScatter(of: columns).orientation == .columns)
  }

  /// By hand: lengths 3, 4, 5 four times each have mean 4 and variance 2/3.
  @Test func variationIsStandardDeviationOverMean() {
    let values = (0..<12).flatMap { i -> [Double] in [Double(3 + i % 3), 0] }
    let scatter = LengthScatter(of: Self.tensor(values, [12, 2]))
    #expect(scatter.rows.count == 12)
    #expect(abs((scatter.rows.variation ?? 0) - (2.0 / 3).squareRoot() / 4) < 1e-15)
    #expect(scatter.columns == LengthScatter.Sample(count: 1, width: 12, variation: nil))
    #expect(
      scatter.summary
        == "lengths vary by 20.412 % over rows and an unknown part over columns")
  }

  @Test func randomLengthsProveNothing() {
    let sample = SampleAutoencoder(square: 24, decoderLengths: true)
    #expect(LengthScatter(of: Self.tensor(sample.decoder, [24, 24])).orientation == nil)
  }

  @Test func anOrthogonalMatrixProvesNothing() {
    let identity = (0..<256).map { $0 % 17 == 0 ? 1.0 : 0 }
    let scatter = LengthScatter(of: Self.tensor(identity, [16, 16]))
    #expect(scatter.rows.isConstant && scatter.columns.isConstant)
    #expect(scatter.orientation == nil)
  }

  @Test func fewVectorsProveNothing() {
    let scatter = LengthScatter(of: Self.tensor([1, 0, 0, 1], [2, 2]))
    #expect(scatter.rows.variation == nil)
    #expect(scatter.orientation == nil)
  }

  @Test func emptyMatricesProveNothing() {
    #expect(LengthScatter(of: Self.tensor([], [0, 4])).orientation == nil)
    #expect(LengthScatter(of: Self.tensor([], [4, 0])).orientation == nil)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 0])
  func deadAndNonFiniteRowsAreLeftOut(value: Double) {
    var sample = SampleAutoencoder(square: 24)
    for j in 0..<24 { sample.decoder[5 * 24 + j] = value }
    sample.decoder[7 * 24 + 3] = value.isFinite ? sample.decoder[7 * 24 + 3] : value
    for (values, orientation) in [
      (sample.decoder, Orientation.rows), (sample.transposed(sample.decoder), .columns),
    ] {
      #expect(LengthScatter(of: Self.tensor(values, [24, 24])).orientation == orientation)
    }
    let pairing = Pairing(
      encoder: Self.tensor(sample.transposed(sample.encoder), [24, 24]),
      decoder: Self.tensor(sample.decoder, [24, 24]))
    #expect(pairing.isSame == false)
  }

  @Test func pairingTellsWhetherOneIsTransposed() {
    let sample = SampleAutoencoder(square: 24)
    let decoder = Self.tensor(sample.decoder, [24, 24])
    let alike = Pairing(encoder: Self.tensor(sample.encoder, [24, 24]), decoder: decoder)
    let transposed = Self.tensor(sample.transposed(sample.encoder), [24, 24])
    let opposite = Pairing(encoder: transposed, decoder: decoder)
    #expect(alike.isSame == true)
    #expect(opposite.isSame == false)
    #expect(alike.same == opposite.opposite)
    #expect((alike.same ?? 0) > 0.8)
    #expect(abs(alike.opposite ?? 1) < 0.1)
  }

  @Test func unrelatedAndSymmetricMatricesDoNotPair() {
    var sample = SampleAutoencoder(square: 24)
    let decoder = Self.tensor(sample.decoder, [24, 24])
    sample.encoder.reverse()
    let encoder = Self.tensor(sample.encoder, [24, 24])
    #expect(Pairing(encoder: encoder, decoder: decoder).isSame == nil)
    let table = (0..<256).map { (i: Int) -> Double in
      let product = (i / 16 + 1) * (i % 16 + 1)
      return Double(product % 7)
    }
    let symmetric = Self.tensor(table, [16, 16])
    #expect(Pairing(encoder: symmetric, decoder: symmetric).isSame == nil)
  }

  @Test func theMeanCosineIsThatOfTheDefinition() {
    let a = Self.tensor([[Double]](repeating: [1, 0], count: 10).flatMap { $0 }, [10, 2])
    let b = Self.tensor((0..<10).flatMap { i -> [Double] in [3, Double(i % 2) * 4] }, [10, 2])
    let mean = meanCosine(
      DirectionBank(a, isTransposed: false), DirectionBank(b, isTransposed: false))
    #expect(mean.map { abs($0 - 0.8) < 1e-15 } == true)
  }
}
