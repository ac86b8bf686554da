import Engine
import Foundation
import Testing

/// Campaigns as commands.
@Suite struct CampaignTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
    try write()
  }

  /// Writes a campaign over autoencoders of the fixtures.
  private func write(_ more: String = "") throws {
    try place.write(
      "campaign.toml",
      """
      out = "camp"
      [[reading]]
      model = "\(Commands.fixtures)/clip/quick-gelu"
      saes = ["\(Commands.fixtures)/sae/standard-*"]
      labels = ["labels.txt"]
      variants = ["dec.full", "enc.lin"]
      \(more)
      """)
  }

  private func finishShard() throws {
    let folder = place.path + "/camp/work/standard-new-dec.full-labels/shards"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(filePath: folder + "/00000.json"))
  }

  @Test func aTableIsPlannedOnce() throws {
    let path = place.path + "/camp"
    let tail = "items 7, runs 6, label banks 1; next: lensctl campaign run \(path)"
    let first = try place.run("campaign", "plan", "campaign.toml")
    #expect(first.message == "\(path): planned: \(tail)")
    #expect(first.status == 0 && first.output.isEmpty)
    let table = try place.contents("camp/campaign.json")
    let second = try place.run("campaign", "plan", "campaign.toml")
    #expect(second.message == "\(path): as it was planned: \(tail)")
    #expect(try place.contents("camp/campaign.json") == table)
  }

  @Test func aTableDoesNotDependOnWhereItIsAskedFor() throws {
    _ = try place.run("campaign", "plan", "campaign.toml")
    let table = try place.contents("camp/campaign.json")
    try FileManager.default.removeItem(atPath: place.path + "/camp")
    let away = try place.shell(
      "cd / && LC_ALL=C.UTF-8 \"$LENSCTL\" campaign plan '\(place.path)/campaign.toml'")
    #expect(away.status == 0)
    #expect(try place.contents("camp/campaign.json") == table)
  }

  @Test func anotherTableOverWorkNeedsForce() throws {
    _ = try place.run("campaign", "plan", "campaign.toml")
    try finishShard()
    try write("top = 3")
    let refused = try place.run("campaign", "plan", "campaign.toml")
    #expect(refused.status == 73)
    #expect(
      refused.message.hasPrefix(
        "lensctl: \(place.path)/camp/campaign.json: another plan, of which 1 items are done: run "
          + "standard-new-dec.full-labels: options.top: found 3, expected 10; "))
    let forced = try place.run("campaign", "plan", "campaign.toml", "--force")
    #expect(forced.status == 0)
    #expect(forced.message.contains(": planned anew, 1 done items removed: "))
    #expect(!place.has("camp/work/standard-new-dec.full-labels"))
  }

  @Test(arguments: [
    (
      "topp = 1", 78,
      "campaign.toml: reading[0].topp: found a key that is not known here, did you mean top?"
    ),
    ("top = []", 78, "campaign.toml: reading[0].top: found a list, expected an integer"),
    (
      "top = ", 78,
      "campaign.toml: line 7, column 7: not TOML: parsing key-value pair: expected value, saw '\\n'"
    ),
    ("features = \"48\"", 64, "48: feature: found 48, expected less than 48"),
  ])
  func faultsHaveAStatus(line: String, status: Int32, message: String) throws {
    try write(line)
    let run = try place.run("campaign", "plan", "campaign.toml")
    #expect(run.message == "lensctl: " + message)
    #expect(run.status == status)
    #expect(!place.has("camp"))
  }

  @Test func globsThatMatchNothingAreMissingInput() throws {
    try write(
      "[[reading]]\nmodel = \"\(Commands.fixtures)/clip/quick-gelu\"\nsaes = [\"x/*\"]\nlabels = [\"labels.txt\"]\nvariants = [\"dec.full\"]"
    )
    let run = try place.run("campaign", "plan", "campaign.toml")
    #expect(
      run.message
        == "lensctl: campaign.toml: reading[1].saes[0]: found nothing that matches \"x/*\"")
    #expect(run.status == 66)
    #expect(try place.run("campaign", "plan", "none.toml").status == 66)
    #expect(try place.run("campaign", "status", "none").status == 66)
  }

  @Test func statusListsWhatIsOpen() throws {
    _ = try place.run("campaign", "plan", "campaign.toml")
    try finishShard()
    try place.write("camp/failed/000003.json", "{\"message\": \"x: y\", \"status\": 65}")
    let status = try place.run("campaign", "status", "camp", "--plain")
    #expect(status.status == 0)
    #expect(
      status.lines == [
        "items\tall\tdone\trunning\tfailed\tmissing", "labels\t1\t0\t0\t0\t1",
        "work\t6\t1\t0\t1\t4", "failed\t3", "missing\t0,2,4-6", "item 3\tx: y",
      ])
    let json = try JSONValue(
      parsing: Data(try place.run("campaign", "status", "camp", "--json").output.utf8))
    #expect(json["open"] == "0,2-6" && json["done"] == 1 && json["items"] == 7)
  }
}
