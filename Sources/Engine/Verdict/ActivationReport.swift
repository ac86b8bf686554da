/// How well activations agree with names, feature by feature, for the form in use.
///
/// A feature's activations over pictures are compared with the pictures of the class that it is named by the centred
/// score, and with those of its true class, which no name can beat by much. Needs pictures: a table of classes has no activations.
struct ActivationReport: Sendable {
  /// A figure of agreement that passes the sanity checks of Oikarinen and others (2025).
  enum Metric: String, CaseIterable, Sendable {
    case pearson
    case cosine
    case averagePrecision = "average_precision"
    case bestF1 = "best_f1"
    case f1
    case intersectionOverUnion = "iou"
  }

  /// A figure over features.
  struct Summary: Sendable {
    /// The figure.
    let metric: Metric
    /// Its mean with the class that features are named.
    let named: IntervalEstimate
    /// The same with names exchanged between features, once, at random.
    let exchanged: IntervalEstimate
    /// Its mean with the true class.
    let ofTrueClass: IntervalEstimate
  }

  /// Each figure of each feature with the class that it is named, [n]; NaN where it has no name, or the class no picture.
  let named: [Metric: [Float]]

  /// The same with its true class, [n]; NaN where it has none.
  let ofTrueClass: [Metric: [Float]]

  /// Over the features that have all of them.
  let summaries: [Summary]

  /// Compares activations with names.
  ///
  /// - Parameters:
  ///   - truth: The truth, with pictures.
  ///   - names: The id of the label that each selected feature is named, [n]; -1 for none.
  ///   - clusters: A number for each feature that duplicates share, [n].
  ///   - seed: Determines intervals and the exchange.
  ///   - workers: The number of threads; the result is the same for any.
  init(
    _ truth: VerdictTruth, names: [Int32], clusters: [Int], seed: UInt64, workers: Int
  ) {
    func agreement(_ names: [Int32]) -> ActivationAgreement {
      ActivationAgreement(
        truth.truth, features: truth.features, names: names, classes: truth.classIDs,
        labelGroups: truth.labelGroups, workers: workers)
    }
    let real = agreement(names)
    let exchanged = agreement(Self.exchanged(names, seed: seed))
    func columns(_ values: [BinaryAgreement?]) -> [Metric: [Float]] {
      Dictionary(
        uniqueKeysWithValues: Metric.allCases.map { metric in
          (metric, values.map { $0.map { Float($0[metric]) } ?? .nan })
        })
    }
    named = columns(real.named)
    ofTrueClass = columns(real.ofTrueClass)
    let asked = names.indices.filter {
      real.named[$0] != nil && real.ofTrueClass[$0] != nil && exchanged.named[$0] != nil
    }
    let ids = asked.map { clusters[$0] }
    summaries = Metric.allCases.map { metric in
      func mean(_ values: [BinaryAgreement?]) -> IntervalEstimate {
        // A figure that is not defined, of a feature that fires nowhere, agrees with nothing.
        let values = asked.map { values[$0]?[metric] ?? .nan }.map { $0.isNaN ? 0 : $0 }
        return ClusterBootstrap(values: values, clusters: ids)
          .interval(seed: seed, workers: workers)
      }
      return Summary(
        metric: metric, named: mean(real.named), exchanged: mean(exchanged.named),
        ofTrueClass: mean(real.ofTrueClass))
    }
  }

  /// Names in another order, among the features that have one.
  private static func exchanged(_ names: [Int32], seed: UInt64) -> [Int32] {
    let places = names.indices.filter { names[$0] >= 0 }
    var generator = SplitMix64(seed: seed ^ 0x5EED_0FAC)
    var result = names
    for (place, name) in zip(places, places.shuffled(using: &generator).map { names[$0] }) {
      result[place] = name
    }
    return result
  }
}

extension BinaryAgreement {
  /// One of the figures.
  subscript(metric: ActivationReport.Metric) -> Double {
    switch metric {
    case .pearson: pearson
    case .cosine: cosine
    case .averagePrecision: averagePrecision
    case .bestF1: bestF1
    case .f1: f1
    case .intersectionOverUnion: intersectionOverUnion
    }
  }
}

// MARK: - Order of labels

extension VerdictTruth {
  /// Spearman's correlation, over labels that have a picture, of a feature's raw scores with its mean
  /// activations over the pictures of each.
  ///
  /// - Parameters:
  ///   - sample: Features of the selection and their unit images.
  ///   - labels: The labels that take part.
  ///   - labelIDs: Their ids, [C].
  ///   - workers: The number of threads; the result is the same for any.
  /// - Returns: The correlation of each feature of the sample; NaN where it never fires.
  func orderCorrelations(
    _ sample: VerdictRun.KeptSample, labels: LabelSide, labelIDs: [Int32], workers: Int
  ) -> [Float] {
    let positions = labelIDs.indices.filter { hasEvidence(of: Int(labelIDs[$0])) }
    let ids = positions.map { Int(labelIDs[$0]) }
    let (size, width) = (256, labels.width)
    let count = sample.positions.count
    let blocks = mapInParallel(count: (count + size - 1) / size, workers: workers) { block in
      let rows = (block * size)..<min((block + 1) * size, count)
      let scores = SampleScores(
        Array(sample.images[(rows.lowerBound * width)..<(rows.upperBound * width)]),
        labels: labels, isCentred: false)
      return rows.map { row -> Float in
        let means = classMeans(of: features[Int(sample.positions[row])])
        let first = (row - rows.lowerBound) * scores.columns
        return Float(
          spearmanCorrelation(
            positions.map { Double(scores.elements[first + $0]) }, ids.map { means[$0] }))
      }
    }
    return blocks.flatMap { $0 }
  }

  private func hasEvidence(of id: Int) -> Bool {
    truth.pictureCounts.isEmpty || truth.pictureCounts[id] > 0
  }

  /// The mean activation of a feature over the pictures of each label, [K]; what a table of classes has, where there are
  /// no pictures.
  private func classMeans(of feature: Int) -> [Double] {
    var means = [Double](repeating: 0, count: truth.labelCount)
    switch truth.evidence {
    case .classes(let values):
      for entry in values.entries(ofRow: feature) {
        means[Int(values.indices[entry])] = Double(values.values[entry])
      }
    case .pictures(let activations):
      for entry in activations.entries(ofRow: feature) {
        let id = Int(truth.classIDs[Int(activations.indices[entry])])
        means[id] += Double(activations.values[entry]) / Double(truth.pictureCounts[id])
      }
    }
    return means
  }
}
