import Engine
import Foundation
import Testing

@testable import Campaign

/// The table of work: what is in it, and what is said where there can be none.
@Suite struct CampaignPlanTests {
  private let place: Place

  init() throws { place = try Place() }

  @Test func aTableHasLabelsThenShardsThenVerdicts() throws {
    try place.write("other.txt", "red\ngreen\n")
    let plan = try place.plan(
      head: "shard_features = 20",
      tail: """
        [reading.verdict]
        [[reading]]
        name = "more"
        model = "\(Place.model)"
        saes = ["saes/one"]
        labels = ["labels.txt", "other.txt"]
        variants = ["enc.lin"]
        """)
    #expect(
      plan.runs.map(\.id) == [
        "one-dec.full-labels", "two-dec.full-labels", "more-one-enc.lin-labels",
        "more-one-enc.lin-other",
      ])
    // The first reading and the second share a bank; both autoencoders have 48 features.
    #expect(plan.banks.map { $0.labels.split(separator: "/").last } == ["labels.txt", "other.txt"])
    #expect(plan.runs.map(\.bankIndex) == [0, 0, 0, 1])
    let shards = (0..<4).flatMap { run in
      (0..<3).map { WorkItem.shard(run: run, shard: $0) }
    }
    #expect(
      plan.items == [.labels(bank: 0), .labels(bank: 1)] + shards
        + [.verdict(run: 0), .verdict(run: 1)])
    #expect(plan.name(of: 1) == "labels \(plan.banks[1].id)")
    #expect(plan.name(of: 4) == "shard 2 of 3 of one-dec.full-labels")
    #expect(plan.name(of: 15) == "verdict of two-dec.full-labels")
  }

  @Test func theSameFileGivesTheSameTable() throws {
    let first = try place.plan(tail: "top = 3\n[reading.verdict]\ntruth = \"{sae}/cfg.json\"\n")
    let second = try CampaignPlan(CampaignFile(contentsOf: place.path + "/campaign.toml"))
    #expect(first.text == second.text)
  }

  @Test func aTableIsReadAsItWasWritten() throws {
    let plan = try place.plan(
      head: "shard_features = 960",
      tail: """
        name = "x"
        templates = ["{label}", "a {label}"]
        tokenizer = "\(Place.model)"
        orientation = "rows"
        dedupe = true
        temperature = 0.5
        features = "0-9"
        strict = true
        [reading.verdict]
        variants = ["dec.lin"]
        truth = "{sae}/cfg.json"
        classes = "labels.txt"
        [[reading]]
        model = "\(Place.model)"
        saes = ["saes/one"]
        labels = ["imagenet"]
        variants = ["dec.abs"]
        alpha = 2.5
        keys = "W_dec=W_dec:N,b_dec=b_dec"
        """)
    let path = try place.write("table.json", plan.text)
    #expect(try CampaignPlan(contentsOf: path) == plan)
    #expect(plan.runs[0].featureCount == 10)
    #expect(plan.runs[2].request(workers: 2).alpha == 2.5)
    #expect(plan.runs[2].request(workers: 2).keys == "W_dec=W_dec:N,b_dec=b_dec")
  }

  @Test func filesAreRecordedOnceWithSizeAndTime() throws {
    let plan = try place.plan(tail: "[reading.verdict]\ntruth = \"{sae}/cfg.json\"\n")
    let names = plan.inputs.map { $0.path.split(separator: "/").suffix(2).joined(separator: "/") }
    #expect(Set(names).count == names.count)
    #expect(names.filter { $0 == "one/cfg.json" }.count == 1)
    let run = try #require(plan.runs.first)
    #expect(plan.inputs[run.verdictInputs[0]].path == place.path + "/saes/one/cfg.json")
    let labels = try #require(plan.inputs.first { $0.path == place.path + "/labels.txt" })
    #expect(labels.bytes == 33)
    let identity = try FileIdentity(of: labels.path)
    #expect(labels.modified == identity.modificationTime)
    #expect(run.bank.inputs.contains(try #require(plan.inputs.firstIndex(of: labels))))
  }

  @Test(arguments: [
    (48, 5, 16, 960), (4_000_000, 20_000, 768, 3_254_400), (100_000, 1000, 768, 100_800),
  ])
  func shardsOfNoStatedSizeAreWholeBlocks(features: Int, labels: Int, width: Int, size: Int) {
    let found = PlannedRun.usualShardSize(featureCount: features, labelCount: labels, width: width)
    #expect(found == size)
    #expect(found.isMultiple(of: LensScan.blockSize))
  }
}

// MARK: - Faults

extension CampaignPlanTests {
  private func fault(_ tail: String) throws -> (message: String, kind: FaultKind?) {
    do {
      _ = try place.plan(tail: tail)
      return ("nothing thrown", nil)
    } catch let error as any EngineError {
      return ("\(error)".replacing(place.path + "/", with: ""), error.kind)
    }
  }

  private func reading(
    saes: String = "saes/one", labels: String = "labels.txt", variant: String = "dec.full"
  ) -> String {
    """
    [[reading]]
    model = "\(Place.model)"
    saes = ["\(saes)"]
    labels = ["\(labels)"]
    variants = ["\(variant)"]

    """
  }

  @Test func aGlobThatMatchesNothingIsMissingInput() throws {
    let fault = try fault(reading(saes: "saes/x*"))
    #expect(
      fault.message == "campaign.toml: reading[1].saes[0]: found nothing that matches \"saes/x*\"")
    #expect(fault.kind == .missingInput)
  }

  @Test func labelsThatAreNotThereAreMissingInput() throws {
    let fault = try fault(reading(labels: "none.txt"))
    #expect(fault.message == "none.txt: no such file or directory")
    #expect(fault.kind == .missingInput)
  }

  @Test func aModelThatIsNotThereIsMissingInput() throws {
    let fault = try fault(
      reading().replacing(Place.model, with: "no-such-organisation/no-such-model"))
    #expect(
      fault.message == "no-such-organisation/no-such-model: not in the local cache; to fetch it: "
        + "hf download no-such-organisation/no-such-model")
    #expect(fault.kind == .missingInput)
  }

  @Test func twoRunsOfOneNameAreRefused() throws {
    let fault = try fault(reading(saes: "saes/on?"))
    #expect(
      fault.message
        == "campaign.toml: two runs with the output one-dec.full-labels: saes/one by dec.full against "
        + "labels.txt in reading[0] and saes/one by dec.full against labels.txt in reading[1]; name in "
        + "a reading tells them apart")
    #expect(fault.kind == .configuration)
  }

  @Test func namesThatDifferInCaseAreOne() throws {
    try place.write("Labels.txt", "cat\ndog\n")
    #expect(try fault(reading(labels: "Labels.txt")).kind == .configuration)
  }

  @Test func aLongNameIsRefused() throws {
    let long = String(repeating: "x", count: 190)
    try place.copyAutoencoder(to: "more/" + long)
    let fault = try fault(reading(saes: "more/x*"))
    #expect(
      fault.message
        == "campaign.toml: output \(String(repeating: "x", count: 60))…: found a name of 206 bytes, "
        + "expected at most 200")
    #expect(fault.kind == .configuration)
  }

  @Test func anAutoencoderThatCannotBeReadSaysSoItself() throws {
    try place.write("bad/sae.safetensors", "not tensors")
    #expect(try fault(reading(saes: "bad/*")).kind == .badData)
  }

  @Test func aVariantThatAnAutoencoderCannotGiveIsRefused() throws {
    try place.copyAutoencoder("decoder-only.safetensors", to: "bad/decoder.safetensors")
    let fault = try fault(
      reading(saes: "bad/*", variant: "enc.full").replacing(
        "variants", with: "keys = \"W_dec=W_dec:N\"\nvariants"))
    #expect(
      fault.message
        == "bad/decoder.safetensors: encoder directions: found none in the autoencoder")
    #expect(fault.kind == .badData)
  }

  @Test func featuresThatAreNotThereAreRefused() throws {
    let fault = try fault("features = \"0-48\"\n")
    #expect(fault.message == "0-48: feature: found 48, expected less than 48")
  }

  @Test(arguments: [
    (
      "\"lensctl.campaign\"", "\"other\"",
      "found format \"other\" version 1, expected \"lensctl.campaign\" version 1"
    ),
    (
      "\"format_version\": 1", "\"format_version\": 2",
      "found format \"lensctl.campaign\" version 2, expected \"lensctl.campaign\" version 1"
    ),
  ])
  func anotherFormatIsRefused(old: String, new: String, message: String) throws {
    let text = try place.plan().text.replacing(old, with: new)
    let path = try place.write("table.json", text)
    let error = #expect(throws: CampaignError.self) { try CampaignPlan(contentsOf: path) }
    #expect("\(try #require(error))" == "\(path): not a table of work: \(message)")
    #expect(error?.kind == .badData)
  }

  @Test(arguments: [
    (
      "\"one-dec.full-labels\"", "\"../x\"",
      "runs[0].id: found \"../x\", expected the name of a run"
    ),
    (
      "\"bank\":0,\"name\"", "\"bank\":7,\"name\"",
      "runs[0].bank: found 7, expected less than 1"
    ),
    (
      "\"features\":48", "\"features\":\"48\"",
      "runs[0].features: found a string, expected an integer"
    ),
    (
      "\"shard_features\":960", "\"shard_features\":0",
      "runs[0].shard_features: found 0, expected 1 to 2147483647"
    ),
    (
      "\"kind\":\"shard\"", "\"kind\":\"sherd\"",
      "not a table of work: items: found others than the runs have"
    ),
    (
      "\"inputs\":[", "\"inputs\":[99,",
      "not a table of work: inputs: found no 99, expected less than 9"
    ),
    (
      "\"variant\":\"dec.full\"", "\"variant\":null",
      "runs[0].variant: found null, expected a string"
    ),
    (
      "\"top\":10", "\"topp\":10",
      "readings[0].topp: found a key that is not known here, did you mean top?"
    ),
  ])
  func aTableThatWasChangedIsRefused(old: String, new: String, message: String) throws {
    let text = try place.plan().text
    #expect(text.contains(old))
    let path = try place.write("table.json", text.replacing(old, with: new))
    let error = #expect(throws: CampaignError.self) { try CampaignPlan(contentsOf: path) }
    #expect("\(try #require(error))" == "\(path): \(message)")
    #expect(error?.kind == .badData)
  }
}
