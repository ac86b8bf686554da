/// The sizes that tell how much memory a scan takes besides mapped files.
///
/// Amounts are upper bounds of what was measured, not sums of allocations: they leave out what is
/// small and the same for every scan, which `base` stands for.
struct MemorySizes: Equatable, Sendable {
  /// What encoding labels takes.
  struct Encoding: Equatable, Sendable {
    /// The templates that each label is put into.
    let templateCount: Int
    /// The bytes of all templates in UTF-8.
    let templateTextBytes: Int
    /// The width of the text tower.
    let width: Int
    /// The width between the two products of its feed-forward part.
    let intermediateWidth: Int
  }

  /// What a scan reads; nil if labels are encoded only.
  struct Scan: Equatable, Sendable {
    /// The width of the directions, d.
    let directionWidth: Int
    /// Whether directions are mapped into the joint space.
    let isMapped: Bool
    /// The labels kept at each end, K.
    let topCount: Int
  }

  /// The labels, C.
  let labelCount: Int
  /// The bytes of all labels in UTF-8.
  let labelTextBytes: Int
  /// The width of the joint space, D.
  let embeddingWidth: Int
  /// Whether operands are laid out as `PackedPanels` besides.
  let isPacked: Bool
  /// Whether the embeddings lie in a file, so that they need not be in memory.
  let isStored: Bool
  /// What encoding them takes, if they must be encoded.
  let encoding: Encoding?
  /// What is scanned.
  let scan: Scan?
  /// The bytes of the files that are mapped and scanned.
  let mappedBytes: Int
  /// The bytes that are in memory from first to last: directions that were computed, files that were
  /// inflated.
  var heldBytes = 0
}

// MARK: - Bytes

extension MemorySizes {
  /// The program itself, its libraries, and a model's configuration.
  private static let base = 8.0 * 1_048_576

  /// What OpenBLAS fills of the buffer that it keeps for each thread (2 MiB with Cooperlake kernels),
  /// and a thread's stack.
  private static let threadBase = 4.0 * 1_048_576

  /// A label: its name, the tables that find duplicates, its statuses and counts.
  private static let labelBytes = 384.0

  /// A prompt: its text, its tokens, and its place in the order of all.
  private static let promptBytes = 640.0

  /// The bytes of text that are part of `labelBytes` and of `promptBytes`.
  private static let shortText = 32.0

  /// How often a longer text is in memory, rounded up from what was measured: as it is, in the form
  /// that is compared or cut into pieces, and as it is written or in the file that it was read from.
  private static let textCopies = 4.0

  /// A tokenizer of 49,408 pieces and its merges.
  private static let tokenizerBytes = 48.0 * 1_048_576

  /// The tokens of a text tower that a worker computes together, and room for one more prompt.
  private static let towerTokens = 1024.0 + 77

  /// The share of `PackedPanels` that is used.
  private static let packing =
    Double(PackedPanels.usedColumns + 2 * PackedPanels.idleColumns)
    / Double(PackedPanels.usedColumns)

  /// All embeddings in memory.
  var bankBytes: Double { 4 * Double(labelCount) * Double(embeddingWidth) * packed }

  private var packed: Double { isPacked ? 1 + Self.packing : 1 }

  /// What every label takes wherever its embedding is.
  var labelTableBytes: Double {
    Double(labelCount) * Self.labelBytes
      + Self.longTextBytes(Double(labelTextBytes), in: Double(labelCount))
  }

  /// What texts take beyond short ones.
  private static func longTextBytes(_ bytes: Double, in count: Double) -> Double {
    textCopies * max(0, bytes - shortText * count)
  }

  /// What encoding takes besides labels: the tokenizer, and the text tower of each worker.
  func encoderBytes(workers: Int) -> Double {
    guard let encoding else { return 0 }
    // States before and after each step of a block, and the widened weights of one product.
    let (width, inner) = (Double(encoding.width), Double(encoding.intermediateWidth))
    let tower = 4 * (Self.towerTokens * (8 * width + inner) + width * inner)
    return Self.base + Double(heldBytes) + Self.tokenizerBytes
      + Double(workers) * (tower + Self.threadBase)
  }

  /// What encoding the labels takes at its peak, the bank included.
  func encodingBytes(workers: Int) -> Double {
    guard let encoding else { return 0 }
    // Sums in `Double` and the embeddings that they become.
    let sums = 12 * Double(labelCount) * Double(embeddingWidth)
    let count = Double(labelCount) * Double(encoding.templateCount)
    let text =
      Double(encoding.templateCount) * Double(labelTextBytes)
      + Double(labelCount) * Double(encoding.templateTextBytes)
    let prompts = count * Self.promptBytes + Self.longTextBytes(text, in: count)
    return encoderBytes(workers: workers) + labelTableBytes + sums + prompts
  }

  /// What a scan takes besides labels.
  func scanBytes(workers: Int, streamsLabels: Bool) -> Double {
    guard let scan else { return 0 }
    let (d, width) = (Double(scan.directionWidth), Double(embeddingWidth))
    let kept = Double(min(scan.topCount, labelCount))
    let columns = Double(min(max(labelCount, 16), ProductOperand.partColumns))
    // Directions, images and products; what is known of each row.
    let row = 4 * (d + (scan.isMapped ? width : 0) + columns) + 160 + 16 * (kept + 1)
    var worker = Double(ProductOperand.tileRows) * row + Self.threadBase
    if streamsLabels { worker += 4 * columns * width * (1 + packed) }
    // Ids and numbers of a feature, 6 of them for each label that is kept.
    let block = Double(ProductOperand.tileRows) * (40 + 24 * kept)
    // Those on their way, those that are being made, and one in the form in which it is stored.
    let blocks = workers > 1 ? 3 * Double(workers) + 2 + 2 : 1 + 2
    // The image head, and its operand.
    let head = scan.isMapped ? 4 * d * width * (1 + packed) : 0
    return Self.base + Double(heldBytes) + head + Double(workers) * worker + blocks * block
  }
}
