internal import Foundation

extension VerdictReport {
  /// What is found in quarters of the features, variant by variant.
  var strata: JSONValue {
    .array(
      mapInParallel(count: reports.count, workers: verdict.run.memory.workers) { index in
        let report = reports[index]
        return [
          "id": .string(report.form.rawValue),
          "strata": .array(verdict.strata(of: report).strata.map { json($0, of: report) }),
        ]
      })
  }

  /// What is found in a stratum by one way of naming; nil where it has no null banks.
  func figures(
    _ stratum: FeatureStrata.Stratum, _ naming: FormReport.Naming, of report: FormReport
  ) -> (rotated: FeatureStrata.Figures, inPlace: FeatureStrata.Figures)? {
    guard let rotated = naming.rotated, let inPlace = naming.inPlace else { return nil }
    let truth = verdict.truth
    let group = { (position: Int32) -> Int in
      guard position >= 0, let truth else { return -1 }
      return truth.labelGroups[Int(verdict.labelIDs[Int(position)])]
    }
    let count = report.statuses.count
    let clusters = verdict.clusters(of: report)
    let names = truth.map { _ in naming.reading.labels.map(group) }
    let classes = truth?.positions.map(group) ?? [Int](repeating: -1, count: count)
    func figures(_ significance: Significance) -> FeatureStrata.Figures {
      FeatureStrata.figures(
        of: stratum.members, pValues: significance.pValues, names: names, classes: classes,
        clusters: clusters)
    }
    return (figures(rotated), figures(inPlace))
  }

  private func json(_ stratum: FeatureStrata.Stratum, of report: FormReport) -> JSONValue {
    [
      "by": .string(stratum.factor.rawValue),
      "lower": JSONValue(stratum.range.lowerBound), "upper": JSONValue(stratum.range.upperBound),
      "features": .integer(stratum.members.count), "large": .bool(stratum.isLarge),
      "scores": .array(
        report.namings.compactMap { naming in
          guard let figures = figures(stratum, naming, of: report) else { return nil }
          return .object(json(naming.reading.kind, figures.rotated, figures.inPlace))
        }),
    ]
  }

  private func json(
    _ kind: ScoreKind, _ rotated: FeatureStrata.Figures, _ inPlace: FeatureStrata.Figures
  ) -> JSONObject {
    func json(_ figures: FeatureStrata.Figures) -> JSONValue {
      [
        "share": Self.json(figures.share.interval()),
        "beyond": Self.json(figures.beyond.interval()),
      ]
    }
    return [
      "id": .string(kind.rawValue), "rotated": json(rotated), "in_place": json(inPlace),
      "right": rotated.right.map { Self.json($0.interval()) } ?? .null,
      "excess": rotated.excess.map { Self.json($0.interval(within: -1...1)) } ?? .null,
    ]
  }
}

extension VerdictRun {
  /// The strata of a variant's features.
  ///
  /// - Parameter report: What was found of the variant.
  /// - Returns: Quarters by each factor that is known.
  func strata(of report: FormReport) -> FeatureStrata {
    let known: [(factor: FeatureStrata.Factor, values: [Double]?)] = [
      (.density, hygiene.densities), (.angle, hygiene.rowCosines),
      (.length, hygiene.rows(of: report.form)?.lengths),
      (.alongMean, report.bankMeanCosines.map { Double($0) }),
    ]
    return FeatureStrata(
      known.compactMap { entry in entry.values.map { (entry.factor, $0) } },
      isRead: report.statuses.map { $0 == .read })
  }
}
