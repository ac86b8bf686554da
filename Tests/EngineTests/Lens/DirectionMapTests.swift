import Testing

@testable import Engine

/// Maps some directions as one tile.
///
/// - Returns: The unit rows in `Double`, and what became of each direction.
func apply(
  _ map: DirectionMap, to directions: [[Double]]
) -> (rows: [[Double]], statuses: [FeatureStatus]) {
  let tileRows = PackedPanels.tileRows
  var rows = directions.flatMap { $0.map(Float.init) }
  rows += [Float](repeating: 7, count: (tileRows - directions.count) * map.width)
  var statuses = [FeatureStatus](repeating: .dead, count: tileRows)
  for index in directions.indices { statuses[index] = .read }
  var result = [Float](repeating: .nan, count: tileRows * map.embeddingWidth)
  var scratch: [Float] = []
  map.apply(&rows, statuses: &statuses, into: &result, scratch: &scratch)
  let found = result.map(Double.init).split(intoRowsOf: map.embeddingWidth)
  return (Array(found.prefix(directions.count)), Array(statuses.prefix(directions.count)))
}

@Suite struct DirectionMapTests {
  /// A head of random numbers; γ from 0.5 to 1.5, β from -1 to 1.
  static func head(width: Int = 40, embeddingWidth: Int = 24, bias: Float = 1) -> ImageHead {
    let numbers = Matrix.random(rows: 2, columns: width, seed: 3)
    return ImageHead(
      weight: numbers.row(0).map { 1 + $0 / 2 }, bias: numbers.row(1).map { bias * $0 },
      epsilon: 1e-5,
      projection: Matrix.random(rows: embeddingWidth, columns: width, seed: 4))
  }

  /// How far a unit row may be from the exact one.
  ///
  /// The centred row x̂, `P diag(γ)` and `P β` are rounded to `Float` once, and sums of d terms are
  /// kept in `Float`: an element is within (d + 4)·u·(Σ|aᵢ||x̂ᵢ| + |Pβ|) of the exact one, with
  /// u = 2⁻²⁴ (Higham 2002, §3.1). Scaling the row to unit length divides by the length of the result; 2·u
  /// more for the unit row itself.
  static func bound(_ x: [Double], _ head: ImageHead, isLinear: Bool) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = isLinear ? 1 : 1 / (variance + head.epsilon).squareRoot()
    let sums = (0..<head.embeddingWidth).map { i in
      var (product, shift) = (0.0, 0.0)
      for j in 0..<x.count {
        let element = Double(head.projection[i, j])
        product += abs(element * Double(head.weight[j]) * (x[j] - mean) * scale)
        shift += element * Double(head.bias[j])
      }
      return product + (isLinear ? 0 : abs(shift))
    }
    let u = 0x1p-24
    let length = LensOracle.norm(LensOracle.map(x, head, isLinear: isLinear))
    return (Double(x.count) + 4) * u * LensOracle.norm(sums) / length + 2 * u
  }

  private static func cosines(_ rows: [[Double]], _ labels: [[Double]]) -> [[Double]] {
    rows.map { row in labels.map { LensOracle.dot(row, LensOracle.unit($0)) } }
  }

  @Test(arguments: [(1, 1), (2, 3), (7, 5), (40, 24), (37, 300), (257, 64)])
  func mapsMatchTheirDefinitions(width: Int, embeddingWidth: Int) {
    let head = Self.head(width: width, embeddingWidth: embeddingWidth)
    let directions = Matrix.random(rows: 23, columns: width, seed: 9).doubleRows
    for isLinear in [false, true] where width > 1 {
      let found = apply(DirectionMap(head, isLinear: isLinear), to: directions)
      #expect(found.statuses.allSatisfy { $0 == .read })
      for (x, row) in zip(directions, found.rows) {
        let exact = LensOracle.unit(LensOracle.map(x, head, isLinear: isLinear))
        #expect(LensOracle.distance(row, exact) <= Self.bound(x, head, isLinear: isLinear))
      }
    }
    let native = apply(DirectionMap(nativeWidth: width), to: directions)
    for (x, row) in zip(directions, native.rows) {
      // Scaled, rounded and scaled again: two roundings of each element.
      #expect(LensOracle.distance(row, LensOracle.unit(x)) <= 3 * 0x1p-24)
    }
  }

  /// Without β the denominator of the normalisation is a positive scalar, so cosines and rankings
  /// of the full and the linear map are equal up to rounding.
  @Test func withoutBiasTheFullMapIsTheLinearMap() {
    let head = Self.head(bias: 0)
    let directions = Matrix.random(rows: 100, columns: 40, seed: 5).doubleRows
    let labels = Matrix.random(rows: 50, columns: 24, seed: 6).doubleRows
    let full = apply(DirectionMap(head, isLinear: false), to: directions).rows
    let linear = apply(DirectionMap(head, isLinear: true), to: directions).rows
    let pairs = zip(Self.cosines(full, labels), Self.cosines(linear, labels))
    for (index, (a, b)) in pairs.enumerated() {
      let bound =
        Self.bound(directions[index], head, isLinear: true)
        + Self.bound(directions[index], head, isLinear: false)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) <= bound })
      let order = LensOracle.reading(a, logitScale: 1).order
      for (better, worse) in zip(order, order.dropFirst()) where a[better] - a[worse] > 2 * bound {
        #expect(b[better] > b[worse], "row \(index): \(better) before \(worse)")
      }
    }
  }

  @Test func withBiasTheFullMapIsAnother() {
    let head = Self.head()
    let directions = Matrix.random(rows: 100, columns: 40, seed: 5).doubleRows
    let labels = Matrix.random(rows: 50, columns: 24, seed: 6).doubleRows
    let full = apply(DirectionMap(head, isLinear: false), to: directions).rows
    let linear = apply(DirectionMap(head, isLinear: true), to: directions).rows
    let differing = zip(Self.cosines(full, labels), Self.cosines(linear, labels)).count { a, b in
      LensOracle.reading(a, logitScale: 1).order != LensOracle.reading(b, logitScale: 1).order
    }
    #expect(differing > 90)
  }

  /// A constant direction has nothing left when it is centred; 0.1 and 1e30 leave rounding noise.
  @Test(arguments: [1.0, -3, 0.1, 1e30, 1e-30])
  func aConstantDirectionHasOnlyTheBias(value: Double) {
    let head = Self.head()
    let constant = [Double](repeating: value, count: 40)
    let linear = apply(DirectionMap(head, isLinear: true), to: [constant])
    #expect(linear.statuses == [.unmapped])
    #expect(linear.rows == [[Double](repeating: 0, count: 24)])
    let full = apply(DirectionMap(head, isLinear: false), to: [constant])
    #expect(full.statuses == [.read])
    let shift = LensOracle.unit(
      head.projection.doubleRows.map { LensOracle.dot($0, head.bias.map(Double.init)) })
    #expect(LensOracle.distance(full.rows[0], shift) <= 4 * 0x1p-24)
    let blind = apply(DirectionMap(Self.head(bias: 0), isLinear: false), to: [constant])
    #expect(blind.statuses == [.unmapped])
  }

  @Test(arguments: [1e-42, 1e-30, 1e-20, 1e-3, 1e3, 1e20, 1e30, 1e38])
  func theLengthOfADirectionDoesNotMatter(scale: Double) {
    let head = Self.head(bias: 0)
    let directions = Matrix.random(rows: 10, columns: 40, seed: 8).doubleRows
      .map { $0.map { Double(Float($0 * scale)) } }
    for map in [DirectionMap(head, isLinear: true), DirectionMap(nativeWidth: 40)] {
      let found = apply(map, to: directions)
      #expect(found.statuses.allSatisfy { $0 == .read })
      for (x, row) in zip(directions, found.rows) {
        let isNative = map.map == .native
        let exact = isNative ? x : LensOracle.map(x, head, isLinear: true)
        let bound = isNative ? 3 * 0x1p-24 : Self.bound(x, head, isLinear: true)
        #expect(LensOracle.distance(row, LensOracle.unit(exact)) <= bound)
      }
    }
    // ε and β decide the image of a small direction; the definition says how.
    let full = Self.head()
    for (x, row) in zip(directions, apply(DirectionMap(full, isLinear: false), to: directions).rows)
    {
      let exact = LensOracle.unit(LensOracle.map(x, full, isLinear: false))
      #expect(LensOracle.distance(row, exact) <= Self.bound(x, full, isLinear: false))
    }
  }

  /// The largest half-precision number, whose products overflow in half precision.
  @Test func theLargestHalvesAreMapped() {
    let head = Self.head()
    let signs = Matrix.random(rows: 3, columns: 40, seed: 2).doubleRows
    let directions = signs.map { $0.map { $0 < 0 ? -65_504.0 : 65_504 } }
    for isLinear in [false, true] {
      let found = apply(DirectionMap(head, isLinear: isLinear), to: directions)
      for (x, row) in zip(directions, found.rows) {
        let exact = LensOracle.unit(LensOracle.map(x, head, isLinear: isLinear))
        #expect(LensOracle.distance(row, exact) <= Self.bound(x, head, isLinear: isLinear))
      }
    }
  }

  @Test func rowsThatAreLeftOutAreZeros() {
    let map = DirectionMap(Self.head(), isLinear: false)
    var rows = [Float](repeating: .nan, count: PackedPanels.tileRows * 40)
    var statuses = [FeatureStatus](repeating: .nonFinite, count: PackedPanels.tileRows)
    var result = [Float](repeating: 5, count: PackedPanels.tileRows * 24)
    var scratch: [Float] = []
    map.apply(&rows, statuses: &statuses, into: &result, scratch: &scratch)
    #expect(result.allSatisfy { $0 == 0 })
    #expect(statuses.allSatisfy { $0 == .nonFinite })
  }

  @Test func anImageThatIsNotFiniteIsMasked() {
    let head = ImageHead(
      weight: [1e38, 1e38], bias: [0, 0], epsilon: 1e-5,
      projection: Matrix([[1e38, 2e38], [1, 1]]))
    for isLinear in [false, true] {
      let found = apply(DirectionMap(head, isLinear: isLinear), to: [[1, -2], [3, 4]])
      #expect(found.statuses == [.nonFinite, .nonFinite])
      #expect(found.rows.flatMap { $0 }.allSatisfy { $0 == 0 })
    }
  }
}
