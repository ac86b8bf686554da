import Testing

@testable import Engine

@Suite struct ProcessorLimitTests {
  /// Affinity, quota, and the processors to use.
  @Test(arguments: [
    (4, nil, 4, false), (4, 8.0, 4, false), (4, 4.0, 4, false), (4, 2.0, 2, true),
    (4, 1.5, 2, true), (4, 0.01, 1, true), (4, 3.5, 4, false), (1, 0.5, 1, false),
    (2, 1e300, 2, false), (0, nil, 1, false),
  ])
  func theLesserOfAffinityAndQuotaHolds(
    affinity: Int, processors: Double?, count: Int, isQuota: Bool
  ) {
    let limit = ProcessorLimit(
      affinity: affinity,
      quota: processors.map { ProcessorLimit.Quota(processors: $0, directory: "/g") })
    #expect(limit.count == count)
    #expect(limit.isQuota == isQuota)
  }

  @Test func thisProcessMayUseAtLeastOneProcessor() {
    let limit = ProcessorLimit.current
    #expect(limit.affinity >= 1)
    #expect((1...limit.affinity).contains(limit.count))
    #expect(Machine.usableProcessors == limit.count)
  }
}
