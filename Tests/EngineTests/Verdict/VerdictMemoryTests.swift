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
      Self.grown { $0.nullBanks = 10_000 },
    ] {
      #expect(sizes.bytes(workers: 2) > whole)
    }
    #expect(Self.sizes.bytes(workers: 3) > whole)
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
    #expect(Self.sizes.keepsImages(workers: 2, limit: bytes + (12 << 20)))
    #expect(!Self.sizes.keepsImages(workers: 2, limit: bytes + (12 << 20) - 2))
  }
}
