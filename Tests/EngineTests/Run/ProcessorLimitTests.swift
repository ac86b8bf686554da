import Testing

@testable import Engine

@Suite struct ProcessorLimitTests {
  /// Affinity, quota, processors of a task, the processors to use, and what says so.
  @Test(
    arguments: [
      (4, nil, nil, 4, .affinity), (4, 8.0, nil, 4, .affinity), (4, 4.0, nil, 4, .affinity),
      (4, 2.0, nil, 2, .cgroup), (4, 1.5, nil, 2, .cgroup), (4, 0.01, nil, 1, .cgroup),
      (4, 3.5, nil, 4, .affinity), (1, 0.5, nil, 1, .affinity), (2, 1e300, nil, 2, .affinity),
      (0, nil, nil, 1, .affinity), (4, nil, 2, 2, .slurm), (4, nil, 4, 4, .affinity),
      (4, nil, 128, 4, .affinity), (8, 3.0, 2, 2, .slurm), (8, 2.0, 2, 2, .cgroup),
      (8, 2.0, 3, 2, .cgroup),
    ] as [(Int, Double?, Int?, Int, ProcessorLimit.Source)])
  func row96TheLeastLimitHolds(
    affinity: Int, processors: Double?, task: Int?, count: Int, source: ProcessorLimit.Source
  ) {
    let limit = ProcessorLimit(
      affinity: affinity,
      quota: processors.map { ProcessorLimit.Quota(processors: $0, directory: "/g") }, task: task)
    #expect(limit.count == count)
    #expect(limit.source == source)
  }

  @Test(
    arguments: [
      ("4", 4), ("1", 1), ("0", nil), ("-2", nil), ("", nil), ("4(x2)", nil), ("2.5", nil),
      (" 4", nil), ("99999999999999999999", nil), (nil, nil),
    ] as [(String?, Int?)])
  func whatIsNoNumberOfProcessorsHasNoEffect(text: String?, count: Int?) {
    let environment = text.map { ["SLURM_CPUS_PER_TASK": $0] } ?? [:]
    #expect(ProcessorLimit.task(environment) == count)
  }

  @Test func thisProcessMayUseAtLeastOneProcessor() {
    let limit = ProcessorLimit.current
    #expect(limit.affinity >= 1)
    #expect((1...limit.affinity).contains(limit.count))
    #expect(Machine.usableProcessors == limit.count)
  }
}
