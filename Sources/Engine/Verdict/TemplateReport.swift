/// What features are named by each template alone.
struct TemplateReport: Sendable {
  /// What one template says.
  struct Naming: Sendable {
    /// The template and its labels.
    let bank: TemplateBank
    /// The id of the first label of each feature, -1 where not read, [n].
    let names: [Int32]
    /// The share of features that have the first label of the scan's own labels.
    let likeScan: IntervalEstimate
  }

  /// The variant that is read.
  let form: LensForm

  /// One for each template, in order.
  let namings: [Naming]

  /// The positions of the features that are read.
  let features: [Int]

  /// How far templates agree on those.
  let agreement: RaterAgreement

  /// The share of pairs of templates that agree, with its interval.
  let same: IntervalEstimate

  /// The share of features that all templates agree on.
  let allSame: IntervalEstimate

  /// The share of pairs of templates that agree on each feature, [n]; NaN where not read.
  var shares: [Float] {
    var result = [Float](repeating: .nan, count: namings.first?.names.count ?? 0)
    for (feature, share) in zip(features, agreement.items) { result[feature] = Float(share) }
    return result
  }

  /// Names features by several templates.
  ///
  /// - Parameters:
  ///   - banks: The labels by each template, two at least.
  ///   - form: The variant.
  ///   - bank: Its features, of which some are read.
  ///   - names: The ids of the first labels by the scan's own labels, [n], -1 where not read.
  ///   - clusters: A number for each feature that duplicates share, [n].
  ///   - seed: Determines intervals.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Complexity: 2 · n · D · C floating-point operations for each template.
  init(
    _ banks: [TemplateBank], form: LensForm, _ bank: JointBank, names: [Int32], clusters: [Int],
    seed: UInt64, workers: Int
  ) {
    let moments = BankMoments(bank, workers: workers)
    let features = names.indices.filter { names[$0] >= 0 }
    let own = features.map { clusters[$0] }
    func share(_ value: (Int) -> Double) -> IntervalEstimate {
      ClusterBootstrap(values: features.indices.map(value), clusters: own)
        .interval(seed: seed, workers: workers)
    }
    let namings = banks.map { template in
      let found = Self.names(bank, moments, template, workers: workers)
      return Naming(
        bank: template, names: found,
        likeScan: share { found[features[$0]] == names[features[$0]] ? 1 : 0 })
    }
    let agreement = RaterAgreement(namings.map { naming in features.map { naming.names[$0] } })
    self.form = form
    self.namings = namings
    self.features = features
    self.agreement = agreement
    same = share { agreement.items[$0] }
    allSame = share { feature in
      let place = features[feature]
      return namings.allSatisfy { $0.names[place] == namings[0].names[place] } ? 1 : 0
    }
  }

  /// The first labels of features by the centred score.
  private static func names(
    _ bank: JointBank, _ moments: BankMoments, _ template: TemplateBank, workers: Int
  ) -> [Int32] {
    let view = BankView(.real, labels: template.side, moments: moments, empty: nil)
    let score = Score.make(
      .centred, labels: template.side, context: ScoreContext(bankMean: view.mean))
    let reading = BankReading(
      bank, banks: [(view, [score].compactMap { $0 })], workers: workers)
    return (reading.namings.first?.labels ?? []).map { $0 < 0 ? -1 : template.labelIDs[Int($0)] }
  }
}
