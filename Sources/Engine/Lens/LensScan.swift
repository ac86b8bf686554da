/// All selected features against all labels of a bank.
///
/// Features go through in fixed blocks; a block's results do not depend on the others, so blocks
/// are worked on by several threads and handed over in order.
public struct LensScan: Sendable {
  /// What is read, and how.
  public let variant: LensVariant

  /// Which features, in rising order.
  public let selection: FeatureSelection

  /// The factor on cosines.
  public let logitScale: Double

  /// The labels kept for each feature and end, K.
  public let topCount: Int

  private let source: DirectionSource
  private let map: DirectionMap
  private let panel: LabelPanel

  /// The features of a block, the unit of results on disk: four whole tiles, since a tile that is
  /// not full costs as much as one that is.
  public static let blockSize = 4 * PackedPanels.tileRows

  /// Prepares a scan.
  ///
  /// - Parameters:
  ///   - autoencoder: Where the directions come from.
  ///   - variant: Which directions, and how they are mapped.
  ///   - head: The image head of the model; not needed for a native map.
  ///   - labels: The bank; its masked labels take no part.
  ///   - logitScale: The factor on cosines, `exp(logit_scale)` or 1/temperature.
  ///   - topCount: The labels kept at each end; at most as many as there are usable labels are.
  ///   - selection: Which features; all if nil.
  /// - Throws: `LensError` if the parts do not fit together.
  public init(
    autoencoder: Autoencoder, variant: LensVariant, head: ImageHead?, labels: LabelBank,
    logitScale: Double, topCount: Int = 10, selection: FeatureSelection? = nil
  ) throws(LensError) {
    guard topCount > 0 else { throw LensError(subject: "scan", reason: .topCount(topCount)) }
    let bank = try Self.directions(of: autoencoder, variant: variant)
    map = try Self.map(for: variant, head: head, labels: labels, directions: bank, autoencoder)
    let panel = LabelPanel(labels)
    self.panel = panel
    self.variant = variant
    self.logitScale = logitScale
    self.topCount = min(topCount, panel.labelIDs.count)
    self.selection = selection ?? FeatureSelection(all: bank.count)
    source = DirectionSource(
      bank: bank, selection: self.selection,
      shift: try Self.shift(of: autoencoder, variant: variant))
  }

  /// Scans, and hands over blocks in rising order of feature.
  ///
  /// - Parameters:
  ///   - workers: The number of threads; the results are the same for any.
  ///   - blockSize: The features of a block; the rows are the same for any.
  ///   - body: Receives each block, on the calling thread.
  /// - Throws: What `body` throws, at once.
  public func run<Failure: Error>(
    workers: Int, blockSize: Int = blockSize, _ body: (FeatureBlock) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(workers > 0 && blockSize > 0, "\(workers) workers, blocks of \(blockSize)")
    let blockCount = (selection.count + blockSize - 1) / blockSize
    let waveSize = 4 * workers
    for first in stride(from: 0, to: blockCount, by: waveSize) {
      let wave = first..<min(first + waveSize, blockCount)
      let blocks = mapInParallel(count: wave.count, workers: workers) { index in
        let start = (wave.lowerBound + index) * blockSize
        return scan(start..<min(start + blockSize, selection.count))
      }
      for block in blocks { try body(block) }
    }
  }

  /// Scans a run of the selection on the calling thread.
  private func scan(_ positions: Range<Int>) -> FeatureBlock {
    var block = FeatureBlock(topCount: topCount)
    var tile = ScanTile(map: map, panel: panel)
    var reduction = RowReduction(
      logitScale: logitScale, labelIDs: panel.labelIDs, topCount: topCount)
    let labelCount = panel.labelIDs.count
    let tileRows = PackedPanels.tileRows
    for start in stride(from: positions.lowerBound, to: positions.upperBound, by: tileRows) {
      let end = min(start + tileRows, positions.upperBound)
      let ids = tile.multiply(start..<end, of: source, through: map, with: panel)
      for (row, id) in ids.enumerated() {
        guard tile.statuses[row] == .read else {
          block.appendMasked(id: id, status: tile.statuses[row])
          continue
        }
        let cosines = (row * labelCount)..<((row + 1) * labelCount)
        reduction.reduce(tile.cosines.span.extracting(cosines), id: id, into: &block)
      }
    }
    return block
  }
}

/// Room for one tile of a scan: directions, their unit embeddings, and their cosines.
private struct ScanTile {
  /// The directions, [tileRows, d].
  var directions: [Float]
  /// Their unit embeddings, [tileRows, D].
  var embeddings: [Float]
  /// Their cosines, [tileRows, C].
  var cosines: [Float]
  /// What became of each row, [tileRows].
  var statuses: [FeatureStatus]
  private var scratch: [Float] = []

  init(map: DirectionMap, panel: LabelPanel) {
    let rows = PackedPanels.tileRows
    directions = [Float](repeating: 0, count: rows * map.width)
    embeddings = [Float](repeating: 0, count: rows * map.embeddingWidth)
    cosines = [Float](repeating: 0, count: rows * panel.labelIDs.count)
    statuses = [FeatureStatus](repeating: .dead, count: rows)
  }

  /// Fills the tile with a run of at most as many features as it has rows.
  ///
  /// All rows are multiplied, also those of a short run, which are zeros.
  ///
  /// - Returns: The ids of the features.
  mutating func multiply(
    _ positions: Range<Int>, of source: DirectionSource, through map: DirectionMap,
    with panel: LabelPanel
  ) -> [Int32] {
    for row in statuses.indices { statuses[row] = .dead }
    let ids = source.read(positions, into: &directions, statuses: &statuses)
    map.apply(&directions, statuses: &statuses, into: &embeddings, scratch: &scratch)
    panel.embeddings.multiply(embeddings, into: &cosines, scratch: &scratch)
    return ids
  }
}

// MARK: - What fits together

extension LensScan {
  private static func directions(
    of autoencoder: Autoencoder, variant: LensVariant
  ) throws(LensError) -> DirectionBank {
    let bank = variant.direction == .encoder ? autoencoder.encoder : autoencoder.decoder
    guard let bank else {
      throw LensError(subject: autoencoder.path, reason: .missingDirections(variant.direction))
    }
    return bank
  }

  private static func map(
    for variant: LensVariant, head: ImageHead?, labels: LabelBank, directions: DirectionBank,
    _ autoencoder: Autoencoder
  ) throws(LensError) -> DirectionMap {
    guard !(autoencoder.space == .joint && variant.map != .native),
      !(autoencoder.space == .residual && variant.map == .native)
    else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongSpace(autoencoder.space, hook: autoencoder.hookName, map: variant.map))
    }
    let map: DirectionMap
    let space: String
    if let head, variant.map != .native {
      guard (head.weight + head.bias + head.projection.elements).allSatisfy(\.isFinite) else {
        throw LensError(subject: "image head", reason: .nonFinite("weights"))
      }
      map = DirectionMap(head, isLinear: variant.map == .linear)
      space = "the residual stream of the model's vision tower"
    } else {
      precondition(variant.map == .native, "a \(variant.map.rawValue) map without image head")
      map = DirectionMap(nativeWidth: labels.embeddings.columns)
      space = "the label embeddings"
    }
    guard directions.width == map.width else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongWidth(directions: directions.width, expected: map.width, of: space))
    }
    guard labels.embeddings.columns == map.embeddingWidth else {
      throw LensError(
        subject: labels.source,
        reason: .wrongEmbeddingWidth(
          labels: labels.embeddings.columns, expected: map.embeddingWidth,
          of: "the model's joint space"))
    }
    return map
  }

  private static func shift(
    of autoencoder: Autoencoder, variant: LensVariant
  ) throws(LensError) -> (bias: [Float], alpha: Double)? {
    guard let alpha = variant.alpha else { return nil }
    guard let bias = autoencoder.decoderBias else {
      throw LensError(subject: autoencoder.path, reason: .missingBias)
    }
    guard bias.allSatisfy(\.isFinite) else {
      throw LensError(subject: autoencoder.path, reason: .nonFinite("decoder bias"))
    }
    return (bias, alpha)
  }
}
