import Testing

@testable import Engine

@Suite struct MemoryPlanTests {
  private static func sizes(
    labels: Int = 1000, textBytes: Int = 0, width: Int = 768, top: Int = 10, isStored: Bool = true,
    encoding: MemorySizes.Encoding? = nil
  ) -> MemorySizes {
    MemorySizes(
      labelCount: labels, labelTextBytes: textBytes, embeddingWidth: width, isPacked: false,
      isStored: isStored,
      encoding: encoding,
      scan: MemorySizes.Scan(directionWidth: 1024, isMapped: true, topCount: top),
      mappedBytes: 1 << 28)
  }

  private static func plan(
    _ sizes: MemorySizes, workers: Int = 2, _ limit: Int
  ) throws(RunError) -> MemoryPlan {
    try MemoryPlan(sizes, workers: workers, stated: limit, standard: 0, labels: "labels")
  }

  static let tower = MemorySizes.Encoding(
    templateCount: 1, templateTextBytes: 20, width: 768, intermediateWidth: 3072)

  @Test func labelsAreInMemoryThenReadByPartsThenThreadsAreFewer() throws {
    let sizes = Self.sizes(labels: 37_445)
    let whole = try Self.plan(sizes, 1 << 30)
    #expect(!whole.streamsLabels && whole.workers == 2)
    // The bank is 115 MB, its parts 2 · 6.3 MB.
    let parts = try Self.plan(sizes, whole.peakBytes - 1)
    #expect(parts.streamsLabels && parts.workers == 2)
    let one = try Self.plan(sizes, parts.peakBytes - 1)
    #expect(one.streamsLabels && one.workers == 1)
    #expect(whole.peakBytes > parts.peakBytes && parts.peakBytes > one.peakBytes)
    #expect(
      one.description
        == "memory: about \(MemorySize.text(one.scanBytes)) for 1 of 2 threads, 14 MiB for labels "
        + "by parts, limit \(MemorySize.text(one.limit)), mapped 256 MiB")
  }

  /// Of 1000 labels texts of 32 bytes each are counted already; what is longer is kept four times,
  /// and four times again as part of each prompt.
  @Test func longTextsCount() throws {
    let short = Self.sizes(textBytes: 32_000, isStored: false, encoding: Self.tower)
    let long = Self.sizes(textBytes: 1_032_000, isStored: false, encoding: Self.tower)
    #expect(short.labelTableBytes == Self.sizes().labelTableBytes)
    #expect(long.labelTableBytes - short.labelTableBytes == 4_000_000)
    #expect(long.encodingBytes(workers: 1) - short.encodingBytes(workers: 1) == 8_000_000)
    let templates = MemorySizes.Encoding(
      templateCount: 1, templateTextBytes: 120, width: 768, intermediateWidth: 3072)
    let wordy = Self.sizes(textBytes: 32_000, isStored: false, encoding: templates)
    #expect(wordy.encodingBytes(workers: 1) - short.encodingBytes(workers: 1) == 400_000)
  }

  /// What is short without any label is not the fault of the labels.
  @Test func aLimitBelowTheEncoderIsRefusedAsSuch() throws {
    let sizes = MemorySizes(
      labelCount: 5, labelTextBytes: 20, embeddingWidth: 16, isPacked: false, isStored: false,
      encoding: Self.tower,
      scan: nil, mappedBytes: 0)
    let least = Int(sizes.encoderBytes(workers: 1))
    let needed = MemorySize.text(least, rounding: .up)
    #expect(
      message { _ = try Self.plan(sizes, 1024) }
        == "--max-memory: found 0.0 MiB, expected at least \(needed) for the tokenizer and the text "
        + "tower on one thread")
    #expect(
      message { _ = try Self.plan(sizes, least) }?.hasPrefix("labels: memory for 5 labels: found ")
        == true)
    for (stated, kind) in [(1024, FaultKind.usage), (nil, .unavailable)] {
      #expect {
        try MemoryPlan(sizes, workers: 1, stated: stated, standard: 1024, labels: "labels")
      } throws: { ($0 as? RunError)?.kind == kind }
    }
  }

  @Test(arguments: [
    (1, "0.0 MiB"), (300_000, "0.3 MiB"), (38 << 20, "38 MiB"), (1 << 30, "1.0 GiB"),
    (6_227_702_579, "5.8 GiB"), ((1 << 30) - 1, "1.0 GiB"),
  ])
  func amountsAreToldInMebibytesAndGibibytes(bytes: Int, text: String) {
    #expect(MemorySize.text(bytes) == text)
  }

  @Test func whatIsNeededIsRoundedUp() {
    #expect(MemorySize.text((38 << 20) + 1, rounding: .up) == "39 MiB")
    #expect(MemorySize.text((38 << 20) - 1, rounding: .down) == "37 MiB")
  }
}

@Suite struct MemoryLimitTests {
  @Test func theLesserOfMachineAndGroupHolds() {
    #expect(MemoryLimit(available: 800, group: nil).standard == 200)
    #expect(MemoryLimit(available: 800, group: 400).standard == 100)
    #expect(MemoryLimit(available: 800, group: 4000).free == 800)
  }

  @Test func thisProcessHasMemory() {
    #expect(MemoryLimit.current.free > 0)
  }
}
