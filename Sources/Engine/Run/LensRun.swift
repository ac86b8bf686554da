internal import Foundation

/// A scan with everything opened, checked and encoded: ready to run.
public struct LensRun: Sendable {
  /// What was asked for.
  public let request: ScanRequest

  /// The autoencoder.
  public let autoencoder: Autoencoder

  /// The labels and their embeddings.
  public let labels: LabelBank

  /// The computation.
  public let scan: LensScan

  /// How the scan keeps to its limit of memory.
  public internal(set) var memory: MemoryPlan

  /// Where the factor on cosines comes from: `temperature`, `checkpoint`, `bank` or `default`.
  public let logitScaleSource: String

  /// The model's own scores of labels, if it was trained with a sigmoid.
  public let sigmoid: SigmoidScores?

  /// What a user should know before trusting the results, one line each.
  public let warnings: [String]

  /// The files that the run is made from.
  public var inputPaths: [String] { inputs.paths }

  /// The image head of the model, where directions are mapped through it.
  let head: ImageHead?

  /// The model, if there is one.
  let model: CLIPModel?
  var inputs: RunInputs
  let opened: StageClock

  /// The factor on cosines where nothing states one: that of the OpenAI checkpoints.
  public static let defaultLogitScale = 100.0

  /// Opens, checks and encodes everything that a scan needs.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - progress: Called as work goes on, on the calling thread.
  /// - Throws: An `EngineError` that says what does not fit.
  public init(_ request: ScanRequest, progress: (RunProgress) -> Void = { _ in }) throws {
    try BLAS.check()
    BLAS.prepare()
    var clock = StageClock()
    progress(.opening)
    var inputs = try Self.inputs(of: request)
    let model = try request.model.map { try CLIPModel($0) }
    try inputs.add(role: "model", model?.sourcePaths ?? [])
    let expectedWidth =
      try request.map == .native
      ? Self.jointWidth(for: request, model: model) : model?.visionWidth
    let autoencoder = try Autoencoder(
      contentsOf: request.autoencoder, keys: try request.keys.map { try TensorKeys(parsing: $0) },
      family: request.family, orientation: request.orientation, expectedWidth: expectedWidth)
    try inputs.add(role: "autoencoder", autoencoder.sourcePaths)
    let variant = try LensVariant(
      direction: request.direction,
      map: request.map ?? (autoencoder.space(of: request.direction) == .joint ? .native : .full),
      alpha: request.alpha)
    let head = variant.map == .native ? nil : try model?.imageHead()
    if variant.map != .native, head == nil {
      throw RunError(
        subject: "scan", reason: .modelNeeded(for: "a \(variant.map.rawValue) map"))
    }
    // Before labels are encoded, which may take minutes.
    let selection = try request.features.map {
      try FeatureSelection(parsing: $0, featureCount: autoencoder.featureCount)
    }
    try Self.check(request)
    clock.end("open")
    let bank = try LensScan.directions(of: autoencoder, variant: variant)
    let (labels, memory) = try Self.labels(
      for: request, model: model, inputs: &inputs,
      scannedWith: ScannedDirections(
        bank: bank, isMapped: variant.map != .native, topCount: request.topCount,
        heldBytes: autoencoder.heldBytes + (model?.weights.heldBytes ?? 0),
        mappedBytes: autoencoder.mappedBytes(of: bank)), progress: progress)
    clock.end("labels")
    let (scale, source) = try Self.logitScale(for: request, model: model, labels: labels)
    scan = try LensScan(
      autoencoder: autoencoder, variant: variant, head: head, labels: labels, logitScale: scale,
      topCount: request.topCount, selection: selection)
    clock.end("prepare")
    self.inputs = inputs
    self.request = request
    self.autoencoder = autoencoder
    self.model = model
    self.head = head
    sigmoid = try SigmoidScores.scores(of: model, or: labels)
    self.labels = labels
    self.memory = memory
    logitScaleSource = source
    warnings = Self.warnings(request: request, labels: labels, scan: scan)
    opened = clock
  }
}

// MARK: - Further inputs

extension LensRun {
  /// Looks at files that something beside the scan is made of, before it opens them.
  ///
  /// - Parameter paths: Files, and directories that hold files.
  mutating func look(before paths: [String]) { inputs.look(before: paths) }

  /// Adds files that something beside the scan is made of: they are watched and recorded like those of the scan.
  ///
  /// - Parameters:
  ///   - role: What the files are to the run.
  ///   - paths: The files.
  /// - Throws: `CheckpointError` if there is no such file.
  mutating func addInputs(role: String, _ paths: [String]) throws(CheckpointError) {
    try inputs.add(role: role, paths)
  }

  /// The records of files that something beside the scan is made of.
  ///
  /// - Returns: The records, as `run.json` lists them.
  /// - Throws: `CheckpointError` if a file cannot be read, `RunError` if it has changed.
  func verdictInputs() throws -> [JSONValue] {
    try inputs.records(ofRoles: RunInputs.verdictRoles).map(\.json)
  }

  /// The digests of files that were added, computed once for all who ask, or kept from before.
  ///
  /// - Parameter roles: What the files are to the run.
  /// - Returns: The digests by absolute path.
  /// - Throws: `CheckpointError` if a file cannot be read, `RunError` if it has changed.
  func digests(ofRoles roles: [String]) throws -> [String: String] {
    Dictionary(
      try inputs.records(ofRoles: roles).map { ($0.path, $0.sha256) },
      uniquingKeysWith: { first, _ in first })
  }
}

// MARK: - Running

extension LensRun {
  /// Scans, and hands over the results in rising order of feature.
  ///
  /// - Parameters:
  ///   - progress: Called as work goes on, on the calling thread.
  ///   - body: Receives each block of features, on the calling thread.
  /// - Throws: What `body` throws; `RunError` if an input has changed since before it was opened.
  public func forEachBlock(
    progress: (RunProgress) -> Void = { _ in }, _ body: (FeatureBlock) throws -> Void
  ) throws {
    var done = 0
    try scan.run(workers: memory.workers) { (block) throws in
      try body(block)
      done += block.rows
      progress(.scanning(done: done, total: scan.selection.count))
    }
    try inputs.checkUnchanged()
  }

  /// Checks that a run did not come out empty.
  ///
  /// - Parameter masked: The features that were not read.
  /// - Throws: `RunError` if there were features and none was read.
  public func checkSomethingRead(masked: Int) throws(RunError) {
    guard masked == 0 || masked < scan.selection.count else {
      throw RunError(subject: autoencoder.path, reason: .nothingRead(count: masked))
    }
  }

  /// Refuses to go on if the request is strict and something was masked or cut.
  ///
  /// - Parameter masked: The features that were not read.
  /// - Throws: `RunError` that lists the warnings.
  public func checkStrictly(masked: Int) throws(RunError) {
    guard request.isStrict else { return }
    guard labels.faults.isEmpty else {
      throw RunError(subject: labels.source, reason: .strict(labels.faults))
    }
    guard masked == 0 else {
      throw RunError(subject: autoencoder.path, reason: .strict(Self.maskedWarning(masked)))
    }
  }

  /// What a user should know of a scan that has ended, one line each.
  ///
  /// - Parameter masked: The features that were not read.
  /// - Returns: `warnings`, and one of the features if there are any.
  public func warnings(masked: Int) -> [String] { warnings + Self.maskedWarning(masked) }

  static func maskedWarning(_ masked: Int) -> [String] {
    masked == 0 ? [] : ["\(masked) features masked: dead, not finite, or without image"]
  }
}

// MARK: - Parts

extension LensRun {
  /// What is there before anything is opened.
  private static func inputs(of request: ScanRequest) throws -> RunInputs {
    var paths = [request.autoencoder, request.tokenizer].compactMap { $0 }
    if let model = request.model { paths.append(try HubCache().resolve(model).directory) }
    switch request.labels {
    case .vocabulary(let name, _): paths.append(name)
    case .embeddings(let path, _, let namesPath): paths += [path, namesPath].compactMap { $0 }
    }
    return RunInputs(before: paths, cache: request.digestCache, workers: request.workers)
  }

  /// Checks the numbers of a request.
  private static func check(_ request: ScanRequest) throws(LensError) {
    guard request.topCount > 0 else {
      throw LensError(subject: "scan", reason: .topCount(request.topCount))
    }
    if let temperature = request.temperature, !LabelBank.logitScales.contains(1 / temperature) {
      throw LensError(subject: "scan", reason: .temperature(temperature))
    }
  }

  private static func logitScale(
    for request: ScanRequest, model: CLIPModel?, labels: LabelBank
  ) throws -> (Double, String) {
    if let temperature = request.temperature { return (1 / temperature, "temperature") }
    if let model { return (try model.logitScale(), "checkpoint") }
    if let scale = labels.logitScale { return (scale, "bank") }
    return (defaultLogitScale, "default")
  }

  private static func warnings(
    request: ScanRequest, labels: LabelBank, scan: LensScan
  ) -> [String] {
    var warnings = labels.warnings + BLAS.kernel.warnings
    let unusable = labels.count(of: .zeroLength) + labels.count(of: .nonFinite)
    if unusable > 0 {
      warnings.append("\(unusable) labels masked: embeddings without length or not finite")
    }
    if request.bankCache != nil, case .vocabulary = request.labels {
      warnings += [BankCache.warning(for: labels.labels)].compactMap { $0 }
    }
    if scan.topCount < request.topCount {
      warnings.append(
        "top \(request.topCount) reduced to \(scan.topCount), the number of usable labels")
    }
    if labels.count(of: .usable) == 1 {
      warnings.append("one usable label: its probability is 1, margin and entropy are undefined")
    }
    return warnings
  }
}
