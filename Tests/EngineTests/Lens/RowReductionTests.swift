import Foundation
import Testing

@testable import Engine

@Suite struct RowReductionTests {
  /// Cosines like those of CLIP's labels: around 0.2, with a spread of 0.05.
  private func cosines(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SampleGenerator(state: seed)
    return (0..<count).map { _ in
      Float((0..<6).reduce(0.2) { sum, _ in sum + generator.next(below: 1001) / 1e4 - 0.05 } - 0.2)
    }
  }

  private func reduce(
    _ cosines: [Float], logitScale: Double, topCount: Int, labelIDs: [Int32]? = nil
  ) -> FeatureBlock {
    var block = FeatureBlock(topCount: topCount)
    var reduction = RowReduction(
      rows: 1, logitScale: logitScale, labelIDs: labelIDs ?? cosines.indices.map { Int32($0) },
      topCount: topCount)
    reduction.reduce(cosines, id: 3, into: &block)
    return block
  }

  /// Compares with the definitions in `Double`.
  ///
  /// Cosines are at most 1 in size and their differences are exact or rounded once (u = 2⁻²⁴), as
  /// is the factor; `exp` of a `Float` δ is then within (3|δ| + 2)·u of the exact term, relatively.
  /// Terms with |δ| > 20 are under 2e-9 of the partition each. So the partition is within 62·u·(terms
  /// weighted by themselves), less than 4e-6 at worst and 1e-6 where |δ| ≤ 5 for what counts; its
  /// logarithm absolutely so, entropy within |δ| times that. Moments are of the same `Float`
  /// cosines, summed in `Double`, and rounded to `Float` at the end.
  private func expectDefinitions(_ cosines: [Float], logitScale: Double, topCount: Int) {
    let block = reduce(cosines, logitScale: logitScale, topCount: topCount)
    let exact = LensOracle.reading(cosines.map(Double.init), logitScale: logitScale)
    func isNear(_ found: Float, _ expected: Double, _ tolerance: Double) -> Bool {
      abs(Double(found) - expected) <= tolerance + abs(expected) * 0x1p-24
    }
    /// Probabilities of less than 1e-45 are none in `Float`.
    func tolerance(_ probability: Double) -> Double {
      probability * 4e-6 + Double(Float.leastNonzeroMagnitude)
    }
    let top = exact.order.prefix(topCount)
    let bottom = exact.cosines.indices
      .sorted { (exact.cosines[$0], $0) < (exact.cosines[$1], $1) }.prefix(topCount)
    #expect(block.topLabelIDs == top.map { Int32($0) })
    #expect(block.bottomLabelIDs == bottom.map { Int32($0) })
    #expect(block.topCosines == top.map { cosines[$0] })
    #expect(block.bottomCosines == bottom.map { cosines[$0] })
    for (found, label) in zip(block.topProbabilities, top) {
      #expect(isNear(found, exact.probabilities[label], tolerance(exact.probabilities[label])))
    }
    for (found, label) in zip(block.bottomProbabilities, bottom) {
      #expect(isNear(found, exact.probabilities[label], tolerance(exact.probabilities[label])))
    }
    #expect(isNear(block.means[0], exact.mean, 1e-15))
    #expect(isNear(block.standardDeviations[0], exact.sd, 1e-15))
    #expect(isNear(block.logPartitions[0], exact.logPartition, 4e-6))
    if cosines.count > 1 {
      #expect(isNear(block.margins[0], exact.margin, 0))
      #expect(isNear(block.entropies[0], exact.entropy, 1e-5))
      #expect(isNear(block.skewnesses[0], exact.skewness, 1e-9 * max(1, abs(exact.skewness))))
      #expect(isNear(block.kurtoses[0], exact.kurtosis, 1e-9 * exact.kurtosis))
    }
    #expect(block.featureIDs == [3] && block.statuses == [0])
  }

  @Test(arguments: [2, 3, 7, 100, 1000], [0.01, 1, 100, 1e4])
  func everyColumnMatchesItsDefinition(count: Int, logitScale: Double) {
    for seed: UInt64 in 1...5 {
      for topCount in Set([1, min(10, count), count]) {
        expectDefinitions(cosines(count, seed: seed), logitScale: logitScale, topCount: topCount)
      }
    }
  }

  @Test(arguments: [0.01, 1, 100, 1e4])
  func probabilitiesOfAllLabelsSumToOne(logitScale: Double) {
    for count in [1, 2, 17, 1000] {
      let block = reduce(cosines(count, seed: 2), logitScale: logitScale, topCount: count)
      let sum = block.topProbabilities.reduce(0) { $0 + Double($1) }
      #expect(abs(sum - 1) <= 1e-6, "\(count) labels: \(sum)")
    }
  }

  @Test(arguments: [0.01, 1, 100, 1e4])
  func oneLabelIsCertainAndHasNoMargin(logitScale: Double) {
    let block = reduce([0.25], logitScale: logitScale, topCount: 1)
    #expect(block.topLabelIDs == [0] && block.bottomLabelIDs == [0])
    #expect(block.topProbabilities == [1] && block.bottomProbabilities == [1])
    #expect(block.margins[0].isNaN && block.entropies[0].isNaN)
    #expect(block.skewnesses[0].isNaN && block.kurtoses[0].isNaN)
    #expect(block.means == [0.25] && block.standardDeviations == [0])
    #expect(block.logPartitions == [Float(logitScale * 0.25)])
  }

  @Test(arguments: [2, 100, 1000])
  func equalCosinesAreAUniformDistribution(count: Int) {
    let block = reduce([Float](repeating: 0.3, count: count), logitScale: 100, topCount: 2)
    #expect(block.topLabelIDs == [0, 1] && block.bottomLabelIDs == [0, 1])
    #expect(block.topProbabilities.allSatisfy { $0 == Float(1 / Double(count)) })
    #expect(block.margins == [0] && block.standardDeviations == [0])
    #expect(block.entropies == [Float(log(Double(count)))])
    // A distribution without spread has no shape.
    #expect(block.skewnesses[0].isNaN && block.kurtoses[0].isNaN)
  }

  @Test func tiesGoToTheLowerLabel() {
    let block = reduce([0.1, 0.5, 0.5, -0.2, 0.5, -0.2], logitScale: 1, topCount: 3)
    #expect(block.topLabelIDs == [1, 2, 4])
    #expect(block.bottomLabelIDs == [3, 5, 0])
    #expect(block.margins == [0])
  }

  @Test func idsAreThoseOfTheLabelsThatTakePart() {
    let block = reduce([0.1, 0.5, 0.3], logitScale: 1, topCount: 3, labelIDs: [2, 5, 9])
    #expect(block.topLabelIDs == [5, 9, 2])
    #expect(block.bottomLabelIDs == [2, 9, 5])
  }

  @Test func theLargestFactorOverflowsNothing() {
    let block = reduce([1, -1, 0.999], logitScale: 1e6, topCount: 3)
    #expect(block.topProbabilities == [1, 0, 0])
    #expect(block.entropies == [0])
    #expect(block.logPartitions == [1e6])
  }

  @Test func maskedRowsHoldNoNumbers() {
    var block = FeatureBlock(topCount: 2)
    block.appendMasked(id: 8, status: .nonFinite)
    #expect(block.featureIDs == [8] && block.statuses == [2])
    #expect(block.topLabelIDs == [-1, -1] && block.bottomLabelIDs == [-1, -1])
    let numbers = [
      block.topCosines, block.topProbabilities, block.bottomCosines, block.bottomProbabilities,
      block.means, block.standardDeviations, block.skewnesses, block.kurtoses, block.margins,
      block.entropies, block.logPartitions,
    ]
    #expect(numbers.allSatisfy { $0.allSatisfy(\.isNaN) })
    #expect(numbers.map(\.count) == [2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1])
  }
}
