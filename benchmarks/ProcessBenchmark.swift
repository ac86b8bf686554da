import Engine
import Foundation

extension Bench {
  /// Any tokenizer will do for labels that are encoded once and then cached.
  private static let tokenizer = "examples/emoji/model"

  /// The environment that keeps label banks and digests in the benchmark's directory.
  private var cacheEnvironment: [String: String] { ["LENSCTL_CACHE": folder + "/cache"] }

  /// Why processes cannot be run, if so.
  private var absence: String? {
    if !MappedFile.exists(options.lensctl) { return "not run: no \(options.lensctl)" }
    return MappedFile.exists(Self.tokenizer) ? nil : "not run: no \(Self.tokenizer)"
  }

  /// A scan by `lensctl` that writes its run directory.
  private func scanCommand(_ arguments: [String]) -> Command {
    Command(
      options.lensctl,
      [
        "scan", "--model", modelPath, "--sae", autoencoderPath, "--labels", "imagenet",
        "--tokenizer", Self.tokenizer, "--threads", "\(workers)", "--quiet", "--force",
      ] + arguments, environment: cacheEnvironment)
  }

  /// Times `lensctl scan` from start to end, with its label bank and the digests of its files in the
  /// cache, in turn with the two bare products.
  func benchmarkProcess() throws {
    let shape = "\(sizes.features)x\(sizes.width)x\(sizes.embeddingWidth)x1000"
    if let absence {
      report.add(Figure(part: .process, name: "lensctl scan", shape: shape, note: absence))
      return
    }
    let block = try productBlock
    let products = BareProducts(
      directions: try self.products.directions, projection: head.projection,
      labels: try SyntheticModel.labels(count: 1000, width: sizes.embeddingWidth).embeddings)
    for map in [LensMap.full, .linear] {
      let arguments = ["--map", map.rawValue, "--out", folder + "/run"]
      let runs = try inTurn(
        repeats: options.repeats,
        [
          { products.run(blockSize: block, workers: self.workers) },
          { try seconds { _ = try self.scanCommand(arguments).output() } },
        ])
      report.add(
        Figure(
          part: .process, name: "lensctl scan, decoder \(map.rawValue), all cached",
          shape: shape, seconds: Timing(runs[1]), ratio: Timing(runs[1], over: runs[0]),
          against: "its two bare products"))
    }
  }

  /// Times what comes before the first block of features.
  func benchmarkStart() throws {
    let shape = sizes.description
    if let absence {
      report.add(Figure(part: .start, name: "lensctl", shape: shape, note: absence))
      return
    }
    let repeats = sizes.checksAll ? 2 : 20
    let one = ["--features", "0", "--format", "jsonl", "--out", folder + "/one.jsonl"]
    let runs = try inTurn(
      repeats: repeats,
      [
        {
          try seconds { _ = try Command(self.options.lensctl, ["--version"]).output() }
        },
        { try seconds { _ = try self.scanCommand(one).output() } },
        { try self.timeToFirstBlock(digestCache: DigestCache(environment: self.cacheEnvironment)) },
        { try self.timeToFirstBlock(digestCache: nil) },
      ])
    let opening = "opening a scan to its first block, in this process"
    let names = [
      "lensctl --version, whole process", "lensctl scan of one feature, whole process, all cached",
      "\(opening), all cached", "\(opening), label bank cached, digests computed",
    ]
    for (name, run) in zip(names, runs) {
      report.add(Figure(part: .start, name: name, shape: shape, seconds: Timing(run)))
    }
  }

  /// Ends a scan at its first block.
  private struct FirstBlock: Error {}

  /// The seconds from a request to its first block, with the label bank in the cache.
  ///
  /// - Parameter digestCache: Where digests of files are kept; nil to compute them.
  /// - Returns: The seconds.
  /// - Throws: What the scan throws.
  private func timeToFirstBlock(digestCache: DigestCache?) throws -> Double {
    let start = ContinuousClock.now
    var request = ScanRequest(
      model: modelPath, autoencoder: autoencoderPath,
      labels: .vocabulary("imagenet", templates: []), workers: workers)
    request.tokenizer = Self.tokenizer
    request.bankCache = BankCache(environment: cacheEnvironment)
    request.digestCache = digestCache
    let run = try LensRun(request)
    var first = ContinuousClock.now
    do {
      try run.forEachBlock { _ in
        first = ContinuousClock.now
        throw FirstBlock()
      }
    } catch is FirstBlock {}
    return (first - start) / .seconds(1)
  }
}
