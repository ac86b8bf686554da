@testable import Engine
import Foundation
import Testing

/// Whether null banks are what they claim to be, over many banks without any label information.
///
/// One random feature of each bank is compared with the uniform distribution, since features of one bank share
/// their null. `ENGINE_CALIBRATION=1000` takes so many banks instead of 200.
@Suite struct CalibrationTests {
  private static let seeds =
    ProcessInfo.processInfo.environment["ENGINE_CALIBRATION"].flatMap(Int.init) ?? 200

  /// A bank without label information and what is found of it.
  private struct Trial: Sendable {
    /// The p-value of one random feature by the centred score beside rotated banks, and beside random vectors in its place.
    var rotated = 0.0
    var inPlace = 0.0
    /// False discoveries beside each.
    var discoveries = (rotated: 0, inPlace: 0)
    /// Whether 1 lies within 1.96 deviations of the closed form of ρ.
    var covers = false
  }

  private static let width = 24

  /// Features with a component of their own size along one direction, and labels in a cone.
  private static func trial(_ seed: Int, common: Float, features count: Int = 40) -> Trial {
    var generator = SplitMix64(seed: UInt64(9000 + seed))
    let bank = bank(common: common, count: count, using: &generator)
    return trial(bank, labels(using: &generator), using: &generator)
  }

  private static func bank(
    common: Float, count: Int, using generator: inout SplitMix64
  ) -> JointBank {
    let shared = generator.normals(width).map { Float($0) }
    let features = (0..<count).flatMap { _ -> [Float] in
      let size = common * Float(0.2 + 1.6 * generator.nextUniform())
      return zip(generator.normals(width), shared).map { Float($0) + size * $1 }
    }
    return RotatedEvidenceTests.bank(features, width: width)
  }

  private static func labels(using generator: inout SplitMix64) -> LabelSide {
    let labelCount = 30
    let cone = generator.normals(width).map { Float($0) }
    var rows = (0..<labelCount).flatMap { _ in
      generator.normals(width).enumerated().map {
        Float($1) * ($0 < 8 ? 1.5 : 0.5) + 1.2 * cone[$0]
      }
    }
    var span = rows.mutableSpan
    normalizeRows(&span, width: width)
    return LabelSide(rows, count: labelCount, width: width)
  }

  private static func trial(
    _ bank: JointBank, _ labels: LabelSide, using generator: inout SplitMix64
  ) -> Trial {
    let moments = BankMoments(bank, workers: 1)
    var views = [BankView(.real, labels: labels, moments: moments, empty: nil)]
    for _ in 0..<4 {
      let rotation = NullRotation(
        fixing: moments.fixedDirections(labels), width: width, using: &generator)
      views.append(BankView(.rotated(rotation), labels: labels, moments: moments, empty: nil))
    }
    for _ in 0..<4 {
      let vectors = GaussianBank(moments, seed: generator.next())
      views.append(BankView(.gaussian(vectors), labels: labels, moments: moments, empty: nil))
    }
    let banks = views.map { view in
      (
        view: view,
        scores: [
          Score.make(.centred, labels: labels, context: ScoreContext(bankMean: view.mean))
        ].compactMap { $0 }
      )
    }
    let reading = BankReading(bank, banks: banks, workers: 1)
    let naming = reading.namings[0]
    let strata = Significance.strata(
      reading.bankMeanCosines,
      hasCommon: moments.commonEnergy > BankMoments.leastCommonEnergy)
    func pValues(_ null: [[Float]], _ strata: [Int]) -> [Double] {
      let pool = StratifiedNull(
        null.flatMap { $0.map(Double.init) }, strata: null.flatMap { _ in strata },
        count: (strata.max() ?? 0) + 1)
      return zip(naming.scores, strata).map { pool.pValue(of: Double($0), stratum: $1) }
    }
    let rotated = pValues(naming.rotatedScores, strata)
    let inPlace = pValues(naming.gaussianScores, strata.map { _ in 0 })
    let alignment = Alignment(moments, labels: labels)
    let feature = generator.nextIndex(below: bank.count)
    return Trial(
      rotated: rotated[feature], inPlace: inPlace[feature],
      discoveries: (
        discoveryCount(rotated, level: 0.05), discoveryCount(inPlace, level: 0.05)
      ),
      covers: abs(alignment.ratio - 1) <= 1.96 * alignment.nullDeviation)
  }

  /// The p-values of one feature a bank are uniform (Kolmogorov-Smirnov p ≥ 0.01), false discoveries at 5 % occur in no more
  /// than 5 % of banks, and ρ ± 1.96 deviations holds 1 in 95 % of them, both within the Monte-Carlo error of three deviations.
  @Test(arguments: [Float(0), 0.6, 2])
  func nullBanksAreCalibrated(common: Float) {
    let trials = mapInParallel(count: Self.seeds, workers: 2) { Self.trial($0, common: common) }
    let count = Double(Self.seeds)
    let error = 3 * (0.05 * 0.95 / count).squareRoot()
    #expect(KolmogorovSmirnov(uniform: trials.map(\.rotated)).pValue >= 0.01)
    #expect(Double(trials.count { $0.discoveries.rotated > 0 }) / count <= 0.05 + error)
    #expect(Double(trials.count { $0.discoveries.inPlace > 0 }) / count <= 0.05 + error)
    // ρ is skewed where few directions hold most of its variance, as the shared one does.
    let covered = Double(trials.count { $0.covers }) / count
    #expect(abs(covered - 0.95) <= error, "\(covered)")
    // Random vectors have the covariance of the features themselves, so a bank is rather less significant than chance has it.
    let inPlace = trials.map(\.inPlace)
    #expect(Double(inPlace.count { $0 <= 0.05 }) / count <= 0.05 + error)
    #expect(abs(inPlace.reduce(0, +) / count - 0.5) <= 0.1)
  }

  /// Controls that hold nothing get uniform p-values from the same code: directions of random numbers, directions with
  /// their elements exchanged, which keep what all have in common, and other labels.
  @Test(arguments: [VerdictControls.Kind.random, .shuffled, .nonsense])
  func controlsAreCalibrated(kind: VerdictControls.Kind) {
    let trials = mapInParallel(count: Self.seeds, workers: 2) { seed -> Trial in
      var generator = SplitMix64(seed: UInt64(17_000 + seed))
      let source = ControlSource(
        Self.bank(common: 0.6, count: 60, using: &generator), limit: 40, seed: UInt64(seed))
      let labels = Self.labels(using: &generator)
      let bank =
        switch kind {
        case .random: source.read(source.randomRows(seed: generator.next()))
        case .shuffled: source.read(source.shuffledRows(seed: generator.next()))
        default: source.own
        }
      return Self.trial(
        bank, kind == .nonsense ? Self.labels(using: &generator) : labels, using: &generator)
    }
    let count = Double(Self.seeds)
    let error = 3 * (0.05 * 0.95 / count).squareRoot()
    #expect(KolmogorovSmirnov(uniform: trials.map(\.rotated)).pValue >= 0.01)
    #expect(Double(trials.count { $0.discoveries.rotated > 0 }) / count <= 0.05 + error)
    #expect(Double(trials.count { $0.inPlace <= 0.05 }) / count <= 0.05 + error)
  }
}
