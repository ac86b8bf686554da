internal import Engine

/// Makes a table of work: finds the files, opens them, and cuts the work into pieces.
struct CampaignPlanner {
  private let file: CampaignFile
  private var readings: [PlannedReading] = []
  private var banks: [PlannedBank] = []
  private var autoencoders: [PlannedAutoencoder] = []
  private var runs: [PlannedRun] = []
  private var inputs = PlannedInputs()

  private var models: [String: CLIPModel] = [:]
  private var labelCounts: [String: Int] = [:]
  private var bankIndices: [String: Int] = [:]
  private var opened: [OpenedKey: (index: Int, autoencoder: Autoencoder)] = [:]
  private var outputs: [String: String] = [:]

  /// What an opened autoencoder depends on.
  private struct OpenedKey: Hashable {
    let path: String
    let reading: Int
    let isNative: Bool
  }

  /// Begins a table.
  init(_ file: CampaignFile) { self.file = file }

  /// Makes the table.
  ///
  /// - Returns: The table.
  /// - Throws: `CampaignError` if a glob matches nothing or two runs would have one name; another `EngineError` if a file
  ///   cannot be used.
  consuming func plan() throws -> CampaignPlan {
    for reading in file.readings { try add(reading) }
    return CampaignPlan(
      source: MappedFile.absolute(file.path), readings: readings, banks: banks,
      autoencoders: autoencoders, runs: runs, inputs: inputs.files)
  }

  private mutating func add(_ reading: CampaignFile.Reading) throws {
    readings.append(PlannedReading(options: reading.options, verdict: reading.verdict))
    let model = try model(reading)
    var bankIndices: [Int] = []
    for labels in reading.labels { bankIndices.append(try bank(labels, of: reading, model: model)) }
    for (index, glob) in reading.globs.enumerated() {
      let paths = try PathGlob.matches(glob, in: file.directory)
      guard !paths.isEmpty else {
        throw CampaignError(
          place: file.path, reason: .noMatch("\(reading.path).saes[\(index)]", glob: glob))
      }
      for path in paths {
        let names = PathGlob.distinctNames(of: path, matching: glob)
        for bank in bankIndices {
          for variant in reading.variants {
            try add(variant, of: path, named: names, bank: bank, in: reading, model: model)
          }
        }
      }
    }
  }

  /// The model of a reading, with all that its runs need of it.
  private mutating func model(_ reading: CampaignFile.Reading) throws -> CLIPModel {
    let model = try models[reading.options.model] ?? CLIPModel(reading.options.model)
    models[reading.options.model] = model
    try model.checkTextTower()
    if reading.variants.contains(where: { $0.map != .native }) { _ = try model.imageHead() }
    return model
  }

  /// The place of a bank, which is added where no reading before has it.
  private mutating func bank(
    _ labels: String, of reading: CampaignFile.Reading, model: CLIPModel
  ) throws -> Int {
    if labelCounts[labels] == nil {
      labelCounts[labels] = try LabelSet(resolving: labels).count
    }
    let id = PlannedBank(reading.options, labels: labels, inputs: []).id
    if let index = bankIndices[id] { return index }
    let tokenizer = reading.options.tokenizer ?? model.directory
    let files =
      model.sourcePaths + (try TextTokenizer.sourcePaths(resolving: tokenizer))
      + (LabelSet.isBuiltIn(labels) ? [] : [labels])
    bankIndices[id] = banks.count
    banks.append(PlannedBank(reading.options, labels: labels, inputs: try inputs.add(files)))
    return banks.count - 1
  }

  private mutating func add(
    _ variant: LensVariant, of path: String, named names: [String], bank: Int,
    in reading: CampaignFile.Reading, model: CLIPModel
  ) throws {
    let (index, autoencoder) = try autoencoder(path, reading.options, variant, model)
    _ = try LensScan.directions(of: autoencoder, variant: variant)
    try LensScan.check(autoencoder, fits: variant)
    let selection = try reading.options.features.map {
      try FeatureSelection(parsing: $0, featureCount: autoencoder.featureCount)
    }
    let featureCount = selection?.count ?? autoencoder.featureCount
    let labels = banks[bank].labels
    let usual = PlannedRun.usualShardSize(
      featureCount: featureCount, labelCount: labelCounts[labels] ?? 1,
      width: model.configuration.embeddingWidth)
    let run = PlannedRun(
      id: RunName.name(
        prefix: reading.name, autoencoder: names, variant: variant.id, labels: labels),
      reading: readings[readings.count - 1], readingIndex: readings.count - 1,
      autoencoder: autoencoders[index], autoencoderIndex: index, bank: banks[bank],
      bankIndex: bank, name: RunName.autoencoderName(names), variant: variant,
      featureCount: featureCount,
      shardSize: file.shardFeatures ?? usual,
      verdictInputs: try inputs.add(
        [reading.verdict?.truth(of: path), reading.verdict?.classes].compactMap { $0 }))
    try check(run, of: reading)
    runs.append(run)
  }

  /// The place of an autoencoder, and what it holds.
  private mutating func autoencoder(
    _ path: String, _ options: ReadingOptions, _ variant: LensVariant, _ model: CLIPModel
  ) throws -> (index: Int, autoencoder: Autoencoder) {
    let isNative = variant.map == .native
    let key = OpenedKey(path: path, reading: readings.count - 1, isNative: isNative)
    if let known = opened[key] { return known }
    let autoencoder = try Autoencoder(
      contentsOf: path, keys: try options.keys.map { try TensorKeys(parsing: $0) },
      family: options.family, orientation: options.orientation,
      expectedWidth: isNative ? model.configuration.embeddingWidth : model.visionWidth)
    let planned = PlannedAutoencoder(path: path, inputs: try inputs.add(autoencoder.sourcePaths))
    let index = autoencoders.firstIndex(of: planned) ?? autoencoders.count
    if index == autoencoders.count { autoencoders.append(planned) }
    opened[key] = (index, autoencoder)
    return (index, autoencoder)
  }

  /// Checks that no other run has the name of one.
  private mutating func check(
    _ run: PlannedRun, of reading: CampaignFile.Reading
  ) throws(CampaignError) {
    let bytes = run.id.utf8.count
    guard bytes <= RunName.byteLimit else {
      throw CampaignError(
        place: file.path,
        reason: .longName(run.id, bytes: bytes, limit: RunName.byteLimit))
    }
    let subject = "\(run.subject) in \(reading.path)"
    // Names that differ in case alone are one to some file systems.
    if let first = outputs.updateValue(subject, forKey: run.id.lowercased()) {
      throw CampaignError(
        place: file.path, reason: .sameOutput(run.id, first: first, second: subject))
    }
  }
}

extension CampaignPlan {
  /// Plans a campaign.
  ///
  /// - Parameter file: What a user asks for.
  /// - Throws: `CampaignError` if a glob matches nothing or two runs would have one name; another `EngineError` if a file
  ///   cannot be used.
  public init(_ file: CampaignFile) throws { self = try CampaignPlanner(file).plan() }
}
