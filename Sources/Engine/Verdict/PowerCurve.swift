/// What of planted labels is found, by how near to their labels planted features are.
///
/// A planted bank is the sample rotated afresh, in which a share of the features gets a label: the part
/// v' of a feature that is not along m becomes |v'| (c t' + √(1 - c²) u), t' a random label without what it has along m, made a
/// unit vector, and u its own direction without t'. The bank is found if one of the three tests beside rotated banks
/// exceeds: the two shares by the centred score, and ρ.
struct PowerCurve: Sendable, Equatable {
  /// What is found at one cosine.
  struct Point: Sendable, Equatable {
    /// c.
    let cosine: Double
    /// The share of planted banks that are found, with the interval of Clopper and Pearson.
    let power: IntervalEstimate
    /// The share of planted features whose first label, by the centred score, is the planted one.
    let named: Double
    /// The share of planted features with a p-value, beside all rotated banks, of at most `individualLevel`.
    let significant: Double
  }

  /// One for each cosine, rising.
  let points: [Point]

  /// The share of features that are planted.
  let plantedShare: Double

  /// The number of planted banks.
  let bankCount: Int

  /// The level at which a feature counts for itself.
  static let individualLevel = 0.001

  /// The power that a negative needs.
  static let neededPower = 0.8

  /// The cosine at which a negative needs that power.
  static let requiredCosine = 0.15

  /// The cosines that are tried where none are stated.
  static let usualCosines = [0.05, 0.08, 0.1, 0.12, requiredCosine, 0.18, 0.2, 0.25, 0.3]

  /// The planted share where none is stated: what a lens that works must read.
  static let usualPlantedShare = 0.5

  /// The planted banks where no number is stated.
  static let usualBankCount = 40
}

extension PowerCurve {
  /// The point at `requiredCosine`.
  var required: Point? { points.first { $0.cosine == Self.requiredCosine } }

  /// Whether a bank that is not found would have been, had it been planted at `requiredCosine`.
  var isEnough: Bool { (required?.power.estimate ?? 0) >= Self.neededPower }

  /// The least cosine with the needed power, between the points along straight lines; nil where the last
  /// point does not reach it.
  ///
  /// Its interval is where the upper and where the lower ends of the intervals of power reach it; infinite where
  /// they do not. Powers are taken not to fall: of each point and those before it the greatest.
  var minimumCosine: IntervalEstimate? {
    guard let estimate = crossing(\.estimate) else { return nil }
    return IntervalEstimate(
      estimate: estimate, lower: crossing(\.upper) ?? .infinity,
      upper: crossing(\.lower) ?? .infinity)
  }

  /// Where a curve first reaches the needed power.
  private func crossing(_ value: (IntervalEstimate) -> Double) -> Double? {
    var last: (cosine: Double, power: Double)?
    for point in points {
      let power = value(point.power)
      if power >= Self.neededPower {
        guard let last else { return point.cosine }
        let part = (Self.neededPower - last.power) / (power - last.power)
        return last.cosine + part * (point.cosine - last.cosine)
      }
      last = (point.cosine, max(power, last?.power ?? power))
    }
    return nil
  }
}
