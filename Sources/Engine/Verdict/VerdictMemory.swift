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
  /// How many of the form in use and of the same direction read linearly are judged, and are not the same: 1 or 2.
  var formsInUse = 2
  /// The bytes of the files of the truth, 0 without.
  var truthBytes = 0
  /// Whether there is a truth.
  var hasTruth = false
  /// Its pictures, N, 0 of a table of classes; whether they have embeddings; and all labels, K.
  var pictureCount = 0
  var hasPictureEmbeddings = false
  var allLabelCount = 0
  /// The bytes of the activations of inputs that were encoded.
  var encodedBytes = 0
  /// Whether controls are made, which may have more directions than features.
  var hasControls = false
  /// The labels that take part of every other vocabulary.
  var vocabularyCounts: [Int] = []
  /// The number of templates that name features by themselves.
  var templateCount = 0
  /// The features that are written as sums of labels.
  var sparseCount = 0
  /// The sets of labels that are looked for.
  var setCount = 0
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

  /// The products of features and labels that are held at a time while causes are told apart, in elements.
  static let productLimit = 1 << 25

  /// The part of what threads have freed that their arenas of the allocator keep beside what is in use, rounded up from what
  /// was measured; where there is one thread, arrays are taken from what was freed before.
  private static let retainedShare = 0.5

  /// What a verdict takes at its peak, in bytes, with so many threads.
  func bytes(workers: Int) -> Double {
    let used = usedBytes(workers)
    guard workers > 1 else { return used }
    let oneThread = (used - usedBytes(1)) / Double(workers - 1)
    return used + Self.retainedShare * Double(workers) * oneThread
  }

  /// What is in use at the peak.
  private func usedBytes(_ workers: Int) -> Double {
    let parts =
      [
        hygieneBytes, judging(workers), causes(workers), activations(workers), ceiling(workers),
        sums(workers), sets(workers), controls(workers),
      ] + vocabularyCounts.map { vocabulary($0, workers) }
    return Self.base + Double(heldBytes) + 4 * Double(truthBytes) + 2 * Double(encodedBytes)
      + labelBytes + reportBytes + keptBytes + (parts.max() ?? 0)
      + Double(workers) * Self.threadBase
  }

  /// The sampled features, m.
  var sampleCount: Int { min(featureCount, BankMoments.sampleLimit) }

  /// A variant beside labels.
  func judging(_ workers: Int) -> Double {
    moments(workers) + max(statistics(workers), reading(workers))
  }

  /// What is kept from first to last besides: the samples of the form in use and of the same direction read linearly, the
  /// labels of other vocabularies and by other templates, and what is found by each.
  private var keptBytes: Double {
    let (n, width) = (Double(featureCount), Double(embeddingWidth))
    let samples = hasTruth ? 4 * Double(formsInUse * sampleCount) * width : 0
    let others = vocabularyCounts.reduce(0.0) { $0 + 4 * Double($1) * (width + 16) }
    return samples + others + Double(vocabularyCounts.count) * n * Self.reportBytes
      + Double(templateCount) * (4 * Double(labelCount) * (width + 16) + 8 * n)
  }

  /// The labels as they are, centred, whitened and in the coordinates of samples, [C, D] each; they are in memory for all
  /// variants.
  var labelBytes: Double { 4 * 6 * Double(labelCount) * Double(embeddingWidth) }

  /// What is kept of each variant and feature: names and scores of 14 scores, p-values of 7.
  private var reportBytes: Double {
    Double(featureCount) * Double(formCount) * Self.reportBytes
  }

  private static let reportBytes = 14.0 * 24 + 7 * 16

  /// The rows of encoder and decoder, and the copies in which duplicates are looked for.
  private var hygieneBytes: Double {
    4 * 4 * Double(featureCount) * Double(directionWidth)
  }

  /// Covariances, their eigenvectors, and a sample.
  func moments(_ workers: Int) -> Double {
    let width = Double(embeddingWidth)
    let sample = 4 * Double(sampleCount) * width
    return 3 * sample + 8 * width * width * (16 + 2 * Double(rotations) + 6 * Double(workers))
  }

  /// The scores of a sample, and while they are compared their exponentials; labels in the coordinates of null banks.
  private func statistics(_ workers: Int) -> Double {
    let sample = Double(sampleCount)
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
  /// The unit images of a variant's features, [n, D].
  var imageBytes: Double { 4 * Double(featureCount) * Double(embeddingWidth) }

  /// Whether the unit images can be kept from a variant's first pass to its second: they are made again where they cannot.
  ///
  /// - Parameters:
  ///   - workers: The number of threads.
  ///   - limit: The limit in bytes.
  /// - Returns: Whether there is room for them.
  func keepsImages(workers: Int, limit: Int) -> Bool {
    bytes(workers: workers) + imageBytes <= Double(limit)
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
