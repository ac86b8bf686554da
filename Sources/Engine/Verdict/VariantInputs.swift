/// What variants of the lens are made of besides autoencoder and head, as a verdict has them.
struct VariantInputs: Sendable {
  /// What the variants are made of.
  let materials: LensMaterials

  /// The factors a by feature; nil where all have one.
  let alphas: FeatureAlphas?

  /// The maps that were fitted; nil if there are none.
  let fit: TranslatorFit?

  /// Which blocks come after; nil if that is not known.
  let depth: HookDepth?

  /// The files that were read.
  let files: [String]

  /// Gathers what there is.
  ///
  /// What the files at hand lack is left out, and the variants that need it tell why.
  ///
  /// - Parameters:
  ///   - run: The scan.
  ///   - truth: What features fire on; nil without.
  ///   - request: What is asked for.
  /// - Throws: `CheckpointError`, `LensError` or `VerdictError` if a file that was named cannot be
  ///   used, or factors are asked for that nothing states.
  init(_ run: LensRun, truth: VerdictTruth?, _ request: VerdictRequest) throws {
    let workers = run.memory.workers
    var materials = LensMaterials(
      autoencoder: run.autoencoder, head: run.head, embeddingWidth: run.labels.rows.width,
      selection: run.scan.selection)
    materials.alpha = run.scan.variant.alpha ?? 1
    alphas = try Self.alphas(run, truth: truth, request)
    materials.alphas = alphas?.values
    if let moments = truth?.inputMoments(workers: workers) {
      (materials.mean, materials.covariance) = moments
    }
    depth = Self.addBlocks(of: run, layer: request.layer, to: &materials)
    fit = Self.addFit(truth?.truth, seed: request.seed, workers: workers, to: &materials)
    if let path = request.translator {
      guard let head = run.head else {
        throw LensError(subject: path, reason: .missingHead(.full))
      }
      materials.translator = try Translator(
        contentsOf: path, width: head.width, embeddingWidth: head.embeddingWidth)
    }
    files =
      (materials.translator?.filePaths ?? []) + [request.activationStats].compactMap { $0 }
    self.materials = materials
  }

  private static func alphas(
    _ run: LensRun, truth: VerdictTruth?, _ request: VerdictRequest
  ) throws -> FeatureAlphas? {
    guard let kind = request.alphaKind else { return nil }
    if let path = request.activationStats {
      return try FeatureAlphas(
        kind, contentsOf: path, featureCount: run.autoencoder.featureCount)
    }
    guard let truth else {
      throw VerdictError(subject: "alpha", reason: .noActivations(kind))
    }
    return try FeatureAlphas(
      kind, of: truth.truth, path: truth.path, workers: run.memory.workers)
  }

  /// Adds the blocks that come after the autoencoder, or the reason why there are none.
  private static func addBlocks(
    of run: LensRun, layer: Int?, to materials: inout LensMaterials
  ) -> HookDepth? {
    guard let model = run.model, run.head != nil else { return nil }
    guard let count = model.configuration.vision.layerCount else {
      materials.blocksObstacle = "the model does not state how many there are"
      return nil
    }
    let hook = layer == nil ? run.autoencoder.hook(of: .decoder) : nil
    let depth = HookDepth(
      hook: hook, layer: layer ?? run.autoencoder.layer, blockCount: count)
    guard let depth else {
      let hook = run.autoencoder.hook(of: .decoder)?.printable(limit: 80) ?? "not stated"
      materials.blocksObstacle =
        layer.map {
          "found layer \($0), expected one of \(count) blocks: from -\(count) to \(count - 1)"
        }
        ?? "found hook \(hook) and layer "
        + "\(run.autoencoder.layer.map(String.init) ?? "not stated"), expected a place among \(count) "
        + "blocks; --layer states it"
      return nil
    }
    guard depth.firstBlock < count else {
      materials.blocksObstacle = "found none after the layer that the autoencoder reads"
      return depth
    }
    do {
      var blocks = try model.visionBlocks(from: depth.firstBlock)
      blocks.startsAtPerceptron = depth.startsAtPerceptron
      materials.blocks = blocks
    } catch {
      materials.blocksObstacle = "\(error)"
    }
    return depth
  }

  /// Adds fitted maps, or the reason why there are none.
  private static func addFit(
    _ truth: GroundTruth?, seed: UInt64, workers: Int, to materials: inout LensMaterials
  ) -> TranslatorFit? {
    guard let truth, let head = materials.head else { return nil }
    do {
      let fit = try TranslatorFit(truth, head: head, seed: seed, workers: workers)
      for map in fit.maps { materials.fits[map.form] = map.matrix }
      return fit
    } catch {
      materials.fitObstacle = error.reason
      return nil
    }
  }
}
