extension VerdictRun {
  /// What a verdict takes, by what is known before anything but the scan is opened.
  private static func memory(_ run: LensRun, _ request: VerdictRequest) -> VerdictMemory {
    let files = request.truth.map { TruthFile.files(at: $0) } ?? []
    let use = LensForm(rawValue: run.scan.variant.id)
    var memory = VerdictMemory(
      labelCount: run.labels.rows.labelIDs.count, embeddingWidth: run.labels.rows.width,
      featureCount: run.scan.selection.count, directionWidth: run.autoencoder.inputWidth,
      rotations: request.rotations, nullBanks: request.nullBanks,
      formCount: request.forms?.count
        ?? LensForm.allCases.count { $0.canRead(isJoint: run.scan.variant.map == .native) },
      truthBytes: files.reduce(0) { $0 + ((try? FileIdentity(of: $1).byteCount) ?? 0) },
      heldBytes: run.autoencoder.heldBytes + (run.model?.weights.heldBytes ?? 0)
        + run.memory.labelBytes)
    memory.formsInUse = use == use?.isolated ? 1 : 2
    memory.hasTruth = request.truth != nil
    memory.hasControls = request.controls != .none
    memory.allLabelCount = run.labels.labels.count
    return memory
  }

  /// Plans a verdict before anything but the scan is opened: threads and limit.
  ///
  /// - Parameters:
  ///   - run: The scan, whose plan becomes that of the verdict.
  ///   - request: What is asked for.
  /// - Throws: `RunError` if not even one thread keeps to the limit.
  static func plan(_ run: inout LensRun, _ request: VerdictRequest) throws(RunError) {
    run.memory.limit = run.request.memoryLimit ?? MemoryLimit.current.free
    try run.keep(to: memory(run, request))
  }

  /// Plans it anew when truth, other vocabularies, templates and sets are known.
  ///
  /// - Parameters:
  ///   - run: The scan.
  ///   - request: What is asked for.
  ///   - truth: What features fire on.
  ///   - semantics: What is asked of the meaning of names.
  /// - Returns: Whether the images of a variant's features are kept between its passes.
  /// - Throws: `RunError` if not even one thread keeps to the limit.
  static func plan(
    _ run: inout LensRun, _ request: VerdictRequest, _ truth: VerdictTruth?,
    _ semantics: SemanticsInputs
  ) throws(RunError) -> Bool {
    var memory = memory(run, request)
    if let truth = truth?.truth {
      memory.pictureCount = truth.pictureCount
      memory.hasPictureEmbeddings = truth.embeddings != nil
      // 4 bytes of an entry's index and 4 of its value.
      memory.encodedBytes = 8 * (truth.activations?.values.count ?? 0)
    }
    memory.vocabularyCounts = semantics.vocabularies.map(\.labelIDs.count)
    memory.templateCount = semantics.templates.count
    memory.sparseCount = semantics.sparse?.count { $0 } ?? 0
    memory.setCount = semantics.sets?.sets.count ?? 0
    try run.keep(to: memory)
    let keepsImages = memory.keepsImages(workers: run.memory.workers, limit: run.memory.limit)
    if keepsImages { run.memory.verdictBytes += Int(memory.imageBytes) }
    return keepsImages
  }
}

extension LensRun {
  /// Takes as many threads as keep to the limit of memory, of those that there are.
  fileprivate mutating func keep(to sizes: VerdictMemory) throws(RunError) {
    memory.workers = try sizes.workers(
      most: memory.workers, stated: request.memoryLimit, free: memory.limit)
    memory.verdictBytes = Int(min(sizes.bytes(workers: memory.workers), 0x1p60))
  }
}
