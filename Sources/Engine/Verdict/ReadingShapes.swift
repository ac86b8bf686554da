internal import Foundation

/// What the cosines of a feature with all labels look like, by the raw score.
struct ReadingShape: Sendable, Equatable {
  /// The greatest cosine.
  var bestCosine = 0.0
  /// The greatest cosine less the second greatest.
  var margin = 0.0
  /// The entropy of the probabilities, in nats.
  var entropy = 0.0
  /// The greatest probability.
  var bestProbability = 0.0
  /// The fourth standardised moment of the cosines; NaN where all are equal.
  var kurtosis = 0.0

  /// Describes the scores of a feature, all sums in `Double`.
  ///
  /// - Parameters:
  ///   - scores: The scores of all labels, [C], two at least.
  ///   - factor: What they are multiplied by to be cosines.
  ///   - temperature: T of the probabilities, over 0.
  init(_ scores: Span<Float>, factor: Double, temperature: Double) {
    var (first, second) = (-Double.infinity, -Double.infinity)
    var sum = 0.0
    for j in scores.indices {
      let cosine = factor * Double(scores[j])
      sum += cosine
      second = max(second, min(first, cosine))
      first = max(first, cosine)
    }
    let mean = sum / Double(scores.count)
    var (squares, fourths) = (0.0, 0.0)
    for j in scores.indices {
      let square = (factor * Double(scores[j]) - mean) * (factor * Double(scores[j]) - mean)
      squares += square
      fourths += square * square
    }
    bestCosine = first
    margin = first - second
    kurtosis = squares > 0 ? fourths * Double(scores.count) / (squares * squares) : .nan
    (entropy, bestProbability) = NamingConfidence.softmaxSummary(
      scores, scale: factor / temperature)
  }
}

/// How sure a softmax over labels is at one temperature, in the middle of some features.
struct TemperaturePoint: Sendable, Equatable {
  /// 1/T, the factor on cosines.
  let scale: Double
  /// The median of H / ln C.
  let entropy: Double
  /// The median of the greatest probability.
  let best: Double
}

/// How the readings of features are spread, beside those of rotated features.
struct ReadingShapes: Sendable, Equatable {
  /// A figure of each feature, as quantiles at `shares`.
  struct Spread: Sendable, Equatable {
    let id: String
    let features: [Double]
    let rotated: [Double]
  }

  /// The shares of features at or below each quantile: every half per cent.
  static let shares = (0...200).map { Double($0) / 200 }

  /// The scales 1/T of the curve: 25 in equal ratios, a hundredth of the usual factor of CLIP to ten times it.
  static let scales = (0...24).map { pow(10, Double($0) / 8) }

  /// The most scores that are read at each scale of a curve, so that it takes under a second.
  private static let curveLimit = 1 << 19

  let spreads: [Spread]
  let featureCount: Int
  let nullCount: Int
  let curve: [TemperaturePoint]
  let nullCurve: [TemperaturePoint]
  let curveCount: Int

  /// Joins what was read of a bank and of rotated banks.
  ///
  /// - Parameters:
  ///   - features: The shapes of features.
  ///   - rotated: The shapes of rotated features, of all banks.
  ///   - curves: The curves of the features and of one rotated bank, each of so many.
  init(
    features: [ReadingShape], rotated: [ReadingShape],
    curves: (features: [TemperaturePoint], rotated: [TemperaturePoint], count: Int)
  ) {
    func quantiles(_ shapes: [ReadingShape], _ path: (ReadingShape) -> Double) -> [Double] {
      let sorted = shapes.map(path).filter { !$0.isNaN }.sorted()
      return Self.shares.map { interpolatedQuantile(ofSorted: sorted, share: $0) }
    }
    func spread(_ id: String, _ path: (ReadingShape) -> Double) -> Spread {
      Spread(id: id, features: quantiles(features, path), rotated: quantiles(rotated, path))
    }
    spreads = [
      spread("best_cosine", \.bestCosine), spread("margin", \.margin),
      spread("entropy", \.entropy), spread("kurtosis", \.kurtosis),
    ]
    (featureCount, nullCount) = (features.count, rotated.count)
    (curve, nullCurve, curveCount) = (curves.features, curves.rotated, curves.count)
  }

  /// The features whose probabilities a curve is made of: fewer where there are many labels.
  ///
  /// - Parameter labelCount: The number of labels.
  /// - Returns: The most features, from 32 to 256.
  static func curveFeatures(labelCount: Int) -> Int {
    min(256, max(32, curveLimit / max(1, labelCount)))
  }

  /// The middle of features at each scale.
  ///
  /// - Parameters:
  ///   - rows: Entropy in nats and greatest probability of each feature at each scale, [n][25].
  ///   - labelCount: C.
  /// - Returns: The curve.
  static func curve(
    _ rows: [[(entropy: Double, best: Double)]], labelCount: Int
  ) -> [TemperaturePoint] {
    scales.indices.map { index in
      func median(_ path: ((entropy: Double, best: Double)) -> Double) -> Double {
        interpolatedQuantile(ofSorted: rows.map { path($0[index]) }.sorted(), share: 0.5)
      }
      return TemperaturePoint(
        scale: scales[index], entropy: median { $0.entropy } / log(Double(labelCount)),
        best: median { $0.best })
    }
  }
}

extension ReadingShapes {
  /// The spreads as they are written.
  var json: JSONValue {
    func points(_ curve: [TemperaturePoint]) -> JSONValue {
      .array(
        curve.map {
          [
            "scale": JSONValue($0.scale), "entropy": JSONValue($0.entropy),
            "best_probability": JSONValue($0.best),
          ]
        })
    }
    return [
      "features": .integer(featureCount),
      "rotated_features": .integer(nullCount),
      "shares": .array(Self.shares.map { JSONValue($0) }),
      "spreads": .array(
        spreads.map {
          [
            "id": .string($0.id), "features": .array($0.features.map { JSONValue($0) }),
            "rotated": .array($0.rotated.map { JSONValue($0) }),
          ]
        }),
      "temperature": [
        "features": .integer(curveCount), "curve": points(curve), "rotated": points(nullCurve),
      ],
    ]
  }
}

extension VerdictReport {
  /// How readings of the form in use are spread, as it is written; null where that form was not judged.
  var distributions: JSONValue {
    reports.lazy.compactMap(\.confidence?.shapes).first?.json ?? .null
  }
}
