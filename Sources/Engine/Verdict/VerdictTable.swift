/// Results of another program that a verdict is asked about.
struct VerdictTable: Sendable {
  /// What a user states of the results.
  struct Request: Sendable {
    /// The results: a table, or the folders of the original experiment.
    var results: String
    /// Whether rows whose text is no label are left out.
    var skipsUnknown = false
  }

  /// The results as they were read.
  let results: ForeignResults

  /// The label of each feature, [n], -1 for none.
  let labelIDs: [Int32]

  /// The rows whose text is no label.
  let skippedCount: Int

  /// Reads results.
  ///
  /// - Parameters:
  ///   - request: What a user states.
  ///   - run: The scan whose features and labels they are of.
  /// - Throws: `ForeignError` if they cannot be used.
  init(_ request: Request, run: LensRun) throws(ForeignError) {
    let results = try ForeignResults(contentsOf: request.results)
    let count = run.autoencoder.featureCount
    (labelIDs, skippedCount) = try results.labelIDs(
      among: run.labels.labels, featureCount: count, skipsUnknown: request.skipsUnknown)
    self.results = results
  }

  /// Finds under which mapping of features the results agree best with names found here.
  ///
  /// - Parameters:
  ///   - names: The first label of each selected feature by id, -1 for none, [n'].
  ///   - features: The selected features, [n'].
  ///   - alive: The features that fire, or whose direction has a length; nil if that is not known.
  ///   - listing: The order in which the program listed features; nil if it is not known.
  ///   - run: The scan.
  /// - Returns: All mappings with their agreement.
  func permutation(
    names: [Int32], features: [Int], alive: [Int]?, listing: FeatureListing?, run: LensRun
  ) -> IndexPermutation {
    let count = labelIDs.count
    var found = [Int32](repeating: -1, count: count)
    for (feature, name) in zip(features, names) { found[feature] = name }
    let clues = IndexMapping.Clues(
      featureCount: count, inputWidth: run.autoencoder.inputWidth,
      tableOrder: results.rows.map(\.feature), alive: alive, listing: listing?.features)
    return IndexPermutation(
      table: labelIDs, found: found, labels: run.labels.labels, mappings: IndexMapping.all(clues))
  }
}

extension GroundTruth {
  /// The features that fire, rising.
  var aliveFeatures: [Int] {
    if let storedDensities {
      return storedDensities.indices.filter { storedDensities[$0] > 0 }
    }
    let table =
      switch evidence {
      case .pictures(let activations): activations
      case .classes(let values): values
      }
    return (0..<table.rows).filter { !table.entries(ofRow: $0).isEmpty }
  }
}

// MARK: - In a verdict

extension VerdictRun {
  /// Finds under which mapping a table agrees with the names of the variant in use by the raw score.
  ///
  /// - Parameter reports: The variants that were judged.
  /// - Returns: What was found; nil without a table, or if the variant in use was not judged.
  func permutation(_ reports: [FormReport]) -> IndexPermutation? {
    guard let table, let report = reports.first(where: { $0.form == formInUse }),
      let naming = report.namings.first(where: { $0.reading.kind == .raw })
    else { return nil }
    let selection = run.scan.selection
    let features = selection.ids(at: 0..<selection.count).flatMap { Array($0) }
    return table.permutation(
      names: naming.reading.labels.map { $0 < 0 ? -1 : labelIDs[Int($0)] }, features: features,
      alive: aliveFeatures(report.statuses), listing: listing, run: run)
  }

  /// The features that are alive, rising: those that fire; without truth those whose direction has a length.
  ///
  /// - Parameter statuses: What became of each selected feature.
  /// - Returns: The features; nil without truth if only some are selected.
  private func aliveFeatures(_ statuses: [FeatureStatus]) -> [Int]? {
    if let truth { return truth.truth.aliveFeatures }
    guard statuses.count == run.autoencoder.featureCount else { return nil }
    return statuses.indices.filter { statuses[$0] != .dead }
  }

  /// The features after which a program that goes through folders names them, in its order: the listing, or the
  /// features that are alive, or all.
  public var folderOrder: [Int] {
    listing?.features ?? truth?.truth.aliveFeatures ?? Array(0..<run.autoencoder.featureCount)
  }

  /// What was found, as verdicts are made of it, or why nothing was.
  func indexMap(_ permutation: IndexPermutation?) -> Known<VerdictEvidence.IndexMap> {
    guard table != nil else { return .missing("no table of results was given") }
    return Known(permutation, else: "the variant in use, \(run.scan.variant.id), is not judged")
      .map {
        .init(
          name: $0.best.name, isIdentity: $0.best.isIdentity, agreement: $0.hitShare(of: $0.best),
          identityAgreement: $0.hitShare(of: $0.trials[0]), pValue: $0.pValue)
      }
  }
}
