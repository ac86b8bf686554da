import Engine
import Foundation

/// A scan that is timed and checked.
struct ScanCase {
  let name: String
  let autoencoder: Autoencoder
  let scan: LensScan
}

extension Bench {
  /// The factor on cosines.
  static let logitScale = 100.0

  /// Prepares a scan: top and bottom 10, all statistics.
  func scan(
    _ autoencoder: Autoencoder, _ direction: Direction = .decoder, _ map: LensMap = .full,
    labels: LabelBank? = nil, features: String? = nil
  ) throws -> LensScan {
    let selection = try features.map {
      try FeatureSelection(parsing: $0, featureCount: autoencoder.featureCount)
    }
    return try LensScan(
      autoencoder: autoencoder, variant: LensVariant(direction: direction, map: map),
      head: map == .native ? nil : head, labels: labels ?? self.labels,
      logitScale: Self.logitScale, selection: selection)
  }

  /// The seconds of a scan.
  func time(_ scan: LensScan, workers: Int? = nil) -> Double {
    var rows = 0
    let taken = seconds { scan.run(workers: workers ?? self.workers) { rows += $0.rows } }
    precondition(rows == scan.selection.count, "\(rows) features of \(scan.selection.count)")
    return taken
  }

  /// The autoencoder in half precision, written when it is first asked for.
  func half(_ dtype: DType) throws -> Autoencoder {
    let path = "\(folder)/sae-\(dtype.rawValue)"
    if !MappedFile.exists(path) {
      try SyntheticModel.writeAutoencoder(
        to: path, features: sizes.features, width: sizes.width, dtype: dtype)
    }
    return try Autoencoder(contentsOf: path)
  }

  /// Directions in the joint space, written when they are first asked for.
  func native() throws -> Autoencoder {
    let path = folder + "/native.safetensors"
    if !MappedFile.exists(path) {
      try SyntheticModel.writeDirections(
        to: path, features: sizes.features, width: sizes.embeddingWidth)
    }
    return try Autoencoder(
      contentsOf: path, keys: TensorKeys(parsing: "W_dec"), orientation: .rows)
  }

  /// The scans of the stored autoencoder.
  ///
  /// - Parameter features: Which features; all if nil.
  /// - Returns: Both directions in both maps, and the encoder stored as rows too.
  /// - Throws: What the engine throws.
  func cases(features: String? = nil) throws -> [ScanCase] {
    let rows = try Autoencoder(
      contentsOf: autoencoderPath, keys: TensorKeys(parsing: "W_enc=W_dec"), orientation: .rows)
    let wanted: [(String, Autoencoder, Direction, LensMap)] = [
      ("decoder full", autoencoder, .decoder, .full),
      ("decoder linear", autoencoder, .decoder, .linear),
      ("encoder full, stored as columns", autoencoder, .encoder, .full),
      ("encoder linear, stored as columns", autoencoder, .encoder, .linear),
      ("encoder full, stored as rows", rows, .encoder, .full),
      ("encoder linear, stored as rows", rows, .encoder, .linear),
    ]
    return try wanted.map { name, autoencoder, direction, map in
      try scanCase(name, autoencoder, direction, map, features: features)
    }
  }

  /// A scan with its name in the table.
  func scanCase(
    _ name: String, _ autoencoder: Autoencoder, _ direction: Direction, _ map: LensMap,
    features: String?
  ) throws -> ScanCase {
    ScanCase(
      name: name, autoencoder: autoencoder,
      scan: try scan(autoencoder, direction, map, features: features))
  }
}

// MARK: - Timing

extension Bench {
  /// Times scans in turn with their bare products.
  func benchmarkScan() throws {
    let (products, block) = (try products, try productBlock)
    for item in try cases() {
      let runs = try inTurn(
        repeats: options.repeats,
        [
          { products.run(blockSize: block, workers: self.workers) }, { self.time(item.scan) },
        ])
      report.add(
        Figure(
          part: .scan, name: item.name, shape: sizes.description, seconds: Timing(runs[1]),
          ratio: Timing(runs[1], over: runs[0]), against: "its two bare products"))
    }
    try benchmarkNative()
    try benchmarkHalf("decoder full", .decoder)
    try benchmarkHalf("encoder full, stored as columns", .encoder)
  }

  private func benchmarkNative() throws {
    let autoencoder = try native()
    guard let directions = autoencoder.decoder?.tensor else { throw MissingPart() }
    let shape = "\(sizes.features)x\(sizes.embeddingWidth)x\(sizes.labels)"
    let product = BareProducts(
      directions: directions, projection: nil, labels: labels.embeddings)
    let block = try block(of: product, name: "one bare product", shape: shape)
    let scan = try scan(autoencoder, .decoder, .native)
    let runs = try inTurn(
      repeats: options.repeats,
      [{ product.run(blockSize: block, workers: self.workers) }, { self.time(scan) }])
    report.add(
      Figure(
        part: .scan, name: "native", shape: shape, seconds: Timing(runs[1]),
        ratio: Timing(runs[1], over: runs[0]), against: "its one bare product"))
  }

  /// Times half precisions in turn with `f32`.
  private func benchmarkHalf(_ name: String, _ direction: Direction) throws {
    let dtypes = [DType.f16, .bf16]
    let scans =
      [try scan(autoencoder, direction)]
      + (try dtypes.map { try scan(try half($0), direction) })
    let runs = try inTurn(
      repeats: options.repeats, scans.map { scan in { self.time(scan) } })
    for (index, dtype) in dtypes.enumerated() {
      report.add(
        Figure(
          part: .scan, name: "\(name), \(dtype.rawValue)", shape: sizes.description,
          seconds: Timing(runs[index + 1]), ratio: Timing(runs[index + 1], over: runs[0]),
          against: "the same in F32"))
    }
  }
}
