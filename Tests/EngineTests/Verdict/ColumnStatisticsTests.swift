@testable import Engine
import Foundation
import Testing

/// Exponentials have relative errors of some 50e-7 here (see `AffineScoresTests`); sums are in `Double`.
@Suite struct ColumnStatisticsTests {
  private static func scores(rows: Int, columns: Int) -> [[Double]] {
    Matrix.random(rows: rows, columns: columns, seed: 41).elements
      .map { Double($0 / 2) }.split(intoRowsOf: columns)
  }

  private static func statistics(_ scores: [[Double]]) -> ColumnStatistics {
    ColumnStatistics(
      scores: scores.flatMap { $0.map { Float($0) } }, labelCount: scores[0].count,
      temperature: 0.02, isWhole: true)
  }

  private static func softmax(_ row: [Double], temperature: Double) -> [Double] {
    let best = row.max() ?? 0
    let weights = row.map { exp(($0 - best) / temperature) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  @Test(arguments: [(1, 3), (7, 1), (60, 9), (301, 40)])
  func columnsAreTheirDefinition(rows: Int, columns: Int) {
    let scores = Self.scores(rows: rows, columns: columns)
    let found = Self.statistics(scores)
    let probabilities = scores.map { Self.softmax($0, temperature: 0.02) }
    for j in 0..<columns {
      let column = scores.map { $0[j] }
      let mean = column.reduce(0, +) / Double(rows)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      #expect(abs(found.means[j] - mean) <= 1e-7)
      #expect(abs(found.deviations[j] - variance.squareRoot()) <= 1e-7)
      let nearest = column.sorted(by: >).prefix(10)
      #expect(
        abs(found.neighbourMeans[j] - nearest.reduce(0, +) / Double(nearest.count)) <= 1e-7)
      let sum = log(column.reduce(0) { $0 + exp($1 / ColumnStatistics.tau) })
      #expect(abs(found.logSums[j] - sum) <= 2e-5)
      let share = probabilities.reduce(0) { $0 + $1[j] } / Double(rows)
      #expect(abs(found.logMeanProbabilities[j] - log(share)) <= 5e-5)
    }
  }

  /// Twenty alternations bring columns of such scores to equal weight within a thousandth.
  @Test func potentialsMakeAllLabelsWeighTheSame() {
    let scores = Self.scores(rows: 90, columns: 7)
    let found = Self.statistics(scores)
    #expect(abs(found.potentials.reduce(0, +)) <= 1e-12)
    let plan = scores.map { row in
      Self.softmax(zip(row, found.potentials).map(+), temperature: ColumnStatistics.tau)
    }
    for j in 0..<7 {
      let weight = plan.reduce(0) { $0 + $1[j] } / 90
      #expect(abs(weight - 1.0 / 7) <= 1e-3, "label \(j)")
    }
  }

  @Test func meansAndDeviationsAloneAreEnoughForNullBanks() {
    let scores = Self.scores(rows: 60, columns: 9)
    let whole = Self.statistics(scores)
    let part = ColumnStatistics(
      scores: scores.flatMap { $0.map { Float($0) } }, labelCount: 9, temperature: 0.02,
      isWhole: false)
    #expect(part.means == whole.means && part.deviations == whole.deviations)
    #expect(part.neighbourMeans.isEmpty && part.potentials.isEmpty)
  }
}
