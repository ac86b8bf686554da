import Engine
import Foundation
import Testing

/// Campaigns of which something was damaged, exchanged or is held.
@Suite struct CampaignDamageTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  /// Plans a campaign of one autoencoder by two variants.
  private func plan(
    _ out: String, top: Int = 3, verdict: Bool = false, _ arguments: String...
  ) throws -> CommandRun {
    try place.write(
      "\(out).toml",
      """
      out = "\(out)"
      shard_features = 24
      [[reading]]
      model = "\(Commands.fixtures)/clip/quick-gelu"
      saes = ["\(Commands.fixtures)/sae/standard-new"]
      labels = ["labels.txt"]
      variants = ["dec.lin", "dec.full"]
      top = \(top)
      \(verdict ? "[reading.verdict]\nnull_banks = 0" : "")
      """)
    return try place.run(["campaign", "plan", "\(out).toml"] + arguments)
  }

  private func names(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path + "/" + directory).sorted()
  }

  /// Changes a bit of a file, and gives what it was.
  private func damage(_ file: String) throws -> Data {
    let whole = try place.contents(file)
    var bytes = whole
    bytes[bytes.count - 5] ^= 8
    try place.write(file, bytes)
    return whole
  }

  private func bank(_ out: String) throws -> String {
    let names = try names("\(out)/banks").filter { $0.hasSuffix(".safetensors") }
    #expect(names.count == 1)
    return "\(out)/banks/" + (names.first ?? "")
  }

  @Test func row89ADamagedBankIsEncodedAgain() throws {
    #expect(try plan("c").status == 0)
    #expect(try place.run("campaign", "run", "c", "--stage", "labels").status == 0)
    let bank = try bank("c")
    let whole = try damage(bank)
    let run = try place.run("campaign", "run", "c", "--stage", "work")
    #expect(run.status == 0)
    #expect(run.messages.contains("a damaged label bank; encoded again"), "\(run.messages)")
    #expect(try place.contents(bank) == whole)
    _ = try damage(bank)
    let merge = try place.run("campaign", "merge", "c")
    #expect(merge.status == 65)
    #expect(
      merge.messages
        == "lensctl: \(place.path)/\(bank): damaged: another SHA-256 than its record says; lensctl "
        + "campaign run mends it\n")
    // What is known to be damaged is to be done, for whoever looks for work.
    let status = try place.run("campaign", "status", "c", "--json")
    #expect(status.output.contains(#""open": "0""#), "\(status.output)")
    #expect(try place.run("campaign", "run", "c").status == 0)
    #expect(try place.contents(bank) == whole)
    #expect(try place.run("campaign", "merge", "c").status == 0)
  }

  @Test func row89ADamagedShardIsMissingOnceItIsFound() throws {
    #expect(try plan("c").status == 0)
    #expect(try place.run("campaign", "run", "c").status == 0)
    let run = try #require(try names("c/work").first)
    let whole = try damage("c/work/\(run)/shards/00001.safetensors")
    #expect(try place.run("campaign", "merge", "c").status == 65)
    #expect(!place.has("c/work/\(run)/shards/00001.json"))
    #expect(place.has("c/work/\(run)/shards/00000.json"))
    let status = try place.run("campaign", "status", "c", "--json")
    #expect(status.output.contains(#""missing": 1"#), "\(status.output)")
    #expect(try place.run("campaign", "run", "c").status == 0)
    #expect(try place.contents("c/work/\(run)/shards/00001.safetensors") == whole)
    // What killed processes left goes when all is done.
    let left = ["c/banks/a.safetensors.tmp.4194305.1f", "c/work/\(run)/verdict.json.tmp.4194305.0"]
    for name in left { try place.write(name, Data([1])) }
    #expect(try place.run("campaign", "merge", "c").status == 0)
    #expect(!left.contains { place.has($0) })
  }

  @Test func row90TheWorkOfAnotherCampaignIsRefused() throws {
    for (out, top) in [("c", 3), ("d", 2)] {
      #expect(try plan(out, top: top).status == 0)
      #expect(try place.run("campaign", "run", out).status == 0)
    }
    let run = try #require(try names("c/work").first)
    try FileManager.default.removeItem(atPath: "\(place.path)/c/work/\(run)")
    try FileManager.default.copyItem(
      atPath: "\(place.path)/d/work/\(run)", toPath: "\(place.path)/c/work/\(run)")
    for command in ["run", "merge"] {
      try? FileManager.default.removeItem(
        atPath: "\(place.path)/c/work/\(run)/shards/00001.json")
      if command == "merge" {
        let record = "work/\(run)/shards/00001.json"
        try place.write("c/" + record, try place.contents("d/" + record))
      }
      let found = try place.run("campaign", command, "c")
      #expect(found.status == 65, "\(command)")
      #expect(
        found.messages.contains(
          "\(place.path)/c/work/\(run): shards of another command: "), "\(found.messages)")
      #expect(!found.messages.contains("--force"))
    }
  }

  @Test func aTableIsNotReplacedWhileItemsAreHeld() throws {
    #expect(try plan("c").status == 0)
    #expect(try place.run("campaign", "run", "c", "--item", "1/5").status == 0)
    let lock = try DirectoryLock(path: "\(place.path)/c/locks/000002.lock")
    let table = try place.contents("c/campaign.json")
    let refused = try plan("c", top: 2, verdict: false, "--force")
    #expect(refused.status == 75)
    #expect(
      refused.message == "lensctl: \(place.path)/c: items that other processes hold: 2",
      "\(refused.messages)")
    #expect(try place.contents("c/campaign.json") == table)
    lock.release()
    #expect(try plan("c", top: 2, verdict: false, "--force").status == 0)
  }

  @Test func labelsThatChangedAreEncodedAgain() throws {
    #expect(try plan("c").status == 0)
    #expect(try place.run("campaign", "run", "c").status == 0)
    try place.writeLabels(["cat", "dog", "a bird"])
    #expect(try plan("c", "--force").status == 0)
    let status = try place.run("campaign", "status", "c", "--json")
    #expect(status.output.contains(#""done": 0"#), "\(status.output)")
    let run = try place.run("campaign", "run", "c", "--stage", "labels")
    #expect(run.messages.contains("items done: 1, of them 0 before"), "\(run.messages)")
  }

  @Test func aPlaceThatCannotBeMadeIsAFaultOfOneItem() throws {
    #expect(try plan("c", verdict: true).status == 0)
    #expect(try place.run("campaign", "run", "c", "--stage", "labels").status == 0)
    let items = try #require(
      try JSONValue(contentsOf: "\(place.path)/c/campaign.json")["items"]?.array)
    try place.write("c/work/standard-new-dec.lin-labels", Data())
    let run = try place.run("campaign", "run", "c", "--item", "\(items.count - 2)/\(items.count)")
    #expect(run.status == 73, "\(run.messages)")
    #expect(
      run.messages.contains("\(place.path)/c/work/standard-new-dec.lin-labels: "),
      "\(run.messages)")
    #expect(!run.messages.contains("NSCocoaErrorDomain"))
    #expect(try names("c/failed").count == 1)
  }

  @Test func row89AVerdictWithoutRecordIsMissingOnceItIsFound() throws {
    #expect(try plan("c", verdict: true).status == 0)
    for item in 0..<5 {
      #expect(try place.run("campaign", "run", "c", "--item", "\(item)/7").status == 0)
    }
    let records = try names("c/work").map { "c/work/\($0)/verdict-record.json" }
    for record in records { try place.write(record, Data("{}".utf8)) }
    let merge = try place.run("campaign", "merge", "c")
    #expect(merge.status == 65)
    #expect(
      merge.messages.contains("verdict-record.json: damaged: no record can be read"),
      "\(merge.messages)")
    #expect(records.count == 2 && records.count { place.has($0) } == 1)
  }
}
