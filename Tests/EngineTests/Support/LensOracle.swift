import Foundation

@testable import Engine

/// The lens by its definition, in `Double` and one element at a time.
enum LensOracle {
  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

  static func unit(_ a: [Double]) -> [Double] {
    let norm = norm(a)
    return a.map { $0 / norm }
  }

  static func distance(_ a: [Double], _ b: [Double]) -> Double { norm(zip(a, b).map { $0 - $1 }) }

  /// `P (γ ⊙ (x - mean) / σ + β)`, or without σ and β.
  static func map(_ x: [Double], _ head: ImageHead, isLinear: Bool) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = isLinear ? 1 : 1 / (variance + head.epsilon).squareRoot()
    let inner = x.indices.map { j in
      Double(head.weight[j]) * (x[j] - mean) * scale + (isLinear ? 0 : Double(head.bias[j]))
    }
    return (0..<head.embeddingWidth).map { i in
      var sum = 0.0
      for j in 0..<x.count { sum += Double(head.projection[i, j]) * inner[j] }
      return sum
    }
  }

  /// What is kept of a row of cosines.
  struct Reading {
    var order: [Int]
    var cosines: [Double]
    var probabilities: [Double]
    var mean: Double
    var sd: Double
    var skewness: Double
    var kurtosis: Double
    var margin: Double
    var entropy: Double
    var logPartition: Double
  }

  /// Reduces cosines; ties go to the lower index.
  static func reading(_ cosines: [Double], logitScale: Double) -> Reading {
    let count = Double(cosines.count)
    let mean = cosines.reduce(0, +) / count
    func moment(_ power: Double) -> Double {
      cosines.reduce(0) { $0 + pow($1 - mean, power) } / count
    }
    let order = cosines.indices.sorted { (-cosines[$0], $0) < (-cosines[$1], $1) }
    let best = cosines[order[0]]
    let weights = cosines.map { exp(logitScale * ($0 - best)) }
    let sum = weights.reduce(0, +)
    let probabilities = weights.map { $0 / sum }
    let variance = moment(2)
    return Reading(
      order: order, cosines: cosines, probabilities: probabilities, mean: mean,
      sd: variance.squareRoot(), skewness: moment(3) / pow(variance, 1.5),
      kurtosis: moment(4) / (variance * variance),
      margin: cosines.count > 1 ? best - cosines[order[1]] : .nan,
      entropy: probabilities.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) },
      logPartition: logitScale * best + log(sum))
  }
}
