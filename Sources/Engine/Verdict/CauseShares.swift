/// What each cause costs a reading: the gain of its correction, fairly shared between causes.
///
/// The reading is that of the form in use by the raw score. With every set of corrections made, the sample is read anew; a cause's
/// share is the mean of what its correction gains over all orders of corrections (`ShapleyShares`). Two gains are shared:
/// agreement of first labels beyond exchanged features, which a temperature cannot change, and the probability of true labels
/// beyond that of exchanged features.
public struct CauseShares: Sendable {
  /// What can be wrong with a reading, each with what corrects it.
  public enum Cause: String, CaseIterable, Sendable {
    /// The bias and the normalisation of the form in use: the same direction is read linearly.
    case bias
    /// One template: embeddings of the same labels by other ones.
    case template
    /// What all features or all labels have in common: both banks are centred.
    case centring
    /// Labels whose scores vary more than others': deviations are made equal.
    case hubs
    /// The temperature: one is fitted to the truth.
    case temperature
  }

  /// What a cause costs.
  public struct Share: Sendable, Equatable {
    /// The cause.
    public let cause: Cause
    /// In agreement of first labels.
    public let names: IntervalEstimate
    /// In the probability of true labels.
    public let probability: IntervalEstimate
  }

  /// What a set of corrections leads to.
  struct Reading: Sendable, Equatable {
    /// What is corrected.
    let corrected: [Cause]
    /// Agreement of first labels beyond exchanged features.
    let names: Double
    /// The probability of true labels beyond that of exchanged features.
    let probability: Double
    /// 1 / temperature of `probability`.
    let scale: Double
  }

  /// What is read.
  struct Question: Sendable {
    /// Unit images of the features by the form in use, [m, D].
    var images: [Float]
    /// Those by the isolated form; nil if that is the form in use.
    var isolated: [Float]?
    /// The labels.
    var labels: LabelSide
    /// The same labels by other templates; nil without.
    var otherTemplates: LabelSide?
    /// The true labels.
    var truth: SampleTruth
    /// A number for each feature with a true label that duplicates share.
    var clusters: [Int]
    /// 1 / temperature in use.
    var scale: Double
  }

  /// The number of features that have a true label.
  public let featureCount: Int

  /// The causes that can be asked of this reading, greatest cost first.
  public let shares: [Share]

  /// What every set of corrections leads to: none first, all last.
  let readings: [Reading]

  /// Reads a sample with every set of corrections.
  ///
  /// - Parameters:
  ///   - question: What is read.
  ///   - seed: Determines the intervals.
  ///   - workers: The number of threads; the result is the same for any.
  init(_ question: Question, seed: UInt64, workers: Int) {
    let causes = Cause.allCases.filter {
      switch $0 {
      case .bias: question.isolated != nil
      case .template: question.otherTemplates != nil
      case .centring, .hubs, .temperature: true
      }
    }
    @Sendable func bit(_ cause: Cause) -> Int { causes.firstIndex(of: cause).map { 1 << $0 } ?? 0 }
    // Sets that share a product: those without hubs and temperature.
    let inner = bit(.hubs) | bit(.temperature)
    let products = (0..<(1 << causes.count)).filter { $0 & inner == 0 }
    let parts = mapInParallel(count: products.count, workers: workers) { index in
      let set = products[index]
      return Self.terms(
        question, isIsolated: set & bit(.bias) != 0, hasOtherTemplates: set & bit(.template) != 0,
        isCentred: set & bit(.centring) != 0)
    }
    var terms = [Terms?](repeating: nil, count: 1 << causes.count)
    for (set, part) in zip(products, parts) {
      for (index, found) in part.enumerated() {
        let hubs = index & 1 != 0 ? bit(.hubs) : 0
        let temperature = index & 2 != 0 ? bit(.temperature) : 0
        terms[set | hubs | temperature] = found
      }
    }
    let all = terms.compactMap(\.self)
    let names = ShapleyShares(of: causes.count, values: all.map(\.names.values))
    let probabilities = ShapleyShares(of: causes.count, values: all.map(\.probability.values))
    func interval(_ values: [Double]) -> IntervalEstimate {
      ClusterBootstrap(values: values, clusters: question.clusters)
        .interval(seed: seed, workers: workers).withoutRounding
    }
    featureCount = question.truth.positions.count
    shares = causes.indices.map {
      Share(
        cause: causes[$0], names: interval(names.terms[$0]),
        probability: interval(probabilities.terms[$0]))
    }.enumerated().sorted { ($1.element.cost, $0.offset) < ($0.element.cost, $1.offset) }
      .map(\.element)
    readings = all.indices.map { set in
      Reading(
        corrected: causes.indices.filter { set & (1 << $0) != 0 }.map { causes[$0] },
        names: all[set].names.excess, probability: all[set].probability.excess,
        scale: all[set].scale)
    }
  }

  private struct Terms: Sendable {
    let names: NamingTerms
    let probability: NamingTerms
    let scale: Double
  }

  /// Without anything more, with hubs, with the temperature, and with both corrected.
  private static func terms(
    _ question: Question, isIsolated: Bool, hasOtherTemplates: Bool, isCentred: Bool
  ) -> [Terms] {
    let images = isIsolated ? question.isolated ?? question.images : question.images
    let labels =
      hasOtherTemplates ? question.otherTemplates ?? question.labels : question.labels
    var scores = SampleScores(images, labels: labels, isCentred: isCentred)
    func read(_ scores: SampleScores) -> (asUsed: Terms, fitted: Terms) {
      let names = scores.nameTerms(question.truth)
      func terms(_ scale: Double) -> Terms {
        Terms(
          names: names, probability: scores.probabilityTerms(question.truth, scale: scale),
          scale: scale)
      }
      return (terms(question.scale), terms(scores.fittedScale(question.truth)))
    }
    let plain = read(scores)
    scores.equaliseDeviations()
    let equal = read(scores)
    return [plain.asUsed, equal.asUsed, plain.fitted, equal.fitted]
  }
}

extension CauseShares.Share {
  /// The greater of the two costs.
  var cost: Double { max(names.estimate, probability.estimate) }
}
