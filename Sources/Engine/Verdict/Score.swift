/// What is compared between a feature and the labels.
///
/// v is the unit image of the feature, t_j the unit label, μ the mean of the labels, m = μ/|μ|,
/// n_j = |t_j - μ| and t̃_j = (t_j - μ)/n_j; means and deviations over features are taken over the
/// sample of `ColumnStatistics`.
public enum ScoreKind: String, Sendable, CaseIterable {
  /// v · t_j.
  case raw
  /// v · t̃_j: labels centred and made unit vectors again.
  case text
  /// v' · t̃_j with v' = (v - (v·m) m) made a unit vector: what of a feature lies along the common
  /// direction of all labels takes no part.
  case centred
  /// (v - μ_V) / |v - μ_V| · t̃_j with μ_V the mean of the features.
  case both
  /// v · (t_j - t_0) / |t_j - t_0| with t_0 the prompt of the empty label.
  case empty
  /// The centred score less its mean over features, over its deviation.
  case columnZ = "zcol"
  /// The same with mean and deviation over null features.
  case nullColumnZ = "znull"
  /// Twice the centred score less the mean of its ten greatest over features (Conneau et al. 2018; the
  /// mean over labels is the same for a whole row).
  case csls
  /// The centred score less τ ln Σ exp(score/τ) over features (Smith et al. 2017).
  case invertedSoftmax = "isf"
  /// The centred score less T ln of the mean probability of the label over features.
  case pmi
  /// The centred score and the potentials of the labels that make all labels equally likely.
  case sinkhorn
  /// v̌ · ǔ_j, both unit vectors: the first principal axes of the labels taken out of v and of t_j - μ
  /// (`LabelAxes`).
  case allButTop = "abtt"
  /// ŷ · t̂_j: both banks centred, each whitened by its own covariance, and made unit vectors
  /// (`BankWhitening`).
  case whitened = "whiten"
  /// v · (t_j - μ): `text` without the new length, which ranks as `raw`.
  case textDifference = "text-diff"
  /// v · t_j - v · t_0: `empty` without the new length, which ranks as `raw`.
  case emptyDifference = "empty-diff"
}

extension ScoreKind {
  /// Whether it is also taken of null banks.
  var hasNullBanks: Bool {
    [.raw, .centred, .both, .columnZ, .allButTop, .whitened].contains(self)
  }

  /// Whether it ranks labels as `raw` does, since it differs from it by a constant of each row.
  var ranksAsRaw: Bool { self == .textDifference || self == .emptyDifference }

  /// Whether 0 says that feature and label have nothing to do with each other, and scores below 0 that they
  /// are opposed.
  var isSigned: Bool {
    switch self {
    case .raw, .text, .centred, .both, .empty, .allButTop, .whitened: true
    default: false
    }
  }
}

/// A score as it is computed: affine in the products of a row, with what the row brings along.
struct Score: Sendable {
  /// What is known of a row besides its products with the labels.
  struct RowFacts: Equatable, Sendable {
    /// v · m.
    var meanCosine: Float = 0
    /// v · μ_V.
    var bankMeanCosine: Float = 0
    /// v · t_0.
    var emptyCosine: Float = 0
    /// The squared length of what v has along the axes of `LabelAxes`.
    var axesSquare: Float = 0
    /// What products with labels are multiplied by to be v · t_j.
    var productFactor: Float = 1
  }

  /// How a row's factor, shift and scale follow from its facts.
  enum RowRule: Equatable, Sendable {
    case plain
    /// Shifted by v · m.
    case textCentred
    /// v' in the place of v.
    case projected
    /// v - μ_V in the place of v, with |μ_V|².
    case lessMean(square: Float)
    /// Shifted by v · t_0.
    case lessEmpty
    /// Shifted by v · m, with v̌ in the place of v.
    case lessAxes
  }

  /// Which score it is.
  let kind: ScoreKind

  /// The vectors over labels.
  let affine: AffineScores

  /// The rule for rows.
  let rule: RowRule

  /// What is taken off products first; nil for nothing.
  var correction: AxesCorrection?

  /// The factor and shift of a row, and the positive scale of its scores.
  func row(_ facts: RowFacts) -> (row: AffineScores.Row, scale: Float) {
    switch rule {
    case .plain: return (AffineScores.Row(factor: facts.productFactor), 1)
    case .textCentred:
      return (AffineScores.Row(factor: facts.productFactor, shift: facts.meanCosine), 1)
    case .lessEmpty:
      return (AffineScores.Row(factor: facts.productFactor, shift: facts.emptyCosine), 1)
    case .lessAxes:
      let rest = 1 - facts.axesSquare
      return (
        AffineScores.Row(factor: facts.productFactor, shift: facts.meanCosine),
        rest > Self.leastRest ? 1 / rest.squareRoot() : 0
      )
    case .projected:
      let factor = Self.projectedFactor(facts.meanCosine)
      return (
        AffineScores.Row(
          factor: factor * facts.productFactor, shift: factor * facts.meanCosine), 1
      )
    case .lessMean(let square):
      let rest = 1 - 2 * facts.bankMeanCosine + square
      return (
        AffineScores.Row(factor: facts.productFactor, shift: facts.meanCosine),
        rest > Self.leastRest ? 1 / rest.squareRoot() : 0
      )
    }
  }

  /// 1/|v'|, given v · m; 0 where nothing is left of v.
  static func projectedFactor(_ meanCosine: Float) -> Float {
    let rest = 1 - meanCosine * meanCosine
    return rest > leastRest ? 1 / rest.squareRoot() : 0
  }

  /// The squared length under which what is left of a unit vector is rounding noise.
  private static let leastRest: Float = 1e-6

  /// The best label of a row.
  ///
  /// - Parameters:
  ///   - products: v · t_j, [C].
  ///   - facts: What is known of the row.
  /// - Returns: The label, of equal ones the first, and its score.
  func best(_ products: Span<Float>, _ facts: RowFacts) -> (label: Int32, score: Float) {
    let (row, scale) = row(facts)
    let (label, score) = affine.best(products, row: row)
    return (label, scale * score)
  }

  /// The vectors of the scores with the other sign; nil for a score that has none.
  var opposite: AffineScores? {
    guard kind.isSigned else { return nil }
    func negated(_ elements: [Float]) -> [Double] { elements.map { -Double($0) } }
    return AffineScores(
      slopes: negated(affine.slopes), shifts: negated(affine.shifts),
      // A label that is never best is never least.
      constants: affine.constants.indices.map {
        let constant = Double(affine.constants[$0])
        return affine.slopes[$0] == 0 ? constant : -constant
      })
  }

  /// The label of a row that scores least, of a signed score.
  ///
  /// - Parameters:
  ///   - products: v · t_j, [C].
  ///   - facts: What is known of the row.
  ///   - opposite: `opposite`.
  /// - Returns: The label, of equal ones the first, and its score.
  func least(
    _ products: Span<Float>, _ facts: RowFacts, opposite: AffineScores
  ) -> (label: Int32, score: Float) {
    let (row, scale) = row(facts)
    let (label, score) = opposite.best(products, row: row)
    return (label, -scale * score)
  }

  /// The rank of a label in a row, from 1: one more than the labels that score higher.
  func rank(of label: Int, _ products: Span<Float>, _ facts: RowFacts) -> Int {
    let (row, _) = row(facts)
    let own = [products[label]]
    var score = [Float(0)]
    var target = score.mutableSpan
    affine.at(label).write(own.span, row: row, into: &target, at: 0)
    return 1 + affine.count(above: score[0], products, row: row)
  }
}
