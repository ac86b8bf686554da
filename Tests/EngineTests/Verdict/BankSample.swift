@testable import Engine

/// Features and labels of seeded random numbers, each with a common component, as a native bank.
struct BankSample {
  let bank: JointBank
  let labels: LabelSide
  /// Unit features in `Double`, [n][D]; the one at `deadFeature` is dead.
  let features: [[Double]]
  let count: Int
  let width: Int

  static let deadFeature = 3

  init(features count: Int, labels labelCount: Int, width: Int, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func rows(_ count: Int, common: Float) -> [Float] {
      let shared = (0..<width).map { _ in Float.random(in: -1...1, using: &generator) }
      return (0..<count).flatMap { _ in
        (0..<width).map { common * shared[$0] + Float.random(in: -1...1, using: &generator) }
      }
    }
    var directions = rows(count, common: 0.5)
    if count > Self.deadFeature {
      for p in 0..<width { directions[Self.deadFeature * width + p] = 0 }
    }
    var texts = rows(labelCount, common: 1.5)
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    let tensor = Tensor(name: "W_dec", shape: [count, width], elements: directions)
    bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(tensor, isTransposed: false),
        selection: FeatureSelection(all: count), shift: nil),
      map: DirectionMap(nativeWidth: width))
    labels = LabelSide(texts, count: labelCount, width: width)
    features = (0..<count).map { row in
      let row = directions[(row * width)..<((row + 1) * width)].map(Double.init)
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 0 ? row.map { $0 / length } : row
    }
    self.count = count
    self.width = width
  }

  /// The unit labels in `Double`, [C][D].
  var texts: [[Double]] {
    (0..<labels.count).map { labels.rows[($0 * width)..<(($0 + 1) * width)].map(Double.init) }
  }
}

/// Scores by their definitions, in `Double`.
enum ScoreOracle {
  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }

  static func unit(_ a: [Double]) -> [Double] {
    let length = dot(a, a).squareRoot()
    return a.map { $0 / length }
  }

  static func difference(_ a: [Double], _ b: [Double], times factor: Double = 1) -> [Double] {
    zip(a, b).map { $0 - factor * $1 }
  }

  static func mean(_ rows: [[Double]]) -> [Double] {
    (0..<rows[0].count).map { p in rows.reduce(0) { $0 + $1[p] } / Double(rows.count) }
  }

  /// Scores that need nothing but the two banks, [n][C].
  static func scores(
    _ kind: ScoreKind, features: [[Double]], texts: [[Double]], empty: [Double]? = nil
  ) -> [[Double]] {
    let mean = mean(texts)
    let centred = texts.map { unit(difference($0, mean)) }
    switch kind {
    case .raw: return features.map { v in texts.map { dot(v, $0) } }
    case .text: return features.map { v in centred.map { dot(v, $0) } }
    case .both:
      let common = Self.mean(features)
      return features.map { v in
        let v = unit(difference(v, common))
        return centred.map { dot(v, $0) }
      }
    case .empty:
      guard let empty else { return [] }
      return features.map { v in texts.map { dot(v, unit(difference($0, empty))) } }
    case .textDifference:
      return features.map { v in texts.map { dot(v, difference($0, mean)) } }
    case .emptyDifference:
      return features.map { v in texts.map { dot(v, $0) - dot(v, empty ?? []) } }
    case .allButTop:
      let axes = principalAxes(texts, count: LabelAxes.topCount(width: mean.count))
      func rest(_ row: [Double]) -> [Double] {
        unit(axes.reduce(row) { difference($0, $1, times: dot(row, $1)) })
      }
      let labels = texts.map { rest(difference($0, mean)) }
      return features.map { v in labels.map { dot(rest(v), $0) } }
    case .whitened:
      let (features, labels) = (whitened(features), whitened(texts))
      return features.map { v in labels.map { dot(v, $0) } }
    default:
      let axis = unit(mean)
      return features.map { v in
        let v = unit(difference(v, axis, times: dot(v, axis)))
        return centred.map { dot(v, $0) }
      }
    }
  }

  /// A null bank by its definition: every feature rotated.
  static func nullBank(_ features: [[Double]], rotation: NullRotation) -> [[Double]] {
    features.map { rotation.rotated($0.map { Float($0) }, count: 1).map(Double.init) }
  }
}
