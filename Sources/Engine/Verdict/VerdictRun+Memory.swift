extension VerdictRun {
  /// The most threads with which a verdict keeps to the limit of memory.
  static func workers(_ run: LensRun, _ request: VerdictRequest) throws -> Int {
    let files = request.truth.map { TruthFile.files(at: $0) } ?? []
    let memory = VerdictMemory(
      labelCount: run.labels.rows.labelIDs.count, embeddingWidth: run.labels.rows.width,
      featureCount: run.scan.selection.count, directionWidth: run.autoencoder.inputWidth,
      rotations: request.rotations, nullBanks: request.nullBanks,
      formCount: request.forms?.count
        ?? LensForm.allCases.count { $0.canRead(isJoint: run.scan.variant.map == .native) },
      truthBytes: files.reduce(0) { $0 + ((try? FileIdentity(of: $1).byteCount) ?? 0) },
      heldBytes: run.autoencoder.heldBytes + (run.model?.weights.heldBytes ?? 0)
        + run.memory.labelBytes)
    return try memory.workers(
      most: run.memory.workers, stated: run.request.memoryLimit,
      free: MemoryLimit.current.free)
  }
}
