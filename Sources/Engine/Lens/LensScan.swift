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

  let source: DirectionSource
  let map: DirectionMap
  let panel: LabelPanel

  /// The features of a block, the unit of results on disk: four tiles of packed panels, where
  /// 1024 would be four and a fifth that is nearly empty.
  public static let blockSize = 960

  /// The blocks for each worker from which on a worker takes as many at a time as a tile holds:
  /// larger products are faster (the ratio to bare products fell from 1.09 to 1.07).
  private static let blocksForLargeTiles = 16

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
    guard LabelBank.logitScales.contains(logitScale) else {
      throw LensError(subject: "scan", reason: .logitScale(logitScale))
    }
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
  ///   - rows: Which of the selected features, by their place in the selection; all if nil.
  ///   - workers: The number of threads; the results are the same for any.
  ///   - blockSize: The features of a block; the rows are the same for any.
  ///   - body: Receives each block, on the calling thread, while others are being computed.
  /// - Throws: What `body` throws, when the blocks that are being computed are done.
  public func run<Failure: Error>(
    rows: Range<Int>? = nil, workers: Int, blockSize: Int = blockSize,
    _ body: (FeatureBlock) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(workers > 0 && blockSize > 0, "\(workers) workers, blocks of \(blockSize)")
    let rows = rows ?? 0..<selection.count
    let pieces = Self.pieces(
      of: rows, workers: workers, blockSize: blockSize, layout: panel.layout)
    let tileRows = min(pieces.map(\.count).max() ?? blockSize, ProductOperand.tileRows)
    var cutter = BlockCutter(size: blockSize, topCount: topCount)
    var left = rows.count
    try forEachInOrder(
      count: pieces.count, workers: workers,
      makeState: { ScanWorker(scan: self, tileRows: tileRows) },
      produce: { worker, index in worker.blocks(pieces[index], blockSize: blockSize) },
      { (blocks) throws(Failure) in
        for piece in blocks {
          left -= piece.rows
          for block in cutter.blocks(adding: piece, isLast: left == 0) { try body(block) }
        }
      })
  }

  /// What workers take at a time.
  ///
  /// Where there are many blocks it is a half first, so that the first block is soon there, then as many
  /// as a tile holds, and at last less again, so that none waits long for the others; else equal shares
  /// of at most a block. None is less than what is multiplied at least, unless there is less in all, or
  /// it is the last one in panels.
  ///
  /// - Parameters:
  ///   - rows: All that is to be done.
  ///   - workers: The number of threads.
  ///   - blockSize: The features of a block.
  ///   - layout: How products are laid out, which says what the least product is.
  /// - Returns: Rising ranges without gaps; none is empty.
  static func pieces(
    of rows: Range<Int>, workers: Int, blockSize: Int, layout: ProductLayout
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    func left() -> Int { rows.upperBound - (pieces.last?.upperBound ?? rows.lowerBound) }
    func append(_ size: Int) {
      let start = rows.upperBound - left()
      pieces.append(start..<(start + size))
    }
    let least = min(blockSize, layout.paddedRows(1))
    let half = max(blockSize / 2, least)
    let isLarge = rows.count / blockSize >= blocksForLargeTiles * workers
    if isLarge {
      let large = max(1, ProductOperand.tileRows / blockSize) * blockSize
      for _ in 0..<workers { append(half) }
      while left() >= 2 * workers * large { append(large) }
      while left() >= 2 * workers * blockSize { append(blockSize) }
    }
    let rest = left()
    guard rest > 0 else { return pieces }
    let rounds = (rest - 1) / (workers * blockSize) + 1
    let shares = isLarge ? max(1, rest / half) : min(workers * rounds, max(1, rest / least))
    let unit = layout.isPacked ? least : 1
    let units = (rest - 1) / unit + 1
    for share in 0..<shares {
      let size = (units * (share + 1) / shares - units * share / shares) * unit
      append(min(size, left()))
    }
    return pieces
  }
}

// MARK: - What fits together

extension LensScan {
  /// The directions that a variant reads.
  package static func directions(
    of autoencoder: Autoencoder, variant: LensVariant
  ) throws(LensError) -> DirectionBank {
    let bank = variant.direction == .encoder ? autoencoder.encoder : autoencoder.decoder
    guard let bank else {
      throw LensError(subject: autoencoder.path, reason: .missingDirections(variant.direction))
    }
    guard autoencoder.space(of: variant.direction) != .other else {
      throw LensError(
        subject: autoencoder.path,
        reason: .unreadableSpace(
          variant.direction, hook: autoencoder.hook(of: variant.direction)))
    }
    return bank
  }

  /// Checks that the map of a variant is one for the space in which its directions lie.
  ///
  /// - Parameters:
  ///   - autoencoder: Where the directions come from.
  ///   - variant: Which directions, and how they are mapped.
  /// - Throws: `LensError` if it is not.
  package static func check(
    _ autoencoder: Autoencoder, fits variant: LensVariant
  ) throws(LensError) {
    let found = autoencoder.space(of: variant.direction)
    guard !(found == .joint && variant.map != .native),
      !(found == .residual && variant.map == .native)
    else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongSpace(
          found, hook: autoencoder.hook(of: variant.direction), map: variant.map))
    }
  }

  private static func map(
    for variant: LensVariant, head: ImageHead?, labels: LabelBank, directions: DirectionBank,
    _ autoencoder: Autoencoder
  ) throws(LensError) -> DirectionMap {
    try check(autoencoder, fits: variant)
    let map: DirectionMap
    let space: String
    if let head, variant.map != .native {
      // The squares of finite numbers are finite in `Double`, and so is their sum.
      let parts = [head.weight, head.bias, head.projection.elements]
      guard parts.allSatisfy({ sumOfSquares($0.span).isFinite }) else {
        throw LensError(subject: "image head", reason: .nonFinite("weights"))
      }
      map = DirectionMap(head, isLinear: variant.map == .linear)
      space = "the residual stream of the model's vision tower"
    } else {
      guard variant.map == .native else {
        throw LensError(subject: "scan", reason: .missingHead(variant.map))
      }
      map = DirectionMap(nativeWidth: labels.embeddingWidth)
      space = "the label embeddings"
    }
    guard directions.width == map.width else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongWidth(directions: directions.width, expected: map.width, of: space))
    }
    guard labels.embeddingWidth == map.embeddingWidth else {
      throw LensError(
        subject: labels.source,
        reason: .wrongEmbeddingWidth(
          labels: labels.embeddingWidth, expected: map.embeddingWidth,
          of: "the model's joint space"))
    }
    return map
  }

  private static func shift(
    of autoencoder: Autoencoder, variant: LensVariant
  ) throws(LensError) -> DirectionShift? {
    guard let alpha = variant.alpha else { return nil }
    guard let bias = autoencoder.decoderBias else {
      throw LensError(subject: autoencoder.path, reason: .missingBias)
    }
    guard bias.allSatisfy(\.isFinite) else {
      throw LensError(subject: autoencoder.path, reason: .nonFinite("decoder bias"))
    }
    return DirectionShift(bias: bias, alpha: alpha)
  }
}

extension Autoencoder {
  /// The space in which a direction lies.
  func space(of direction: Direction) -> Space { direction == .encoder ? space : decoderSpace }

  /// The hook of that space.
  func hook(of direction: Direction) -> String? {
    direction == .encoder ? hookName : outputHookName ?? hookName
  }
}
