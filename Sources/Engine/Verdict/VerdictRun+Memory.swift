extension VerdictRun {
  /// The most threads with which a verdict keeps to the limit of memory, and whether images are kept beside them.
  static func means(
    _ run: LensRun, _ request: VerdictRequest
  ) throws -> (workers: Int, keepsImages: Bool) {
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
    let (stated, free) = (run.request.memoryLimit, MemoryLimit.current.free)
    let workers = try memory.workers(most: run.memory.workers, stated: stated, free: free)
    return (workers, memory.keepsImages(workers: workers, limit: stated ?? free))
  }
}
