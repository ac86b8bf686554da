internal import Engine

/// Options that several runs share.
struct PlannedReading: Sendable, Equatable {
  let options: ReadingOptions
  let verdict: VerdictOptions?

  static let names = ReadingOptions.names + ["verdict"]

  var json: JSONValue {
    var json = options.json
    json["verdict"] = verdict.map { .object($0.json) }
    return .object(json)
  }
}

/// An autoencoder that is read.
struct PlannedAutoencoder: Sendable, Equatable {
  /// The file or directory, absolute.
  let path: String
  /// The places of its files among those of the plan.
  let inputs: [Int]

  static let names = ["path", "inputs"]

  var json: JSONValue {
    ["path": .string(path), "inputs": .array(inputs.map { .integer($0) })]
  }
}

/// A run of the lens: an autoencoder, labels and a variant.
struct PlannedRun: Sendable, Equatable {
  /// The name of its output, safe as the name of a file.
  let id: String
  /// Its options, and their place in the plan.
  let reading: PlannedReading
  let readingIndex: Int
  /// The autoencoder, and its place in the plan.
  let autoencoder: PlannedAutoencoder
  let autoencoderIndex: Int
  /// The labels, and their place in the plan.
  let bank: PlannedBank
  let bankIndex: Int
  /// What the autoencoder is called in tables: what tells its path from others.
  let name: String
  let variant: LensVariant
  /// The features that are read.
  let featureCount: Int
  /// The features of each shard but the last.
  let shardSize: Int
  /// The places of the files of its verdict among those of the plan.
  let verdictInputs: [Int]

  /// The numbers of its shards.
  var shards: Range<Int> {
    0..<ShardPlan(featureCount: featureCount, shardSize: shardSize).count
  }

  /// The work after which a shard of the usual size ends, in floating-point operations of the
  /// product: ten minutes of two fast cores, beside which the seconds that a process takes to start do not count.
  private static let usualWork = 1e14

  /// The features of a shard where the user does not say it.
  ///
  /// - Parameters:
  ///   - featureCount: The features of the run.
  ///   - labelCount: The labels, C.
  ///   - width: The width of the joint space, D.
  /// - Returns: Whole blocks, at least one and no more than the run has.
  static func usualShardSize(featureCount: Int, labelCount: Int, width: Int) -> Int {
    let blockSize = LensScan.blockSize
    return ShardPlan.size(
      work: usualWork, workPerFeature: 2 * Double(labelCount) * Double(width),
      blockSize: blockSize, blockLimit: (featureCount + blockSize - 1) / blockSize)
  }

  /// What messages call the run, besides its name: what is read.
  var subject: String { "\(autoencoder.path) by \(variant.id) against \(bank.labels)" }

  /// What is asked of a scan.
  ///
  /// - Parameter workers: The number of threads.
  /// - Returns: A request without outputs and caches.
  func request(workers: Int) -> ScanRequest {
    let options = reading.options
    var request = ScanRequest(
      model: options.model, autoencoder: autoencoder.path, direction: variant.direction,
      map: variant.map, labels: .vocabulary(bank.labels, templates: options.templates),
      workers: workers)
    request.tokenizer = options.tokenizer
    request.keys = options.keys
    request.family = options.family
    request.orientation = options.orientation
    request.alpha = variant.alpha
    request.masksDuplicates = options.dedupe
    request.temperature = options.temperature
    request.topCount = options.top
    request.features = options.features
    request.isStrict = options.strict
    request.shardSize = shardSize
    return request
  }
}
