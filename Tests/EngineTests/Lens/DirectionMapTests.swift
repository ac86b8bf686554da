import Testing

@testable import Engine

/// Maps some directions as one tile, as a scan does.
///
/// - Returns: The unit rows in `Double`, zeros where there is none, and what became of each
///   direction.
func apply(
  _ map: DirectionMap, to directions: [[Double]]
) -> (rows: [[Double]], statuses: [FeatureStatus]) {
  var rows = directions.flatMap { $0.map(Float.init) }
  rows += [Float](repeating: 7, count: (ProductOperand.tileRows - directions.count) * map.width)
  var statuses = [FeatureStatus](repeating: .read, count: directions.count)
  var factors = [Float](repeating: 1, count: directions.count)
  var sums = VectorSums(count: directions.count)
  sums.sumRows(rows.span, rows: directions.count, width: map.width)
  for row in directions.indices {
    switch map.step(sum: sums.sums[row], square: sums.squares[row]) {
    case .mask(let status): statuses[row] = status
    case .plain(let factor): factors[row] = factor
    case .rewrite:
      var span = rows.mutableSpan
      if !map.rewrite(&span, row: row) { statuses[row] = .unmapped }
    }
  }
  var images = rows
  if let projection = map.projection {
    images = [Float](repeating: .nan, count: ProductOperand.tileRows * map.embeddingWidth)
    var scratch: [Float] = []
    projection.multiply(
      rows.span, rows: ProductOperand.tileRows, columns: 0..<projection.count, into: &images,
      scratch: &scratch)
    for row in directions.indices where statuses[row] == .read {
      var span = images.mutableSpan
      switch map.complete(&span, row: row, factor: factors[row]) {
      case .unit(let factor): factors[row] = factor
      case .mask(let status): statuses[row] = status
      }
    }
  }
  let found = images.map(Double.init).split(intoRowsOf: map.embeddingWidth)
  return (
    directions.indices.map { row in
      found[row].map { statuses[row] == .read ? $0 * Double(factors[row]) : 0 }
    }, statuses
  )
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
  /// The operand M = P diag(γ) C and `P β` are rounded to `Float` once, and sums of d terms are
  /// kept in `Float`: an element is within (d + 4)·u·(Σ|Mᵢ||x| · scale + |Pβ|) of the exact one,
  /// with u = 2⁻²⁴ (Higham 2002, §3.1); a direction that is mostly along (1, ..., 1) is centred
  /// first. Scaling the row to unit length divides by the length of the result; 3·u more for the
  /// factor and the unit row itself.
  static func bound(_ x: [Double], _ head: ImageHead, isLinear: Bool) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = isLinear ? 1 : 1 / (variance + head.epsilon).squareRoot()
    let isCentredFirst = variance * Double(x.count) < 0.26 * LensOracle.dot(x, x)
    let multiplied = x.map { isCentredFirst ? $0 - mean : $0 }
    let sums = (0..<head.embeddingWidth).map { i in
      let row = x.indices.map { Double(head.projection[i, $0]) * Double(head.weight[$0]) }
      let rowMean = row.reduce(0, +) / Double(row.count)
      let product = zip(row, multiplied).reduce(0) { $0 + abs(($1.0 - rowMean) * $1.1) } * scale
      let shift = x.indices.reduce(0) {
        $0 + Double(head.projection[i, $1]) * Double(head.bias[$1])
      }
      return product + (isLinear ? 0 : abs(shift))
    }
    let u = 0x1p-24
    let length = LensOracle.norm(LensOracle.map(x, head, isLinear: isLinear))
    return (Double(x.count) + 4) * u * LensOracle.norm(sums) / length + 3 * u
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
      // The factor is rounded once.
      #expect(LensOracle.distance(row, LensOracle.unit(x)) <= 0x1p-24)
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

  @Test func directionsThatCannotBeReadAreMasked() {
    for map in [DirectionMap(Self.head(), isLinear: false), DirectionMap(nativeWidth: 40)] {
      var directions = Matrix.random(rows: 4, columns: 40, seed: 1).doubleRows
      directions[1][7] = .nan
      directions[2][39] = .infinity
      directions[3] = [Double](repeating: 0, count: 40)
      let found = apply(map, to: directions)
      #expect(found.statuses == [.read, .nonFinite, .nonFinite, .dead])
    }
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
