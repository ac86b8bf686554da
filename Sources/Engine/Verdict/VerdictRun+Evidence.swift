internal import Foundation

extension VerdictRun {
  /// Gathers the figures that verdicts are made of.
  ///
  /// - Parameters:
  ///   - reports: What was found of each variant.
  ///   - controls: What pictures say.
  ///   - permutation: Under which map another program's results agree; nil without.
  /// - Returns: The figures, or why they are not known.
  func evidence(
    _ reports: [FormReport], _ controls: PictureControls, _ permutation: IndexPermutation?
  ) -> VerdictEvidence {
    let use = reports.first { $0.form == formInUse }
    let isolated = reports.first { $0.form == formInUse?.isolated }
    func known<Value>(_ value: (FormReport) -> Known<Value>) -> Known<Value> {
      use.map(value) ?? .missing("the variant in use, \(run.scan.variant.id), is not judged")
    }
    return VerdictEvidence(
      featureCount: use?.statuses.count { $0 == .read } ?? 0, labelCount: labelIDs.count,
      confidence: known { Known($0.confidence, else: "no feature is read") },
      labelUse: known(labelUse), reference: known(reference),
      gap: isolated.map(gap)
        ?? .missing("\(formInUse?.isolated.rawValue ?? "the variant in use") is not judged"),
      naming: known(naming), strata: known { .known($0.strata) },
      textSpan: known { report in
        Known(report.evidence, else: Self.noNullBanks).map {
          .init(value: $0.textSpan.energy.observed, limit: $0.textSpan.energy.limit)
        }
      },
      model: controls.model, drift: controls.drift, reconstruction: controls.reconstruction,
      vocabularies: .missing("neither another vocabulary nor sets of labels were given"),
      table: indexMap(permutation), efficiency: known(efficiency))
  }

  private static let noNullBanks = "--null-banks is 0"

  private func labelUse(_ report: FormReport) -> Known<VerdictEvidence.LabelUse> {
    guard let test = report.evidence?.labelUse else { return .missing(Self.noNullBanks) }
    guard let use = report.naming(.raw)?.hubs else { return .missing("no feature is named") }
    let count = Double(use.counts.reduce(0, +))
    let chance = 1 / Double(use.counts.count)
    let shares = use.counts.map { Double($0) / count }
    let hub = shares.indices
      .filter { shares[$0] > VerdictRules.hubTimes * max(test.nullShares[$0], chance) }
      .max { (shares[$0], -$0) < (shares[$1], -$1) }
    return .known(
      .init(
        effective: (test.effectiveLabels.observed, test.effectiveLabels.median),
        hub: hub.map { (label(at: $0), shares[$0], test.nullShares[$0]) }))
  }

  /// The label at a position among those that take part.
  func label(at position: Int) -> String { run.labels.labels[Int(labelIDs[position])] }

  /// The features that are named what the point is named that the variant in use adds to all.
  private func reference(_ report: FormReport) -> Known<VerdictEvidence.Reference> {
    guard let head, run.scan.variant.map == .full else {
      return .missing("\(report.form.rawValue) shifts features by nothing")
    }
    let point =
      run.scan.variant.direction == .shifted
      ? run.autoencoder.decoderBias.map { $0.map(Double.init) }
      : [Double](repeating: 0, count: head.width)
    guard let image = point.map({ head.image(of: $0) }), image.allSatisfy(\.isFinite),
      image.contains(where: { $0 != 0 })
    else { return .missing("what \(report.form.rawValue) shifts features by has no image") }
    let products = labels.products(with: image)
    guard let best = products.indices.max(by: { (products[$0], -$0) < (products[$1], -$1) }),
      let names = report.naming(.raw)?.reading.labels
    else { return .missing("no feature is named") }
    let read = names.indices.filter { names[$0] >= 0 }
    let share = ClusterBootstrap(
      values: read.map { names[$0] == Int32(best) ? 1 : 0 },
      clusters: read.map { clusters(of: report)[$0] }
    ).interval(seed: request.seed, workers: run.memory.workers)
    return .known(.init(label: label(at: best), share: share))
  }

  /// A number for each feature that duplicates share, [n].
  func clusters(of report: FormReport) -> [Int] {
    hygiene.clusters(of: report.form) ?? Array(report.statuses.indices)
  }

  private func naming(_ report: FormReport) -> Known<VerdictEvidence.Naming> {
    guard let test = report.evidence else { return .missing(Self.noNullBanks) }
    guard let centred = report.naming(.centred), let rotated = centred.rotated,
      let inPlace = centred.inPlace
    else { return .missing("no feature is named") }
    let asked = askedFeatures(centred)
    return .known(
      .init(
        rotated: rotated.nullShare.complement, inPlace: inPlace.nullShare.complement,
        beatsNull: test.beatsNull,
        pValues: (test.leastRotatedP, test.leastInPlaceP), power: test.power?.required?.power,
        excess: asked == nil ? nil : centred.agreement?.names.excess.withoutRounding,
        noExcess: whyNothingIsAsked(centred)))
  }

  private func efficiency(_ report: FormReport) -> Known<IntervalEstimate> {
    guard truth != nil else { return .missing("no truth was given") }
    guard let ceiling = report.ceiling else {
      return .missing("the truth has no pictures with embeddings")
    }
    return Known(
      ceiling.efficiency, else: ceiling.notices.first ?? "there are too few pictures")
  }
}

// MARK: - What centring gives

extension VerdictRun {
  private func gap(_ report: FormReport) -> Known<VerdictEvidence.Gap> {
    guard let raw = report.naming(.raw), let both = report.naming(.both),
      let test = report.evidence?.rotated[.both]
    else { return .missing(Self.noNullBanks) }
    let clusters = clusters(of: report)
    func difference(
      _ values: (raw: [Double], both: [Double]), of features: [Int]
    ) -> IntervalEstimate {
      ClusterBootstrap(
        values: zip(values.raw, values.both).map { $1 / 2 - $0 },
        clusters: features.map { clusters[$0] }
      ).interval(seed: request.seed, workers: run.memory.workers)
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    if let asked = askedFeatures(both) {
      let terms = (
        raw: NamingTerms(names: groups(raw, asked.features), classes: asked.classes).values,
        both: NamingTerms(names: groups(both, asked.features), classes: asked.classes).values
      )
      let end = ClusterBootstrap(
        values: terms.both, clusters: asked.features.map { clusters[$0] }
      ).interval(seed: request.seed, workers: run.memory.workers).withoutRounding
      return .known(
        .init(
          isAgreement: true, raw: mean(terms.raw), centred: mean(terms.both),
          difference: difference(terms, of: asked.features).withoutRounding,
          isReal: end.lower > 0))
    }
    guard let rawP = raw.rotated?.pValues, let bothP = both.rotated?.pValues else {
      return .missing("no feature is named")
    }
    let read = rawP.indices.filter { !rawP[$0].isNaN && !bothP[$0].isNaN }
    func isHigh(_ p: [Double]) -> [Double] { read.map { p[$0] <= Significance.level ? 1 : 0 } }
    let shares = (raw: isHigh(rawP), both: isHigh(bothP))
    return .known(
      .init(
        isAgreement: false, raw: mean(shares.raw), centred: mean(shares.both),
        difference: difference(shares, of: read), isReal: test.share.exceeds))
  }

  /// The features that have a name and a true class, and the groups of their true labels; nil where these tell
  /// nothing: without truth, or where all are the same.
  func askedFeatures(_ naming: FormReport.Naming) -> (features: [Int], classes: [Int])? {
    let asked = featuresWithClass(naming)
    return Set(asked.classes).count > 1 ? asked : nil
  }

  /// Why names cannot be compared with what features fire on.
  private func whyNothingIsAsked(_ naming: FormReport.Naming) -> String {
    if truth == nil { return "no truth was given" }
    return featuresWithClass(naming).features.isEmpty
      ? "no feature that is read has a true class"
      : "all features that are read and have a true class have the same one"
  }

  private func featuresWithClass(
    _ naming: FormReport.Naming
  ) -> (features: [Int], classes: [Int]) {
    guard let truth else { return ([], []) }
    let features = truth.positions.indices.filter {
      truth.positions[$0] >= 0 && naming.reading.labels[$0] >= 0
    }
    return (features, features.map { truth.labelGroups[Int(labelIDs[Int(truth.positions[$0])])] })
  }

  /// The groups of the labels that some features are named.
  func groups(_ naming: FormReport.Naming, _ features: [Int]) -> [Int] {
    features.map { feature in
      let id = Int(labelIDs[Int(naming.reading.labels[feature])])
      return truth?.labelGroups[id] ?? id
    }
  }
}

// MARK: - Parts of the features

extension VerdictRun {
  /// What is found in each large part of the features of the variant in use, with intervals that hold for all parts
  /// at once (Bonferroni).
  ///
  /// - Parameter report: The variant, with all that intervals need.
  /// - Returns: The parts of at least 5 % of the features, but those that are all of them.
  func workingStrata(_ report: FormReport) -> [VerdictEvidence.Stratum] {
    guard let naming = report.naming(.centred), let rotated = naming.rotated else { return [] }
    let count = report.statuses.count { $0 == .read }
    let parts = strata(of: report).strata.filter { $0.isLarge && $0.members.count < count }
    let confidence = 1 - (1 - IntervalEstimate.usualConfidence) / Double(max(1, parts.count))
    let clusters = clusters(of: report)
    return parts.map { part in
      VerdictEvidence.Stratum(
        name: part.name, featureCount: part.members.count,
        beyond: rotated.beyond(of: part.members, clusters: clusters, confidence: confidence),
        excess: askedFeatures(naming) == nil
          ? nil : excess(in: part.members, naming, clusters: clusters, confidence: confidence))
    }
  }

  /// Agreement beyond that of features exchanged within a part; one that tells nothing where fewer than two have
  /// a true class.
  private func excess(
    in members: [Int], _ naming: FormReport.Naming, clusters: [Int], confidence: Double
  ) -> IntervalEstimate {
    let members = Set(members)
    guard let asked = askedFeatures(naming) else {
      return IntervalEstimate(estimate: 0, lower: -1, upper: 1)
    }
    let chosen = asked.features.indices.filter { members.contains(asked.features[$0]) }
    guard chosen.count > 1 else { return IntervalEstimate(estimate: 0, lower: -1, upper: 1) }
    let features = chosen.map { asked.features[$0] }
    let terms = NamingTerms(
      names: groups(naming, features), classes: chosen.map { asked.classes[$0] })
    return ClusteredMean(terms.values, clusters: features.map { clusters[$0] })
      .interval(confidence: confidence, within: -1...1).withoutRounding
  }
}

extension FeatureStrata.Stratum {
  /// The part in words.
  var name: String {
    let what =
      switch factor {
      case .density: "density"
      case .angle: "encoder-decoder cosine"
      case .length: "length"
      case .alongMean: "cosine with the mean"
      }
    return what + String(format: " %.3g to %.3g", range.lowerBound, range.upperBound)
  }
}

extension FormReport {
  /// The names by a score.
  func naming(_ kind: ScoreKind) -> Naming? { namings.first { $0.reading.kind == kind } }
}

extension Known {
  /// A value that may not be there.
  init(_ value: Value?, else reason: String) {
    self = value.map { .known($0) } ?? .missing(reason)
  }

  /// What becomes of a value that is there.
  func map<Result>(_ transform: (Value) -> Result) -> Known<Result> {
    switch self {
    case .known(let value): .known(transform(value))
    case .missing(let reason): .missing(reason)
    }
  }
}

extension IntervalEstimate {
  /// The interval with ends of 12 decimals, so that one that ends at 0 does not seem to begin above it.
  var withoutRounding: IntervalEstimate {
    func rounded(_ x: Double) -> Double { (x * 1e12).rounded() / 1e12 }
    return IntervalEstimate(estimate: estimate, lower: rounded(lower), upper: rounded(upper))
  }
}

extension BankEvidence {
  /// The least p-value of the tests beside rotated banks that are asked.
  var leastRotatedP: Double {
    let shares = rotated[.centred].map { [$0.share.pValue, $0.half.pValue] } ?? []
    return (shares + [alignment.pValue]).min() ?? 1
  }

  /// The least p-value of the tests beside random vectors in place.
  var leastInPlaceP: Double {
    inPlace.values.flatMap { [$0.share.pValue, $0.half.pValue] }.min() ?? 1
  }
}
