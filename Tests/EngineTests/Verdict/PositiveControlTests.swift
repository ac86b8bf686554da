@testable import Engine
import Testing

@Suite struct PositiveControlTests {
  private static func labels(_ count: Int, width: Int, seed: UInt64) -> LabelSide {
    var generator = SplitMix64(seed: seed)
    var rows = generator.normals(count * width).map { Float($0) + 0.4 }
    // The second is the first.
    for p in 0..<width { rows[width + p] = rows[p] }
    var span = rows.mutableSpan
    normalizeRows(&span, width: width)
    return LabelSide(rows, count: count, width: width)
  }

  private static func map(_ rows: Int, _ columns: Int, seed: UInt64) -> DirectionMap {
    var generator = SplitMix64(seed: seed)
    return DirectionMap(
      linear: Matrix(
        rows: rows, columns: columns,
        elements: generator.normals(rows * columns).map { Float($0) }))
  }

  /// A map onto the whole joint space reaches every label; labels of one embedding count as one.
  @Test func wideMapsReadAllLabels() throws {
    let labels = Self.labels(30, width: 12, seed: 601)
    for map in [Self.map(12, 20, seed: 602), DirectionMap(nativeWidth: 12)] {
      let control = try #require(PositiveControl(map, labels: labels, workers: 2))
      #expect(control.raw == 1 && control.centred == 1)
      #expect(abs(control.cosine - 1) <= 1e-4)
    }
  }

  /// A map of few dimensions reaches only what of labels lies in its span: B B⁺ t is the projection there,
  /// and its cosine with t the length of that.
  @Test func narrowMapsReachTheirSpan() throws {
    let labels = Self.labels(200, width: 24, seed: 603)
    let map = Self.map(24, 3, seed: 604)
    let control = try #require(PositiveControl(map, labels: labels, workers: 2))
    var generator = SplitMix64(seed: 604)
    let elements = generator.normals(72).map { Double(Float($0)) }
    var basis: [[Double]] = []
    for column in 0..<3 {
      var vector = (0..<24).map { elements[$0 * 3 + column] }
      for b in basis {
        vector = ScoreOracle.difference(vector, b, times: ScoreOracle.dot(vector, b))
      }
      basis.append(ScoreOracle.unit(vector))
    }
    let texts = labels.rows.map(Double.init).split(intoRowsOf: 24)
    let lengths = texts.map { t in
      basis.reduce(0) { $0 + ScoreOracle.dot(t, $1) * ScoreOracle.dot(t, $1) }.squareRoot()
    }
    let median = interpolatedQuantile(ofSorted: lengths.sorted(), share: 0.5)
    #expect(abs(control.cosine - median) <= 1e-4)
    #expect(control.raw < 0.9)
  }
}
