import Engine
import Testing

@testable import Campaign

/// How far a campaign has come, by its files.
@Suite struct CampaignStatusTests {
  private let place: Place
  private let plan: CampaignPlan

  init() throws {
    place = try Place()
    plan = try place.plan(head: "shard_features = 16", tail: "[reading.verdict]\n")
    _ = try place.folder.write(plan, replacesWork: false)
  }

  private func status(running: Set<Int> = []) -> CampaignStatus {
    CampaignStatus(plan, in: place.folder, running: running)
  }

  @Test func nothingIsDoneAtFirst() {
    let status = status()
    #expect(status.states == Array(repeating: .missing, count: 9))
    #expect(status.open == Array(0..<9))
  }

  @Test func recordsSayWhatIsDone() throws {
    let bank = plan.banks[0].id
    try place.write("out/banks/\(bank).json", "{\"file\": \"k.safetensors\"}")
    #expect(status().states[0] == .missing, "without the bank itself")
    try place.write("out/banks/k.safetensors", "")
    try place.write("out/work/one-dec.full-labels/shards/00001.json", "{}")
    try place.write("out/work/two-dec.full-labels/verdict-record.json", "{}")
    try place.write("out/failed/000003.json", "{\"message\": \"x: y\", \"status\": 65}")
    try place.write("out/failed/000002.json", "{\"message\": \"old\", \"status\": 65}")
    try place.write("out/failed/000004.json", "?")
    let status = status(running: [0, 5, 2])
    #expect(
      status.states == [
        .done, .missing, .done, .failed, .failed, .running, .missing, .missing, .done,
      ])
    #expect(status.ids(.missing) == [1, 6, 7])
    #expect(IndexList.text(status.open) == "1,3,4,6,7")
    #expect(
      status.failures == [
        .init(id: 3, message: "x: y", status: 65),
        .init(id: 4, message: "no message can be read", status: nil),
      ])
    #expect(status.count(.done, in: .labels) == 1 && status.count(.done, in: .work) == 2)
    let json = JSONValue.object(status.json)
    #expect(json["items"] == 9 && json["done"] == 3 && json["running"] == 1)
    #expect(json["failed"] == 2 && json["missing"] == 3 && json["open"] == "1,3,4,6,7")
    #expect(json["stages"]?["work"]?["failed"] == 2)
    #expect(json["failures"]?.array?.first == ["item": 3, "status": 65, "message": "x: y"])
    #expect(json["failures"]?.array?.last?["status"] == .null)
  }

  @Test func aBankElsewhereIsNotDone() throws {
    try place.write("out/banks/\(plan.banks[0].id).json", "{\"file\": \"../campaign.json\"}")
    #expect(status().states[0] == .missing)
  }

  @Test(arguments: [
    ([], ""), ([3], "3"), ([3, 7, 8, 9], "3,7-9"), ([0, 1], "0,1"), ([0, 1, 2, 5, 6], "0-2,5,6"),
  ])
  func idsAreListedAsArraysTakeThem(ids: [Int], text: String) {
    #expect(IndexList.text(ids) == text)
  }
}
