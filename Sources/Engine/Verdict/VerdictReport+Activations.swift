/// What the truth says of each feature beside its names.
struct TruthFigures: Sendable {
  /// Agreement of activations with names; nil of a table of classes.
  let activations: ActivationReport?

  /// Spearman's correlations of raw scores with class means, of the sample of the form in use.
  let order: [Float]

  /// Where the features of the sample stand in the selection.
  let positions: [Int32]

  /// The mean of `order`, over the features of the sample that fire.
  let orderMean: IntervalEstimate
}

extension VerdictRun {
  /// What the truth says of each feature by the form in use; nil without truth, or where that form was not judged.
  ///
  /// - Parameters:
  ///   - reports: What was found of each variant.
  ///   - samples: The samples of the form in use.
  /// - Returns: The figures.
  func truthFigures(
    _ reports: [FormReport], samples: [LensForm: KeptSample]
  ) -> TruthFigures? {
    guard let truth, let formInUse, let sample = samples[formInUse],
      let report = reports.first(where: { $0.form == formInUse }),
      let naming = report.naming(.centred)
    else { return nil }
    let workers = run.memory.workers
    let clusters = clusters(of: report)
    let order = truth.orderCorrelations(
      sample, labels: labels, labelIDs: labelIDs, workers: workers)
    let known = order.indices.filter { !order[$0].isNaN }
    return TruthFigures(
      activations: truth.truth.activations.map { _ in
        ActivationReport(
          truth, names: naming.reading.labels.map { $0 < 0 ? -1 : labelIDs[Int($0)] },
          clusters: clusters, seed: request.seed, workers: workers)
      },
      order: order, positions: sample.positions,
      orderMean: ClusterBootstrap(
        values: known.map { Double(order[$0]) },
        clusters: known.map { clusters[Int(sample.positions[$0])] }
      ).interval(seed: request.seed, workers: workers))
  }
}

extension VerdictReport {
  /// What the truth says of each feature, as it is written; null without truth.
  var activationsJSON: JSONValue {
    guard let figures = truthFigures else { return .null }
    return [
      "order": [
        "features": .integer(figures.order.count { !$0.isNaN }),
        "spearman": figures.orderMean.json,
      ],
      "agreement": figures.activations.map { report in
        .array(
          report.summaries.map {
            [
              "figure": .string($0.metric.rawValue), "named": $0.named.json,
              "exchanged": $0.exchanged.json, "true_class": $0.ofTrueClass.json,
            ]
          })
      } ?? .null,
    ]
  }

  /// The columns of what the truth says of each feature; none without truth.
  var truthColumns: [Column] {
    guard let truth = verdict.truth else { return [] }
    let count = truth.positions.count
    var columns = [
      Column.integers("truth.label_id", count) { truth.positions.map { labelID($0) } },
      Column.numbers("truth.density", count) { truth.densities.map { Float($0) } },
    ]
    guard let figures = truthFigures else { return columns }
    let form = verdict.run.scan.variant.id
    for metric in ActivationReport.Metric.allCases {
      guard let report = figures.activations else { break }
      columns += [
        Column.numbers("\(form).centred.\(metric.rawValue)", count) {
          report.named[metric] ?? []
        },
        Column.numbers("truth.\(metric.rawValue)", count) { report.ofTrueClass[metric] ?? [] },
      ]
    }
    columns.append(
      Column.numbers("\(form).raw.spearman", count) {
        var values = [Float](repeating: .nan, count: count)
        for (place, value) in zip(figures.positions, figures.order) { values[Int(place)] = value }
        return values
      })
    return columns
  }
}
