import Testing

@testable import Campaign

/// Parts of a table of work.
@Suite struct TablePartTests {
  @Test(arguments: [("0/1", 0, 1), ("3/8", 3, 8), ("007/100", 7, 100)])
  func partsAreParsed(text: String, index: Int, count: Int) throws {
    let part = try #require(TablePart(parsing: text))
    #expect(part.index == index && part.count == count)
  }

  @Test(arguments: ["", "1", "8/8", "1/0", "-1/8", "1/-8", "+1/8", "1/8/9", "a/b", "1 /8", "٣/8"])
  func othersAreNot(text: String) { #expect(TablePart(parsing: text) == nil) }

  @Test func everyItemBelongsToOnePart() throws {
    let place = try Place()
    let plan = try place.plan(head: "shard_features = 7", tail: "[reading.verdict]\n")
    for count in [1, 2, 5, 40] {
      let parts = (0..<count).flatMap { plan.items(of: TablePart(index: $0, count: count)) }
      #expect(parts.sorted() == Array(plan.items.indices))
    }
    #expect(plan.items(of: TablePart(index: 1, count: 5)) == [1, 6, 11, 16])
    #expect(plan.items(of: nil, stage: .labels) == [0])
    #expect(plan.items(of: TablePart(index: 0, count: 5), stage: .work) == [5, 10, 15])
  }

  @Test func theEnvironmentGivesAPart() throws {
    func part(_ environment: [String: String]) -> (variable: String, part: TablePart?)? {
      TablePart.part(by: environment, itemCount: 10)
    }
    #expect(part([:]) == nil)
    #expect(part(["SLURM_ARRAY_TASK_ID": ""]) == nil)
    #expect(
      try #require(part(["SLURM_ARRAY_TASK_ID": "3", "SLURM_PROCID": "0"])).part
        == TablePart(index: 3, count: 10))
    #expect(
      try #require(part(["SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"])).part
        == TablePart(index: 1, count: 4))
    // A batch script is process 0, whether or not it has others.
    #expect(
      try #require(part(["SLURM_PROCID": "0", "SLURM_NTASKS": "4"])).part
        == TablePart(index: 0, count: 1))
    #expect(
      try #require(part(["JOB_COMPLETION_INDEX": "9"])).part == TablePart(index: 9, count: 10))
    let outside = try #require(part(["SLURM_ARRAY_TASK_ID": "10"]))
    #expect(outside.variable == "SLURM_ARRAY_TASK_ID" && outside.part == nil)
  }
}
