internal import Foundation

extension VerdictReport {
  /// What is found in quarters of the features and in sets of their true classes, variant by variant.
  var strata: JSONValue {
    .array(
      mapInParallel(count: reports.count, workers: verdict.run.memory.workers) { index in
        let reader = StratumReader(verdict, reports[index])
        return [
          "id": .string(reports[index].form.rawValue),
          "strata": .array(
            verdict.strata(of: reports[index]).strata.map { Self.json($0, by: reader) }),
          "label_sets": verdict.labelSets(of: reports[index]).map { json($0, by: reader) } ?? .null,
        ]
      })
  }

  private static func json(
    _ stratum: FeatureStrata.Stratum, by reader: StratumReader
  ) -> JSONValue {
    [
      "by": .string(stratum.factor.rawValue),
      "lower": JSONValue(stratum.range.lowerBound), "upper": JSONValue(stratum.range.upperBound),
      "features": .integer(stratum.members.count), "large": .bool(stratum.isLarge),
      "scores": scores(of: stratum.members, by: reader),
    ]
  }

  private func json(_ strata: LabelSetStrata, by reader: StratumReader) -> JSONValue {
    let sets = verdict.semantics.sets?.sets ?? []
    return [
      "sets": .integer(strata.setCount), "with_features": .integer(strata.occupiedCount),
      "left_out": .integer(strata.occupiedCount - strata.listed.count),
      "features_with_class": .integer(strata.judgedCount),
      "features_in_sets": .integer(strata.coveredCount),
      "listed": .array(
        strata.listed.map { stratum in
          [
            "index": .integer(stratum.set), "name": .string(sets[stratum.set].name),
            "labels": .integer(sets[stratum.set].labelIDs.count),
            "features": .integer(stratum.members.count), "large": .bool(stratum.isLarge),
            "scores": Self.scores(of: stratum.members, by: reader),
          ]
        }),
    ]
  }

  private static func scores(of members: [Int], by reader: StratumReader) -> JSONValue {
    .array(
      reader.namings.map { naming in
        let (rotated, inPlace) = reader.figures(of: members, naming)
        func json(_ figures: FeatureStrata.Figures) -> JSONValue {
          [
            "share": figures.share.interval().json,
            "beyond": figures.beyond.interval().json,
          ]
        }
        return [
          "id": .string(naming.kind.rawValue), "rotated": json(rotated), "in_place": json(inPlace),
          "right": rotated.right?.interval().json ?? .null,
          "excess": rotated.excess?.interval(within: -1...1).json ?? .null,
        ]
      })
  }
}

/// What is found in parts of a variant's features, by each score that has null banks.
struct StratumReader: Sendable {
  /// What one score says.
  struct Naming: Sendable {
    let kind: ScoreKind
    /// The p-values beside rotated features and beside random vectors in their place, [n].
    let pValues: (rotated: [Double], inPlace: [Double])
    /// The group of the label that each feature is named, [n]; nil without truth.
    let names: [Int]?
  }

  /// One for each score.
  let namings: [Naming]
  /// The group of the true label of each feature, -1 for none, [n].
  private let classes: [Int]
  /// A number for each feature that duplicates share, [n].
  private let clusters: [Int]

  /// Prepares a variant.
  ///
  /// - Parameters:
  ///   - verdict: What it is judged in.
  ///   - report: What was found of it.
  init(_ verdict: VerdictRun, _ report: FormReport) {
    let truth = verdict.truth
    let group = { (position: Int32) -> Int in
      guard position >= 0, let truth else { return -1 }
      return truth.labelGroups[Int(verdict.labelIDs[Int(position)])]
    }
    classes = truth?.positions.map(group) ?? report.statuses.map { _ in -1 }
    clusters = verdict.clusters(of: report)
    namings = report.namings.compactMap { naming in
      guard let rotated = naming.rotated, let inPlace = naming.inPlace else { return nil }
      return Naming(
        kind: naming.reading.kind, pValues: (rotated.pValues, inPlace.pValues),
        names: truth.map { _ in naming.reading.labels.map(group) })
    }
  }

  /// What is found in some features by one score.
  func figures(
    of members: [Int], _ naming: Naming
  ) -> (rotated: FeatureStrata.Figures, inPlace: FeatureStrata.Figures) {
    func figures(_ pValues: [Double]) -> FeatureStrata.Figures {
      FeatureStrata.figures(
        of: members, pValues: pValues, names: naming.names, classes: classes, clusters: clusters)
    }
    return (figures(naming.pValues.rotated), figures(naming.pValues.inPlace))
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

  /// The features of a variant by the sets of labels that their true classes are in.
  ///
  /// - Parameter report: What was found of the variant.
  /// - Returns: The sets; nil without truth or without sets.
  func labelSets(of report: FormReport) -> LabelSetStrata? {
    guard let truth, let sets = semantics.sets else { return nil }
    return LabelSetStrata(
      sets.positions, classes: truth.positions, isRead: report.statuses.map { $0 == .read })
  }
}
