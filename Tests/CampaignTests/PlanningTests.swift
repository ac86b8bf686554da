import Engine
import Foundation
import Testing

@testable import Campaign

/// Writing a table of work where one stands already.
@Suite struct PlanningTests {
  private let place: Place

  init() throws { place = try Place() }

  /// Marks the shard of a run as done.
  private func finish(_ run: String, shard: String = "00000") throws {
    try place.write("out/work/\(run)/shards/\(shard).json", "{}")
  }

  @Test func aTableIsWrittenOnce() throws {
    let plan = try place.plan()
    #expect(try place.folder.write(plan, replacesWork: false) == .written)
    #expect(try place.text("out/campaign.json") == plan.text)
    for name in ["banks", "work", "locks", "failed", "log", "runs"] {
      #expect(MappedFile.isDirectory(place.path + "/out/" + name))
    }
    #expect(try place.folder.write(plan, replacesWork: false) == .unchanged)
    #expect(try place.folder.plan() == plan)
  }

  @Test func aTableOfNothingDoneIsReplaced() throws {
    _ = try place.folder.write(place.plan(), replacesWork: false)
    let other = try place.plan(tail: "top = 3\n")
    #expect(try place.folder.write(other, replacesWork: false) == .written)
    #expect(try place.folder.plan() == other)
  }

  @Test func theFileMayMoveAndSayMore() throws {
    _ = try place.folder.write(place.plan(), replacesWork: false)
    try finish("one-dec.full-labels")
    try place.write("moved.toml", "# a remark\n" + (try place.text("campaign.toml")))
    let plan = try CampaignPlan(CampaignFile(contentsOf: place.path + "/moved.toml"))
    #expect(try place.folder.write(plan, replacesWork: false) == .unchanged)
    #expect(place.has("out/work/one-dec.full-labels/shards/00000.json"))
  }

  @Test(arguments: [
    (
      "top = 3\n",
      "run one-dec.full-labels: options.top: found 3, expected 10; run two-dec.full-labels: options.top: found 3, expected 10"
    ),
    (
      "variants = [\"dec.lin\"]\n",
      "run one-dec.full-labels is no more; run two-dec.full-labels is no more; run one-dec.lin-labels is new; and 1 more"
    ),
  ])
  func anotherTableOverWorkIsRefused(tail: String, differences: String) throws {
    let plan = try place.plan()
    _ = try place.folder.write(plan, replacesWork: false)
    try finish("one-dec.full-labels")
    let text = try place.text("campaign.toml")
      .replacing(
        "variants = [\"dec.full\"]\n",
        with: tail.hasPrefix("variants") ? "" : "variants = [\"dec.full\"]\n")
    let other = try CampaignPlan(CampaignFile(contentsOf: place.write("other.toml", text + tail)))
    let error = #expect(throws: CampaignError.self) {
      try place.folder.write(other, replacesWork: false)
    }
    #expect(
      "\(try #require(error))"
        == "\(place.path)/out/campaign.json: another plan, of which 1 items are done: \(differences); "
        + "--force replaces it and keeps what is done of runs that are the same")
    #expect(error?.kind == .cannotCreate)
    #expect(try place.folder.plan() == plan)
  }

  @Test func forceKeepsWhatIsTheSame() throws {
    _ = try place.folder.write(place.plan(), replacesWork: false)
    try finish("one-dec.full-labels")
    try finish("two-dec.full-labels")
    try place.write("out/failed/000001.json", "{}")
    try place.write("out/runs/two-dec.full-labels/run.json", "{}")
    try place.write("out/summary.json", "{}")
    try FileManager.default.removeItem(atPath: place.path + "/saes/two")
    let other = try place.plan()
    #expect(try place.folder.write(other, replacesWork: true) == .replaced(lost: 1))
    #expect(place.has("out/work/one-dec.full-labels/shards/00000.json"))
    for name in [
      "work/two-dec.full-labels", "runs/two-dec.full-labels", "failed/000001.json", "summary.json",
    ] {
      #expect(!place.has("out/" + name), "\(name)")
    }
    #expect(try place.folder.plan() == other)
  }

  @Test func aFileThatChangedIsAnotherTable() throws {
    _ = try place.folder.write(place.plan(), replacesWork: false)
    try finish("one-dec.full-labels")
    try place.write("labels.txt", "cat\ndog\n")
    let other = try CampaignPlan(CampaignFile(contentsOf: place.path + "/campaign.toml"))
    let message = place.message { _ = try place.folder.write(other, replacesWork: false) }
    #expect(message.contains("run one-dec.full-labels: model_files.4.bytes: found 8, expected 33"))
  }

  @Test func aTableThatCannotBeReadIsReplacedByForceAlone() throws {
    let plan = try place.plan()
    try place.write("out/campaign.json", "{}")
    #expect(throws: CampaignError.self) { try place.folder.write(plan, replacesWork: false) }
    #expect(try place.folder.write(plan, replacesWork: true) == .written)
  }

  @Test func aDirectoryWithoutParentIsRefused() throws {
    let plan = try place.plan()
    let error = #expect(throws: OutputError.self) {
      try CampaignFolder(place.path + "/no/out").write(plan, replacesWork: false)
    }
    #expect(error?.kind == .cannotCreate)
  }

  @Test func aFolderWithoutTableSaysSo() throws {
    let error = #expect(throws: CampaignError.self) { try place.folder.plan() }
    #expect(
      "\(try #require(error))"
        == "\(place.path)/out: no table of work; lensctl campaign plan writes one")
    #expect(error?.kind == .missingInput)
  }
}
