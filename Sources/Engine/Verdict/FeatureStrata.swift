internal import Foundation

/// Quarters of the features that are read, by what is known of them besides their names.
struct FeatureStrata: Sendable {
  /// What features are divided by.
  enum Factor: String, Sendable, CaseIterable {
    /// The share of pictures on which the feature fires.
    case density
    /// The cosine of its encoder and decoder row.
    case angle = "encoder_decoder_cosine"
    /// The length of the row that the variant reads.
    case length
    /// v · μ_V.
    case alongMean = "along_mean"
  }

  /// Features with a similar value of a factor.
  struct Stratum: Sendable {
    let factor: Factor
    /// The least and the greatest value among them.
    let range: ClosedRange<Double>
    /// Their positions, rising.
    let members: [Int]
    /// Whether they are enough for a finding of their own: 20, and 5 % of the features that are read.
    let isLarge: Bool
  }

  /// All strata, factor by factor, from low values to high ones; a factor of which no value is known has none.
  let strata: [Stratum]

  /// The strata of a factor, where its values differ enough.
  static let partCount = 4

  /// The least features of a stratum that can bear a finding, and their least share.
  static let leastMembers = (count: 20, share: 0.05)

  /// Divides features.
  ///
  /// The stratum is given by the rank of the first feature with the same value, so that equal values stay
  /// together.
  ///
  /// - Parameters:
  ///   - factors: Values of each feature, [n]; NaN where not known, which leaves it out of that factor.
  ///   - isRead: Whether a feature is read, [n].
  init(_ factors: [(factor: Factor, values: [Double])], isRead: [Bool]) {
    let readCount = isRead.count { $0 }
    let least = max(
      Double(Self.leastMembers.count), Self.leastMembers.share * Double(readCount))
    strata = factors.flatMap { factor, values -> [Stratum] in
      precondition(values.count == isRead.count, "\(factor): \(values.count) values")
      let order = values.indices.filter { isRead[$0] && !values[$0].isNaN }
        .sorted { (values[$0], $0) < (values[$1], $1) }
      var parts = [[Int]](repeating: [], count: Self.partCount)
      var first = 0
      for (place, feature) in order.enumerated() {
        if values[feature] != values[order[first]] { first = place }
        parts[first * Self.partCount / order.count].append(feature)
      }
      return parts.compactMap { part in
        guard let lowest = part.first, let highest = part.last else { return nil }
        return Stratum(
          factor: factor, range: values[lowest]...values[highest], members: part.sorted(),
          isLarge: Double(part.count) >= least)
      }
    }
  }
}

/// A mean over features that come in clusters, with its deviation.
struct ClusteredMean: Sendable, Equatable {
  /// The mean; NaN of nothing.
  let mean: Double
  /// The deviation that the bootstrap over clusters tends to (`ClusterBootstrap.variance`); infinite where
  /// there is one cluster alone.
  let deviation: Double

  /// Takes a mean.
  ///
  /// - Parameters:
  ///   - values: x, [m].
  ///   - clusters: A number for each that those share which are not independent, [m].
  init(_ values: [Double], clusters: [Int]) {
    let items = ClusterBootstrap(values: values, clusters: clusters)
    mean = items.estimate
    deviation = items.clusterCount > 1 ? items.variance.squareRoot() : .infinity
  }

  /// The normal interval, cut off at the ends of a range.
  func interval(
    confidence: Double = IntervalEstimate.usualConfidence, within range: ClosedRange<Double> = 0...1
  ) -> IntervalEstimate {
    let reach = Distributions.normalQuantile((1 + confidence) / 2) * deviation
    func cut(_ value: Double) -> Double {
      value.isNaN ? value : min(range.upperBound, max(range.lowerBound, value))
    }
    return IntervalEstimate(estimate: cut(mean), lower: cut(mean - reach), upper: cut(mean + reach))
  }
}

extension FeatureStrata {
  /// What is found in a stratum.
  struct Figures: Sendable {
    /// The share of p-values of at most 0.05.
    let share: ClusteredMean
    /// 1 - π₀ by the p-values of the stratum, not cut off.
    let beyond: ClusteredMean
    /// The share of names that are right, among features with a true class; nil without truth.
    let right: ClusteredMean?
    /// That less what it is by names exchanged within the stratum, the mean of `NamingTerms`.
    let excess: ClusteredMean?
  }

  /// What is found in some features.
  ///
  /// - Parameters:
  ///   - members: Their positions.
  ///   - pValues: The p-value of each feature, [n].
  ///   - names: The group of the label that each is named, [n]; nil without truth.
  ///   - classes: The group of its true label, [n]; -1 for none.
  ///   - clusters: A number that duplicates share, [n].
  /// - Returns: Figures, of features with a p-value or a true class.
  static func figures(
    of members: [Int], pValues: [Double], names: [Int]?, classes: [Int], clusters: [Int]
  ) -> Figures {
    let tested = members.filter { !pValues[$0].isNaN }
    let groups = tested.map { clusters[$0] }
    let lambda = NullShare.usualLambda
    let share = ClusteredMean(
      tested.map { pValues[$0] <= Significance.level ? 1 : 0 }, clusters: groups)
    let beyond = ClusteredMean(
      tested.map { 1 - (pValues[$0] > lambda ? 1 / (1 - lambda) : 0) }, clusters: groups)
    let asked = tested.filter { classes[$0] >= 0 }
    guard let names, asked.count > 1 else {
      return Figures(share: share, beyond: beyond, right: nil, excess: nil)
    }
    let terms = NamingTerms(names: asked.map { names[$0] }, classes: asked.map { classes[$0] })
    let own = asked.map { clusters[$0] }
    return Figures(
      share: share, beyond: beyond,
      right: ClusteredMean(asked.map { names[$0] == classes[$0] ? 1 : 0 }, clusters: own),
      excess: ClusteredMean(terms.values, clusters: own))
  }
}
