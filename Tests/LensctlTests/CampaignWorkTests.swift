import Engine
import Foundation
import Testing

/// Campaigns from their file to their merged runs.
@Suite struct CampaignWorkTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  /// Plans a campaign of two autoencoders by two variants.
  private func plan(
    _ out: String, saes: String = Commands.fixtures + "/sae/standard-*", shardFeatures: Int,
    top: Int = 3
  ) throws {
    try place.write(
      "\(out).toml",
      """
      out = "\(out)"
      shard_features = \(shardFeatures)
      [[reading]]
      model = "\(Commands.fixtures)/clip/quick-gelu"
      saes = ["\(saes)"]
      labels = ["labels.txt"]
      variants = ["dec.lin", "dec.full"]
      top = \(top)
      """)
    let plan = try place.run("campaign", "plan", "\(out).toml")
    #expect(plan.status == 0, "\(plan.messages)")
  }

  private func names(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path + "/" + directory).sorted()
  }

  /// The files of all runs that are the same however they were computed.
  private func runs(_ out: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for run in try names("\(out)/runs") {
      for name in try names("\(out)/runs/\(run)") where name != "environment.json" {
        contents["\(run)/\(name)"] = try place.contents("\(out)/runs/\(run)/\(name)")
      }
    }
    return contents
  }

  private func count(_ out: String) throws -> Int {
    try JSONValue(contentsOf: "\(place.path)/\(out)/campaign.json")["items"]?.array?.count ?? 0
  }

  @Test func shardsInAnyOrderGiveWhatOneMachineWrites() throws {
    try plan("whole", shardFeatures: 1000)
    #expect(try place.run("campaign", "run", "whole").status == 0)
    #expect(try place.run("campaign", "merge", "whole").status == 0)
    let whole = try runs("whole")
    #expect(whole.keys.count { $0.hasSuffix("/features.safetensors") } >= 2)
    for (name, shardFeatures) in [("three", 16), ("seven", 7), ("many", 1)] {
      try plan(name, shardFeatures: shardFeatures)
      let parts = 5
      for part in [3, 0, 4, 1, 2] {
        let run = try place.run("campaign", "run", name, "--item", "\(part)/\(parts)", "--quiet")
        #expect(run.status == 0, "\(run.messages)")
      }
      let merge = try place.run("campaign", "merge", name)
      #expect(merge.status == 0, "\(merge.messages)")
      #expect(try runs(name) == whole, "shards of \(shardFeatures)")
    }
    let run = try #require(try names("whole/runs").first { $0.hasSuffix("dec.lin-labels") })
    let sae = String(run.dropLast("-dec.lin-labels".count))
    let single = try place.run(
      ["scan"] + Workplace.model + [
        "--sae", "\(Commands.fixtures)/sae/\(sae)", "--labels", place.path + "/labels.txt",
        "--direction", "decoder", "--map", "linear", "--top", "3", "--out", "single",
      ])
    #expect(single.status == 0, "\(single.messages)")
    for name in try names("single") where name != "environment.json" {
      #expect(try place.contents("single/" + name) == whole["\(run)/\(name)"], "\(name)")
    }
  }

  @Test func partsComeFromTheEnvironmentOfJobs() throws {
    try plan("c", shardFeatures: 24)
    let count = try count("c")
    for index in 0..<count {
      let variable = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"][index % 2]
      let run = try place.run("campaign", "run", "c", environment: [variable: "\(index)"])
      #expect(run.status == 0, "\(run.messages)")
      #expect(run.messages.contains("items done: 1, of them 0 before"), "\(run.messages)")
    }
    let beyond = try place.run(
      "campaign", "run", "c", environment: ["SLURM_ARRAY_TASK_ID": "\(count)"])
    #expect(beyond.status == 64)
    let again = try place.run("campaign", "run", "c")
    #expect(
      again.messages
        == "items done: \(count), of them \(count) before; failed: 0; held by others: 0\n")
    #expect(try place.run("campaign", "merge", "c").status == 0)
    let merged = try place.run("campaign", "merge", "c")
    #expect(merged.messages.hasPrefix("runs: "), "\(merged.messages)")
  }

  @Test func row91GapsAreRefusedAndListed() throws {
    try plan("c", shardFeatures: 24)
    let count = try count("c")
    _ = try place.run("campaign", "run", "c", "--item", "0/2")
    let merge = try place.run("campaign", "merge", "c")
    #expect(merge.status == 65)
    let open = stride(from: 1, to: count, by: 2).map(String.init).joined(separator: ",")
    #expect(
      merge.messages
        == "lensctl: \(place.path)/c: \(count / 2) of \(count) items are not done: \(open)\n")
    #expect(try names("c/runs").isEmpty && !place.has("c/summary.csv"))
  }

  @Test func row89DamageIsFoundByMergeAndMendedByRun() throws {
    try plan("c", shardFeatures: 24)
    _ = try place.run("campaign", "run", "c")
    let run = try #require(try names("c/work").first)
    let file = "c/work/\(run)/shards/00001.safetensors"
    var bytes = try place.contents(file)
    let whole = bytes
    bytes[bytes.count - 5] ^= 8
    try place.write(file, bytes)
    let merge = try place.run("campaign", "merge", "c")
    #expect(merge.status == 65 && merge.messages.contains("00001.safetensors: a damaged shard: "))
    #expect(try place.run("campaign", "run", "c").status == 0)
    #expect(try place.contents(file) == whole)
    #expect(try place.run("campaign", "merge", "c").status == 0)
  }

  @Test func runsThatWereRemovedAreMergedAgain() throws {
    try plan("c", shardFeatures: 24)
    #expect(try place.run("campaign", "run", "c").status == 0)
    #expect(try place.run("campaign", "merge", "c").status == 0)
    let (whole, folders) = (try runs("c"), try names("c/runs"))
    try FileManager.default.removeItem(atPath: place.path + "/c/runs")
    let merge = try place.run("campaign", "merge", "c")
    #expect(merge.status == 0, "\(merge.messages)")
    #expect(try runs("c") == whole)
    // As a merge leaves it that is killed when a run has taken the place of another.
    try FileManager.default.copyItem(
      atPath: place.path + "/c/runs/\(folders[0])",
      toPath: place.path + "/c/runs/\(folders[0]).tmp.77.5c0ffee")
    #expect(try place.run("campaign", "merge", "c").status == 0)
    #expect(try names("c/runs") == folders)
  }

  @Test func row90ARecordOfAnotherFormatIsRefused() throws {
    try plan("c", shardFeatures: 24)
    #expect(try place.run("campaign", "run", "c").status == 0)
    let run = try #require(try names("c/work").first)
    let record = "c/work/\(run)/shards/00001.json"
    let text = String(decoding: try place.contents(record), as: UTF8.self)
    try place.write(
      record, text.replacing("\"format_version\": 1", with: "\"format_version\": 7"))
    for command in ["run", "merge"] {
      let refused = try place.run("campaign", command, "c")
      #expect(refused.status == 65)
      #expect(
        refused.messages.hasSuffix(
          "lensctl: \(place.path)/\(record): computed by another version: found format_version 7, "
            + "expected format_version 1\n"), "\(refused.messages)")
    }
  }

  @Test func row90ShardsOfAnotherPlanAreRefused() throws {
    try plan("c", shardFeatures: 24)
    try plan("d", shardFeatures: 24, top: 2)
    for out in ["c", "d"] { #expect(try place.run("campaign", "run", out).status == 0) }
    let run = try #require(try names("c/work").first)
    for suffix in ["json", "safetensors"] {
      let file = "work/\(run)/shards/00001.\(suffix)"
      try place.write("c/" + file, try place.contents("d/" + file))
    }
    let merge = try place.run("campaign", "merge", "c")
    #expect(merge.status == 65)
    #expect(
      merge.messages.contains("00001.json: a shard of another plan: found "), "\(merge.messages)")
  }

  @Test func anInputThatIsAwayKeepsNoOtherItemFromBeingDone() throws {
    try FileManager.default.createDirectory(
      atPath: place.path + "/saes", withIntermediateDirectories: false)
    for name in ["standard-new", "standard-old"] {
      try FileManager.default.copyItem(
        atPath: "\(Commands.fixtures)/sae/\(name)", toPath: "\(place.path)/saes/\(name)")
    }
    try plan("c", saes: "saes/*", shardFeatures: 24)
    let count = try count("c")
    // The items of the first of the two come before those of the other.
    try FileManager.default.moveItem(
      atPath: "\(place.path)/saes/standard-new", toPath: "\(place.path)/away")
    let run = try place.run("campaign", "run", "c")
    #expect(run.status == 66, "\(run.messages)")
    let failures = try names("c/failed").count
    #expect(failures > 0 && failures < count - 1)
    #expect(
      run.messages.contains(
        "items done: \(count - failures), of them 0 before; failed: \(failures); held by others: 0\n"
      ),
      "\(run.messages)")
    let status = try place.run("campaign", "status", "c", "--json")
    #expect(status.output.contains(#""failed": \#(failures)"#), "\(status.output)")
    try FileManager.default.moveItem(
      atPath: "\(place.path)/away", toPath: "\(place.path)/saes/standard-new")
    let again = try place.run("campaign", "run", "c")
    #expect(
      again.messages.hasSuffix(
        "items done: \(count), of them \(count - failures) before; failed: 0; held by others: 0\n"),
      "\(again.messages)")
    #expect(try names("c/failed").isEmpty)
    #expect(try place.run("campaign", "merge", "c").status == 0)
  }

  @Test func inputsThatChangedAreRefused() throws {
    try plan("c", shardFeatures: 24)
    try place.writeLabels(["cat", "dog"])
    let run = try place.run("campaign", "run", "c")
    #expect(run.status == 65)
    #expect(
      run.messages.hasSuffix(
        "lensctl: \(place.path)/labels.txt: has changed since the work was planned, expected it to "
          + "stay as it is; lensctl campaign plan plans anew\n"), "\(run.messages)")
    let status = try place.run("campaign", "status", "c", "--json")
    #expect(status.output.contains("has changed since the work was planned"))
  }
}
