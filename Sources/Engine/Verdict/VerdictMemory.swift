/// The sizes that tell how much memory a verdict takes besides mapped files.
///
/// Amounts are upper bounds of what is allocated, rounded up from what was measured; `MODEL.md` has both.
struct VerdictMemory: Equatable, Sendable {
  /// The labels that take part, C.
  var labelCount: Int
  /// The width of the joint space, D.
  var embeddingWidth: Int
  /// The selected features, n, and the width of a row, d.
  var featureCount: Int
  var directionWidth: Int
  /// The number of rotated banks, r.
  var rotations: Int
  /// The number of null banks of each kind that a sample is compared with, B.
  var nullBanks: Int
  /// The variants that are judged.
  var formCount: Int
  /// The bytes of the files of the truth, 0 without.
  var truthBytes = 0
  /// What the scan has in memory from first to last: its labels, directions that were computed, files that were inflated.
  var heldBytes = 0
}

extension VerdictMemory {
  /// The program itself, its libraries, and a model's configuration.
  private static let base = 24.0 * 1_048_576

  /// A thread's stack, and what OpenBLAS fills of the buffer that it keeps for it.
  private static let threadBase = 6.0 * 1_048_576

  /// The real bank, rotated banks and random vectors, each as it is and whitened.
  private var bankCount: Double { 2 * (1 + 2 * Double(rotations)) }

  /// What a verdict takes at its peak, in bytes, with so many threads.
  func bytes(workers: Int) -> Double {
    Self.base + Double(heldBytes) + 4 * Double(truthBytes) + labelBytes + reportBytes
      + max(hygieneBytes, moments(workers) + max(statistics(workers), reading(workers)))
      + Double(workers) * Self.threadBase
  }

  /// The labels as they are, centred, whitened and in the coordinates of samples, [C, D] each; they are in memory for all
  /// variants.
  private var labelBytes: Double { 4 * 6 * Double(labelCount) * Double(embeddingWidth) }

  /// What is kept of each variant and feature: names and scores of 14 scores, p-values of 7.
  private var reportBytes: Double {
    Double(featureCount) * Double(formCount) * (14 * 24 + 7 * 16)
  }

  /// The rows of encoder and decoder, and the copies in which duplicates are looked for.
  private var hygieneBytes: Double {
    4 * 4 * Double(featureCount) * Double(directionWidth)
  }

  /// Covariances, their eigenvectors, and a sample.
  private func moments(_ workers: Int) -> Double {
    let width = Double(embeddingWidth)
    let sample = 4 * Double(min(featureCount, BankMoments.sampleLimit)) * width
    return 3 * sample + 8 * width * width * (16 + 2 * Double(rotations) + 6 * Double(workers))
  }

  /// The scores of a sample, and while they are compared their exponentials; labels in the coordinates of null banks.
  private func statistics(_ workers: Int) -> Double {
    let sample = Double(min(featureCount, BankMoments.sampleLimit))
    return views + Double(workers) * 4 * 2 * sample * Double(labelCount)
  }

  /// The operands of all banks, and while they are made their rows in `Double`.
  private var views: Double {
    let row = Double(labelCount + 64) * Double(embeddingWidth + 1)
    return 4 * 1.25 * bankCount * row + 24 * row
  }

  /// Products of a tile with the labels of all banks, and what is found of each feature in all of them.
  private func reading(_ workers: Int) -> Double {
    let tile = Double(JointBank.tileRows)
    let width = Double(embeddingWidth + directionWidth)
    let rooms = 4 * tile * (bankCount * Double(labelCount + 64) + 8 * width)
    let scores = 7 * (4 * bankCount / 2 + 300)
    let evidence =
      Double(min(featureCount, BankEvidence.usualSampleLimit))
      * (Double(nullBanks) * 5 * 24 + Double(workers) * 16 * Double(embeddingWidth))
    return views + Double(workers) * rooms + max(Double(featureCount) * scores, evidence)
  }
}

extension VerdictMemory {
  /// Whether the unit images of a variant's features, [n, D], can be kept from its first pass to its second: they are made
  /// again where they cannot.
  ///
  /// - Parameters:
  ///   - workers: The number of threads.
  ///   - limit: The limit in bytes.
  /// - Returns: Whether there is room for them.
  func keepsImages(workers: Int, limit: Int) -> Bool {
    bytes(workers: workers) + 4 * Double(featureCount) * Double(embeddingWidth) <= Double(limit)
  }

  /// The most threads with which a verdict keeps to a limit.
  ///
  /// - Parameters:
  ///   - most: The threads that there are.
  ///   - stated: The limit in bytes, if one is stated.
  ///   - free: The memory that can be had where none is stated.
  /// - Returns: The threads, 1 at least.
  /// - Throws: `RunError` if not even one thread keeps to it.
  func workers(most: Int, stated: Int?, free: @autoclosure () -> Int) throws(RunError) -> Int {
    let limit = stated ?? free()
    func needed(_ workers: Int) -> Int { Int(min(bytes(workers: workers), 0x1p60)) }
    if let workers = (1...most).reversed().first(where: { needed($0) <= limit }) { return workers }
    throw RunError(
      subject: stated == nil ? "memory" : "--max-memory",
      reason: .memoryBelowVerdict(
        found: limit, needed: needed(1), features: featureCount, labels: labelCount,
        isStated: stated != nil))
  }
}
