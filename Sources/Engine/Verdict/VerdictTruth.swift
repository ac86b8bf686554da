/// What the features of a scan fire on, to compare names with.
struct VerdictTruth: Sendable {
  /// The file, as it was named.
  let path: String

  /// Its form.
  let form: TruthFile.Form

  /// The files that were read.
  let files: [String]

  /// The truth of all features.
  let truth: GroundTruth

  /// The true class of each feature of the truth, -1 for none.
  let classIDs: [Int32]

  /// The true class of each feature of the selection as a position among the labels that take part, -1 for
  /// none, [n].
  let positions: [Int32]

  /// The share of pictures on which each feature of the selection fires, [n]; NaN where not known.
  let densities: [Double]

  /// The rows of the selected features in the truth, [n].
  let features: [Int]

  /// A number for each label, [K], that labels of one embedding share.
  let labelGroups: [Int]

  /// The unit rows of all labels, [K, D], masked ones as zeros.
  let text: Matrix

  /// Reads a truth.
  ///
  /// - Parameters:
  ///   - path: The file or directory.
  ///   - classes: A file with the name of each class; nil where class ids are label ids.
  ///   - run: The scan whose features are judged.
  /// - Throws: `CheckpointError`, `TextError`, `AutoencoderError` or `TruthError` if it cannot be used.
  init(contentsOf path: String, classes: String?, run: LensRun) throws {
    let file = try TruthFile(contentsOf: path)
    let workers = run.memory.workers
    let request = TruthFile.Request(
      featureCount: run.autoencoder.featureCount, labels: run.labels.labels,
      classes: try classes.map { try ClassNames(contentsOf: $0) },
      encoder: [.residuals, .embeddings].contains(file.form)
        ? try SparseEncoder(run.autoencoder) : nil,
      readsEmbeddings: run.scan.variant.map == .native, workers: workers)
    truth = try file.truth(request)
    if let embeddings = truth.embeddings, embeddings.shape[1] != run.labels.rows.width {
      throw TruthError(
        path: path,
        reason: .shape(
          "embeddings", found: embeddings.shape,
          expected: "[\(truth.pictureCount), \(run.labels.rows.width)]"))
    }
    self.path = path
    form = file.form
    files = file.filePaths + [classes].compactMap { $0 }
    let places = run.labels.rows.positions(of: run.labels.labels.count)
    let selection = run.scan.selection
    features = selection.ids(at: 0..<selection.count).flatMap { Array($0) }
    let found = FeatureClasses(truth, workers: workers)
    let ids = found.classIDs
    densities = features.map { found.densities[$0] }
    classIDs = ids
    positions = features.map { ids[$0] < 0 ? -1 : places[Int(ids[$0])] }
    text = run.labels.rows.matrix()
    labelGroups = text.firstEqualRows
  }
}

extension VerdictTruth {
  /// The mean, [d], and the covariance Σ, [d, d], of the inputs that were encoded; nil if none were.
  ///
  /// - Parameter workers: The number of threads; the result is the same for any.
  /// - Returns: Both.
  func inputMoments(workers: Int) -> (mean: [Double], covariance: Matrix)? {
    guard let residuals = truth.residuals, residuals.shape[0] > 0 else { return nil }
    let moments = meanAndCovariance(residuals.matrix(), workers: workers)
    return (moments.mean, Matrix(rounding: moments.covariance))
  }
}

// MARK: - What names are compared with

extension VerdictTruth {
  /// How often names are right.
  struct Agreement: Sendable {
    /// First labels against true classes.
    let names: NamingSummary
    /// The ranks of true classes.
    let ranks: RankSummary
  }

  /// Compares names with true classes.
  ///
  /// - Parameters:
  ///   - naming: The names of the selected features.
  ///   - labelIDs: The ids of the labels that take part, [C].
  ///   - clusters: A number for each selected feature that duplicates share, [n]; each alone if nil.
  ///   - seed: Determines the intervals.
  ///   - workers: The number of threads.
  /// - Returns: What is right, over the features that are read and have a true class.
  func agreement(
    _ naming: BankReading.Naming, labelIDs: [Int32], clusters: [Int]?, seed: UInt64, workers: Int
  ) -> Agreement {
    let asked = positions.indices.filter { positions[$0] >= 0 && naming.labels[$0] >= 0 }
    let groups = asked.map { clusters?[$0] ?? $0 }
    func id(_ position: Int32) -> Int32 { labelIDs[Int(position)] }
    return Agreement(
      names: NamingSummary(
        names: asked.map { id(naming.labels[$0]) }, classes: asked.map { id(positions[$0]) },
        clusters: groups, labelGroups: labelGroups, seed: seed, workers: workers),
      ranks: RankSummary(
        ranks: asked.map { Int(naming.trueRanks[$0]) }, clusters: groups, seed: seed,
        workers: workers))
  }

  /// How often names are right on features whose true class took no part in a fit, and on the others.
  ///
  /// - Parameters:
  ///   - report: The variant, of which the centred names count.
  ///   - heldOut: The classes that took no part.
  ///   - labelIDs: The ids of the labels that take part, [C].
  ///   - clusters: A number for each selected feature that duplicates share, [n]; each alone if nil.
  ///   - seed: Determines the intervals.
  ///   - workers: The number of threads.
  /// - Returns: Both shares; nil if no class was held out.
  func agreementByFit(
    _ report: FormReport, heldOut: Set<Int32>, labelIDs: [Int32], clusters: [Int]?, seed: UInt64,
    workers: Int
  ) -> FormReport.AgreementByFit? {
    let centred = report.naming(.centred)
    guard !heldOut.isEmpty, let labels = centred?.reading.labels else { return nil }
    let asked = positions.indices.filter { positions[$0] >= 0 && labels[$0] >= 0 }
    let shares = [true, false].map { isHeldOut in
      let part = asked.filter {
        heldOut.contains(labelIDs[Int(positions[$0])]) == isHeldOut
      }
      return NamingSummary(
        names: part.map { labelIDs[Int(labels[$0])] },
        classes: part.map { labelIDs[Int(positions[$0])] },
        clusters: part.map { clusters?[$0] ?? $0 },
        labelGroups: labelGroups, seed: seed, workers: workers
      ).agreement
    }
    return FormReport.AgreementByFit(heldOut: shares[0], fitted: shares[1])
  }

  /// The most features of a ceiling of a variant that is judged beside others.
  static let briefCeilingLimit = 2048

  /// What can be asked of any lens, for the sampled features of a variant by their centred names.
  ///
  /// - Parameters:
  ///   - report: The variant.
  ///   - limit: The most features, a random choice of the sampled ones; all of these if nil.
  ///   - transform: What takes the joint space to that of the variant; nil if it is the joint space.
  ///   - labelIDs: The ids of the labels that take part, [C].
  ///   - clusters: A number for each selected feature that duplicates share, [n]; each alone if nil.
  ///   - seed: Determines splits and intervals.
  ///   - workers: The number of threads.
  /// - Returns: The ceiling and what belongs to it; nil without pictures or their embeddings.
  func ceiling(
    _ report: FormReport, limit: Int?, transform: LabelTransform?, labelIDs: [Int32],
    clusters: [Int]?, seed: UInt64, workers: Int
  ) -> LensCeiling? {
    guard truth.activations != nil, truth.embeddings != nil,
      let centred = report.naming(.centred)
    else { return nil }
    let (total, width) = (report.samplePositions.count, report.width)
    var generator = SplitMix64(seed: seed)
    let chosen = generator.choice(of: total, limit: limit ?? total)
    let places = chosen.map { Int(report.samplePositions[$0]) }
    let images =
      chosen.count == total
      ? report.sample
      : chosen.flatMap { report.sample[($0 * width)..<(($0 + 1) * width)] }
    var question = LensCeiling.Question(
      images: Matrix(rows: chosen.count, columns: width, elements: images),
      features: places.map { features[$0] },
      names: places.map { labelIDs[Int(centred.reading.labels[$0])] },
      clusters: places.map { clusters?[$0] ?? $0 }, text: text, labelGroups: labelGroups)
    question.transform = transform.map { Matrix(rounding: $0.labels) }
    return LensCeiling(question, truth: truth, seed: seed, workers: workers)
  }
}
