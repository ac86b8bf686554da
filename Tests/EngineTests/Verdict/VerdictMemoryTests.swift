import Testing

@testable import Engine

@Suite struct VerdictMemoryTests {
  private static let sizes = VerdictMemory(
    labelCount: 1000, embeddingWidth: 768, featureCount: 4096, directionWidth: 1024, rotations: 4,
    nullBanks: 200, formCount: 8)

  private static func grown(_ change: (inout VerdictMemory) -> Void) -> VerdictMemory {
    var sizes = sizes
    change(&sizes)
    return sizes
  }

  /// More of anything takes more.
  @Test func everySizeCounts() {
    let whole = Self.sizes.bytes(workers: 2)
    for sizes in [
      Self.grown { $0.labelCount = 2000 }, Self.grown { $0.embeddingWidth = 1024 },
      Self.grown { $0.featureCount = 65_536 }, Self.grown { $0.rotations = 8 },
      Self.grown { $0.formCount = 9 }, Self.grown { $0.truthBytes = 1 },
      Self.grown { $0.heldBytes = 1 }, Self.grown { $0.directionWidth = 8192 },
      Self.grown { $0.nullBanks = 10_000 }, Self.grown { $0.encodedBytes = 1 },
      Self.grown { $0.hasTruth = true }, Self.grown { $0.templateCount = 1 },
      Self.grown { $0.vocabularyCounts = [2] },
    ] {
      #expect(sizes.bytes(workers: 2) > whole)
    }
    #expect(Self.sizes.bytes(workers: 3) > whole)
  }

  /// Parts that are made in turn count where they are the greatest.
  @Test func theGreatestPartCounts() {
    func bytes(_ change: (inout VerdictMemory) -> Void) -> Double {
      Self.grown(change).bytes(workers: 2)
    }
    // A large vocabulary beside a small one takes as much as the large one alone, but for the rows of both.
    let (own, other) = (bytes { $0.labelCount = 20_000 }, bytes { $0.vocabularyCounts = [20_000] })
    let (small, large, found) = (24.0 * 1000 * 768, 4.0 * 20_000 * 784, 4096.0 * 448)
    let rows: Double = small + large + found
    #expect(other > own && other <= own + rows + 1)
    // Few features of many labels: the products of two sets of corrections, 2^25 elements each at most.
    func many(_ hasTruth: Bool) -> Double {
      bytes {
        ($0.rotations, $0.labelCount, $0.embeddingWidth, $0.formsInUse) = (1, 8192, 32, 1)
        ($0.featureCount, $0.nullBanks, $0.hasTruth) = (4096, 20, hasTruth)
      }
    }
    let grown = many(true) - many(false) - 4 * 4096 * 32
    #expect(grown >= 0 && grown < 2 * 4 * Double(1 << 25) + 16e6)
    #expect(Self.grown { $0.hasTruth = true }.causes(2) > 2 * 4 * 4096 * 1000)
    #expect(Self.sizes.causes(2) == 0 && Self.sizes.activations(2) == 0)
    #expect(Self.sizes.ceiling(2) == 0 && Self.sizes.sums(2) == 0 && Self.sizes.sets(2) == 0)
    let pictures = Self.grown { ($0.pictureCount, $0.allLabelCount) = (5000, 2000) }
    #expect(pictures.activations(1) > 880 * 4096 && pictures.ceiling(1) == 0)
    let embedded = Self.grown {
      ($0.pictureCount, $0.allLabelCount, $0.hasPictureEmbeddings) = (5000, 2000, true)
    }
    // Sums for six banks of prototypes in `Double`, with their squares.
    #expect(embedded.ceiling(2) - embedded.ceiling(1) > 16 * 6 * 2000 * 768)
    #expect(Self.grown { $0.sparseCount = 4096 }.sums(1) > 8 * 4096 * 768)
    #expect(Self.grown { $0.setCount = 100 }.sets(1) > 20 * 100 * 4096)
    #expect(Self.grown { $0.hasControls = true }.controls(1) < Self.sizes.bytes(workers: 1))
  }

  @Test func threadsAreGivenUpBeforeTheVerdictIs() throws {
    let bytes = (1...4).map { Int(Self.sizes.bytes(workers: $0)) }
    for workers in 1...4 {
      #expect(
        try Self.sizes.workers(most: 4, stated: bytes[workers - 1], free: 0) == workers)
    }
    #expect(try Self.sizes.workers(most: 4, stated: nil, free: .max) == 4)
    #expect(try Self.sizes.workers(most: 2, stated: nil, free: bytes[0] + 1) == 1)
  }

  @Test func whatOneThreadCannotKeepToIsRefused() {
    var sizes = Self.sizes
    (sizes.featureCount, sizes.labelCount) = (17, 5)
    let needed = Int(sizes.bytes(workers: 1))
    let text = MemorySize.text(needed, rounding: .up)
    let stated = message { _ = try sizes.workers(most: 2, stated: 20 << 20, free: .max) }
    #expect(
      stated
        == "--max-memory: found 20 MiB, expected at least \(text) for the verdict of 17 features and "
        + "5 labels on one thread")
    let free = message { _ = try sizes.workers(most: 2, stated: nil, free: 20 << 20) }
    #expect(
      free
        == "memory: found 20 MiB free, expected at least \(text) for the verdict of 17 features and "
        + "5 labels on one thread")
    #expect(
      RunError(
        subject: "",
        reason: .memoryBelowVerdict(
          found: 1, needed: 2, features: 3, labels: 4, isStated: true)
      ).kind == .usage)
    #expect(
      RunError(
        subject: "",
        reason: .memoryBelowVerdict(
          found: 1, needed: 2, features: 3, labels: 4, isStated: false)
      ).kind == .unavailable)
  }

  /// Images of 4,096 features by 768 are 12 MiB: kept where they fit beside all else, to the byte.
  @Test func imagesAreKeptWhereTheyFit() {
    let bytes = Int(Self.sizes.bytes(workers: 2).rounded(.up))
    let limit: Int = bytes + 12 * 1_048_576
    #expect(Self.sizes.keepsImages(workers: 2, limit: limit))
    #expect(!Self.sizes.keepsImages(workers: 2, limit: limit - 2))
  }
}
