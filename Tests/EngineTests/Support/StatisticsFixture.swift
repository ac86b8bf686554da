import Foundation
import Testing

/// What SciPy, scikit-learn and NumPy make of small inputs: `Fixtures/statistics/expected.json`.
struct StatisticsFixture: Decodable, Sendable {
  struct Distribution: Decodable, Sendable {
    let name: String
    let arguments: [Double]
    let value: Double
  }

  struct UniformTest: Decodable, Sendable {
    let values: [Double]
    let distance: Double
    let p: Double
  }

  struct FalseDiscovery: Decodable, Sendable {
    let p: [Double]
    let q: [Double]
  }

  struct Share: Decodable, Sendable {
    let successes: Int
    let trials: Int
    let confidence: Double
    let exact: [Double]
    let wilson: [Double]
  }

  struct Agreement: Decodable, Sendable {
    let values: [Float]
    let positives: [Int]
    let pearson: Double?
    let cosine: Double
    let averagePrecision: Double
    let bestF1: Double
    let f1: Double
    let intersectionOverUnion: Double
    let recall: Double
    let auc: Double
    let meanDifference: Double
  }

  struct RankCorrelation: Decodable, Sendable {
    let x: [Double]
    let y: [Double]
    let ranks: [Double]
    let spearman: Double?
    let kendall: Double?
  }

  struct Concentration: Decodable, Sendable {
    let counts: [Int]
    let gini: Double
    let effective: Double
    let skewness: Double?
    let topShare: Double
    let entropy: Double
  }

  struct Pursuit: Decodable, Sendable {
    let atoms: Int
    let width: Int
    /// Empty where the dictionary is that of the case before.
    let rows: [Float]
    let vector: [Float]
    let chosen: [Int]
    let shares: [Double]
    let weights: [Double]
  }

  let distributions: [Distribution]
  let kolmogorov: [[Double]]
  let uniformTests: [UniformTest]
  let falseDiscovery: [FalseDiscovery]
  let shares: [Share]
  let agreements: [Agreement]
  let rankCorrelations: [RankCorrelation]
  let concentrations: [Concentration]
  let pursuits: [Pursuit]

  /// Reads the fixture.
  static func load() throws -> StatisticsFixture {
    let url = URL(filePath: SourceFile.packageRoot)
      .appending(path: "Tests/EngineTests/Fixtures/statistics/expected.json")
    return try JSONDecoder().decode(StatisticsFixture.self, from: Data(contentsOf: url))
  }
}

/// Whether two numbers agree to a relative tolerance, or both are NaN, or equal.
func agree(_ a: Double, _ b: Double, within tolerance: Double) -> Bool {
  a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(abs(a), abs(b))
}
