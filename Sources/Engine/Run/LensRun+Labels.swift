/// What is scanned, as far as memory depends on it.
struct ScannedDirections {
  /// The stored directions.
  let bank: DirectionBank
  /// Whether they are mapped into the joint space.
  let isMapped: Bool
  /// The labels kept at each end, K.
  let topCount: Int
  /// The bytes that are in memory rather than mapped: directions that were computed, files that were
  /// inflated.
  let heldBytes: Int
  /// How much of the directions is mapped, in bytes.
  let mappedBytes: Int
}

extension LensRun {
  /// The width of the joint space, known before any label is encoded.
  static func jointWidth(for request: ScanRequest, model: CLIPModel?) throws -> Int? {
    switch request.labels {
    case .vocabulary: model?.configuration.embeddingWidth
    case .embeddings(let path, let key, _):
      try LabelBank.embeddings(in: TensorFile(contentsOf: path), key: key).shape[1]
    }
  }

  /// Reads or encodes the labels of a scan, once it is known that memory suffices.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - model: The model, if there is one.
  ///   - inputs: The files that are read, to which those of the labels are added.
  ///   - directions: What they are scanned with.
  ///   - progress: Called as work goes on, on the calling thread.
  /// - Returns: The labels, and how the scan keeps to its limit of memory.
  /// - Throws: An `EngineError` that says what does not fit.
  static func labels(
    for request: ScanRequest, model: CLIPModel?, inputs: inout RunInputs,
    scannedWith directions: ScannedDirections, progress: (RunProgress) -> Void
  ) throws -> (LabelBank, MemoryPlan) {
    switch request.labels {
    case .embeddings(let path, let key, let namesPath):
      let file = try TensorFile(contentsOf: path)
      let tensor = try LabelBank.embeddings(in: file, key: key)
      try inputs.add(role: "text_embeddings", file.filePaths)
      try inputs.add(role: "names", namesPath.map { [$0] } ?? [])
      try check(request.outputs, against: inputs)
      let memory = try plan(
        request, labels: path, count: tensor.shape[0],
        textBytes: try namesPath.map { try FileIdentity(of: $0).byteCount }
          ?? file.metadata["labels"]?.utf8.count ?? 0,
        width: tensor.shape[1], stored: tensor.bytes.count, heldBytes: file.heldBytes,
        directions: directions)
      progress(.planned(memory))
      let bank = try LabelBank(
        contentsOf: path, key: key, namesPath: namesPath, isStreamed: memory.streamsLabels,
        masksDuplicates: request.masksDuplicates)
      return (bank, memory)
    case .vocabulary(let name, let templates):
      guard let model else {
        throw RunError(subject: "scan", reason: .modelNeeded(for: "encoding labels"))
      }
      let bankRequest = try BankRequest(
        model: model, tokenizer: request.tokenizer, labels: name, templates: templates,
        masksDuplicates: request.masksDuplicates, inputs: inputs)
      inputs = bankRequest.inputs
      try check(request.outputs, against: inputs)
      let (bank, _, memory) = try bankRequest.bank(
        cache: request.bankCache, progress: progress
      ) { isStored in
        let (count, width) = (bankRequest.labels.count, model.configuration.embeddingWidth)
        return try plan(
          request, labels: name, count: count, textBytes: bankRequest.labelTextBytes, width: width,
          stored: isStored ? 4 * count * width : nil,
          encoding: isStored ? nil : bankRequest.encodingSizes, heldBytes: 0,
          directions: directions)
      }
      return (bank, memory)
    }
  }

  /// Refuses outputs that are inputs, now that these are known and before labels are encoded.
  private static func check(
    _ outputs: [String], against inputs: RunInputs
  ) throws(OutputError) {
    for output in outputs { try OutputFile.refuse(output, ifAmong: inputs.paths) }
  }

  /// Plans a scan.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - labels: What the labels are called in messages.
  ///   - count: The number of labels, C.
  ///   - textBytes: The bytes of all labels in UTF-8.
  ///   - width: The width of the joint space, D.
  ///   - stored: The bytes of the label embeddings in their file; nil if they must be encoded.
  ///   - encoding: What encoding takes.
  ///   - heldBytes: What is in memory besides what the directions hold, in bytes.
  ///   - directions: What is scanned.
  /// - Returns: The plan.
  /// - Throws: `RunError` if memory does not suffice.
  private static func plan(
    _ request: ScanRequest, labels: String, count: Int, textBytes: Int, width: Int,
    stored: Int?, encoding: MemorySizes.Encoding? = nil, heldBytes: Int,
    directions: ScannedDirections
  ) throws(RunError) -> MemoryPlan {
    let bank = directions.bank
    let sizes = MemorySizes(
      labelCount: count, labelTextBytes: textBytes, embeddingWidth: width,
      isPacked: ProductLayout(count: count, width: width).isPacked, isStored: stored != nil,
      encoding: encoding,
      scan: MemorySizes.Scan(
        directionWidth: bank.width, isMapped: directions.isMapped, topCount: directions.topCount),
      mappedBytes: directions.mappedBytes + max(0, (stored ?? 0) - heldBytes),
      heldBytes: directions.heldBytes + heldBytes)
    return try MemoryPlan(
      sizes, workers: request.workers, stated: request.memoryLimit,
      standard: MemoryLimit.current.standard, labels: labels)
  }
}
