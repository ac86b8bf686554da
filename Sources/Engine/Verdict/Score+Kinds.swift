internal import Foundation

/// What scores are made of besides the labels.
struct ScoreContext: Sendable {
  /// The mean of the features' unit images, [D].
  var bankMean: [Double]

  /// Statistics of the labels over features; needed by the kinds that correct for them.
  var columns: ColumnStatistics?

  /// Mean and deviation of each label's centred score over null features, [C] each.
  var nullColumns: (means: [Double], deviations: [Double])?

  /// The unit embedding of the prompt of the empty label, [D].
  var empty: [Double]?

  /// The principal axes of the labels.
  var axes: LabelAxes?
}

extension Score {
  /// Makes a score.
  ///
  /// - Parameters:
  ///   - kind: Which.
  ///   - labels: The labels.
  ///   - context: What it is made of besides.
  /// - Returns: The score, or nil if something that it needs is not there.
  static func make(_ kind: ScoreKind, labels: LabelSide, context: ScoreContext) -> Score? {
    let none = [Double](repeating: 0, count: labels.count)
    switch kind {
    case .raw:
      let ones = [Double](repeating: 1, count: labels.count)
      return Score(
        kind: kind, affine: AffineScores(slopes: ones, shifts: none, constants: none),
        rule: .plain)
    case .text:
      return Score(
        kind: kind,
        affine: centred(labels, shifts: labels.centredLengths.map { _ in labels.meanLength }),
        rule: .textCentred)
    case .centred:
      return Score(
        kind: kind, affine: centred(labels, shifts: labels.meanCosines), rule: .projected)
    case .both: return both(labels, bankMean: context.bankMean)
    case .empty: return context.empty.map { empty(labels, $0) }
    case .nullColumnZ:
      return context.nullColumns.map {
        standardised(kind, labels, means: $0.means, deviations: $0.deviations)
      }
    case .columnZ:
      return context.columns.map {
        standardised(kind, labels, means: $0.means, deviations: $0.deviations)
      }
    case .csls:
      return context.columns.map {
        corrected(kind, labels, slope: 2, constants: $0.neighbourMeans.map { -$0 })
      }
    case .invertedSoftmax:
      return context.columns.map {
        corrected(kind, labels, slope: 1, constants: $0.logSums.map { -ColumnStatistics.tau * $0 })
      }
    case .pmi:
      return context.columns.map { columns in
        corrected(
          kind, labels, slope: 1,
          constants: columns.logMeanProbabilities.map { -columns.temperature * $0 })
      }
    case .sinkhorn:
      return context.columns.map {
        corrected(kind, labels, slope: 1, constants: $0.potentials)
      }
    case .allButTop: return context.axes.flatMap { allButTop(labels, $0) }
    case .whitened:
      return context.axes.map { _ in whitened(labels) }
    case .textDifference:
      let ones = [Double](repeating: 1, count: labels.count)
      return Score(
        kind: kind,
        affine: AffineScores(
          slopes: ones, shifts: ones.map { $0 * labels.meanLength }, constants: none),
        rule: .textCentred)
    case .emptyDifference:
      guard context.empty != nil else { return nil }
      let ones = [Double](repeating: 1, count: labels.count)
      return Score(
        kind: kind, affine: AffineScores(slopes: ones, shifts: ones, constants: none),
        rule: .lessEmpty)
    }
  }

  /// `(s_ij - a_i shifts_j) / n_j`; a label that is the mean never scores best.
  private static func centred(_ labels: LabelSide, shifts: [Double]) -> AffineScores {
    let slopes = inverses(labels)
    return AffineScores(
      slopes: slopes, shifts: zip(slopes, shifts).map(*),
      constants: slopes.map { $0 == 0 ? unusable : 0 })
  }

  /// 1 / n_j, or 0 for a label that is the mean.
  private static func inverses(_ labels: LabelSide) -> [Double] {
    labels.centredLengths.map { $0 > LabelSide.leastCentredLength ? 1 / $0 : 0 }
  }

  /// A score below all others.
  private static let unusable = -1e6

  /// Scores of whitened rows; a label that is the mean never scores best.
  private static func whitened(_ labels: LabelSide) -> Score {
    let isUsable = labels.centredLengths.map { $0 > LabelSide.leastCentredLength }
    return Score(
      kind: .whitened,
      affine: AffineScores(
        slopes: isUsable.map { $0 ? 1 : 0 }, shifts: isUsable.map { _ in 0 },
        constants: isUsable.map { $0 ? 0 : unusable }), rule: .plain)
  }

  /// `(s_ij - Σ_k (v · b_k) (u_j · b_k) - v · μ) / |ǔ_j|`; nil if nothing is left of any label.
  private static func allButTop(_ labels: LabelSide, _ axes: LabelAxes) -> Score? {
    let slopes = axes.restLengths.map { $0 > LabelSide.leastCentredLength ? 1 / $0 : 0 }
    guard axes.topCount > 0, slopes.contains(where: { $0 > 0 }) else { return nil }
    let affine = AffineScores(
      slopes: slopes, shifts: slopes.map { $0 * labels.meanLength },
      constants: slopes.map { $0 == 0 ? unusable : 0 })
    return Score(
      kind: .allButTop, affine: affine, rule: .lessAxes,
      correction: AxesCorrection(axes, labelCount: labels.count))
  }

  private static func both(_ labels: LabelSide, bankMean: [Double]) -> Score {
    both(
      labels, meanProducts: labels.products(with: bankMean),
      meanSquare: bankMean.reduce(0) { $0 + $1 * $1 })
  }

  /// The score `both` of a bank of which the mean is known by its products alone.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - meanProducts: ū · t_j, [C].
  ///   - meanSquare: |ū|².
  /// - Returns: The score.
  static func both(_ labels: LabelSide, meanProducts: [Double], meanSquare: Double) -> Score {
    let slopes = inverses(labels)
    let along = meanProducts.reduce(0, +) / Double(labels.count)
    let affine = AffineScores(
      slopes: slopes, shifts: slopes.map { $0 * labels.meanLength },
      constants: zip(slopes, meanProducts).map { $0 == 0 ? unusable : -$0 * ($1 - along) })
    return Score(kind: .both, affine: affine, rule: .lessMean(square: Float(meanSquare)))
  }

  private static func empty(_ labels: LabelSide, _ empty: [Double]) -> Score {
    let square = empty.reduce(0) { $0 + $1 * $1 }
    let slopes = zip(labels.squares, labels.products(with: empty)).map { own, product in
      let length = max(0, own - 2 * product + square).squareRoot()
      return length > LabelSide.leastCentredLength ? 1 / length : 0
    }
    let affine = AffineScores(
      slopes: slopes, shifts: slopes, constants: slopes.map { $0 == 0 ? unusable : 0 })
    return Score(kind: .empty, affine: affine, rule: .lessEmpty)
  }

  /// `(c_ij - mean_j) / deviation_j` with c the centred score.
  private static func standardised(
    _ kind: ScoreKind, _ labels: LabelSide, means: [Double], deviations: [Double]
  ) -> Score {
    let base = inverses(labels)
    let usable = zip(base, deviations).map { $0 > 0 && $1 > 0 }
    let slopes = base.indices.map { usable[$0] ? base[$0] / deviations[$0] : 0 }
    let affine = AffineScores(
      slopes: slopes, shifts: zip(slopes, labels.meanCosines).map(*),
      constants: base.indices.map { usable[$0] ? -means[$0] / deviations[$0] : unusable })
    return Score(kind: kind, affine: affine, rule: .projected)
  }

  /// `slope c_ij + constants_j` with c the centred score.
  private static func corrected(
    _ kind: ScoreKind, _ labels: LabelSide, slope: Double, constants: [Double]
  ) -> Score {
    let base = inverses(labels)
    let slopes = base.map { slope * $0 }
    let affine = AffineScores(
      slopes: slopes, shifts: zip(slopes, labels.meanCosines).map(*),
      constants: zip(base, constants).map { $0 == 0 ? unusable : $1 })
    return Score(kind: kind, affine: affine, rule: .projected)
  }
}
