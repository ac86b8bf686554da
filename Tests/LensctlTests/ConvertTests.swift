import Engine
import Foundation
import Testing

/// `convert` from start to end.
@Suite struct ConvertTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private static let fry = "\(Commands.fixtures)/families/fry/pt/checkpoint"
  private static let torch = "\(Commands.fixtures)/torch"

  /// What stands in the workplace.
  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
  }

  @Test func autoencodersBecomeDirectories() throws {
    let run = try place.run("convert", Self.fry, "--out", "sae/")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(
      run.messages
        == "note: layer -2: counted from the end, where -1 is the output of the last block\n"
        + "standard of 32 features, F32, from fry: sae/\n")
    #expect(try names() == ["sae"])
    let inspection = try place.run("inspect", "sae", "--plain")
    #expect(inspection.lines.contains("family\tsaelens"))
    #expect(inspection.lines.contains("encodes by\tless the bias, relu"))
    let autoencoder = try Autoencoder(contentsOf: place.path + "/sae")
    #expect(autoencoder.modelName == "openai/clip-vit-large-patch14")
  }

  @Test func theDirectoryIsScannedAsTheOriginalIs() throws {
    try place.writeLabels()
    let original = "\(Commands.fixtures)/sae/topk"
    #expect(try place.run("convert", original, "--out", "sae", "--quiet").status == 0)
    func scan(_ sae: String) throws -> CommandRun {
      try place.run(
        ["scan"] + Workplace.model + ["--sae", sae, "--labels", "labels.txt", "--format", "jsonl"])
    }
    let (before, after) = (try scan(original), try scan("sae"))
    #expect(before.status == 0 && after.status == 0, "\(after.messages)")
    #expect(before.output == after.output)
  }

  @Test func anythingElseBecomesSafetensors() throws {
    let run = try place.run("convert", "\(Self.torch)/plain.pt", "--out", "plain")
    #expect(run.status == 0, "\(run.messages)")
    let file = try TensorFile(contentsOf: place.path + "/plain")
    #expect(file.container == .safetensors && file.metadata["format"] == "pt")
    let size = try place.contents("plain").count
    #expect(run.messages == "\(file.names.count) tensors, \(size) bytes, from torch zip: plain\n")
    // The name of the output decides, and --to above it.
    let named = try place.run("convert", Self.fry, "--out", "x.safetensors", "--quiet")
    #expect(named.status == 0 && named.messages.isEmpty)
    #expect(try TensorFile(contentsOf: place.path + "/x.safetensors").names.count == 4)
    let stated = try place.run(
      "convert", Self.fry, "--to", "saelens", "--out", "y.safetensors", "--quiet")
    #expect(stated.status == 0 && stated.messages.isEmpty)
    #expect(place.has("y.safetensors/cfg.json"))
  }

  @Test func whatIsFoldedOrLeftOutIsSaid() throws {
    let msae = try place.run(
      "convert", "\(Commands.fixtures)/families/msae/topk/checkpoint", "--out", "sae")
    let lines = msae.messages.split(separator: "\n")
    #expect(
      lines.first == "note: the mean and scale of inputs are folded into W_enc, W_dec and b_dec")
    #expect(lines.last == "topk of 24 features, F32, from msae: sae")
    let run = try place.run("convert", "\(Self.torch)/config.pt", "--out", "c.safetensors")
    #expect(run.status == 0, "\(run.messages)")
    let file = try TensorFile(contentsOf: place.path + "/c.safetensors")
    #expect(file.metadata["cfg.__class__"] == "sae_training.config.ViTSAERunnerConfig")
  }

  @Test func whatSAELensCannotSayIsRefused() throws {
    let path = "\(Commands.fixtures)/families/clipscope/topk/checkpoint"
    let run = try place.run("convert", path, "--out", "sae")
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: \(path): cannot be written for SAELens: it has no top 16 of any sign; "
        + "--to safetensors keeps the tensors as they are\n")
    #expect(try names() == [])
    let other = try place.run("convert", path, "--to", "safetensors", "--out", "sae")
    #expect(other.status == 0, "\(other.messages)")
  }

  @Test func statedActivationsAndKeysComplete() throws {
    let state = "\(Commands.fixtures)/families/overcomplete/TopK/checkpoint"
    let run = try place.run("convert", state, "--activation", "topk:13", "--out", "sae")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.hasSuffix("topk of 24 features, F32, from overcomplete: sae\n"))
    try place.write(
      "t.safetensors",
      matrices: [("d", Workplace.rows(7, width: 5)), ("e", Workplace.rows(7, width: 5))])
    let keyed = try place.run(
      "convert", "t.safetensors", "--keys", "W_dec=d:N,W_enc=e:N", "--activation", "relu",
      "--out", "keyed")
    #expect(keyed.status == 0, "\(keyed.messages)")
    #expect(keyed.messages.hasSuffix("standard of 7 features, F32, from generic: keyed\n"))
    let alone = try place.run(
      "convert", "t.safetensors", "--keys", "W_dec=d:N,W_enc=e:N", "--out", "alone")
    #expect(alone.status == 64)
    #expect(
      alone.messages
        == "lensctl: --keys: found no --activation beside it, expected relu, topk:K or "
        + "jumprelu:TENSOR\n")
  }

  @Test(arguments: [
    (
      ["--keys", "W_dec=d", "--family", "fry"],
      "found both --keys and --family, expected one of them"
    ),
    (["--subtract-bias"], "found --[no-]subtract-bias, but no --keys with b_dec=NAME"),
    (
      ["--to", "safetensors", "--family", "fry"],
      "found --family beside --to safetensors, which keeps all tensors"
    ),
    (
      ["--to", "safetensors", "--activation", "relu"],
      "found --activation beside --to safetensors, which keeps all tensors"
    ),
    (
      ["--activation", "gelu"],
      "--activation: found gelu, expected relu, topk:K or jumprelu:TENSOR"
    ),
  ])
  func contradictoryOptionsAreWrongArguments(options: [String], what: String) throws {
    let run = try place.run(["convert", Self.fry, "--out", "sae"] + options)
    #expect(run.status == 64)
    #expect(run.message == "Error: \(what)")
    #expect(try names() == [])
  }

  @Test func row85WhatExistsIsReplacedOnlyByForce() throws {
    for (form, out) in [("saelens", "sae"), ("safetensors", "file")] {
      let command = ["convert", Self.fry, "--to", form, "--out", out, "--quiet"]
      #expect(try place.run(command).status == 0)
      let refused = try place.run(command)
      #expect(refused.status == 73)
      #expect(refused.messages == "lensctl: \(out): already exists; --force replaces it\n")
      #expect(try place.run(command + ["--force"]).status == 0)
    }
    #expect(try names() == ["file", "sae"])
  }

  @Test func row84OtherDirectoriesAreNeverReplaced() throws {
    func make(_ name: String, _ files: String...) throws {
      try FileManager.default.createDirectory(
        atPath: place.path + "/" + name, withIntermediateDirectories: true)
      for file in files { try place.write(name + "/" + file, "mine") }
    }
    try make("mine", "cfg.json", "notes.txt")
    try make("empty")
    for name in ["mine", "empty"] {
      let run = try place.run("convert", Self.fry, "--out", name, "--force")
      #expect(run.status == 73)
      #expect(
        run.messages
          == "lensctl: \(name): cannot be created: a directory that is not a SAELens autoencoder and "
          + "nothing else is never replaced\n")
    }
    try make("new.partial", "mine.txt")
    let run = try place.run("convert", Self.fry, "--out", "new")
    #expect(run.status == 73)
    #expect(
      run.messages
        == "lensctl: new.partial: cannot be created: what is not an unfinished conversion is never "
        + "replaced\n")
    #expect(place.has("mine/notes.txt") && place.has("new.partial/mine.txt") && !place.has("new"))
    let file = try place.run("convert", Self.fry, "--to", "safetensors", "--out", "mine", "--force")
    #expect(file.status == 73)
    #expect(
      file.messages == "lensctl: mine: cannot be created: found something that is not a file\n")
  }

  @Test func row86InputsAreNotReplaced() throws {
    try FileManager.default.copyItem(atPath: Self.fry, toPath: place.path + "/in")
    let weights = try #require(
      FileManager.default.contentsOfDirectory(atPath: place.path + "/in").first)
    let before = try place.contents("in/" + weights)
    for (form, out) in [
      ("safetensors", "in/" + weights), ("saelens", "in"), ("saelens", "in/" + weights),
    ] {
      let run = try place.run(
        "convert", "in/" + weights, "--to", form, "--out", out, "--force")
      #expect(run.status == 64, "\(out)")
      #expect(run.messages == "lensctl: \(out): is an input too, expected another path\n")
    }
    try FileManager.default.createSymbolicLink(
      atPath: place.path + "/link", withDestinationPath: "in/" + weights)
    let link = try place.run(
      "convert", "in/" + weights, "--to", "safetensors", "--out", "link", "--force")
    #expect(link.status == 64)
    let directory = try place.run("convert", "in", "--to", "saelens", "--out", "in", "--force")
    #expect(directory.status == 64)
    #expect(try place.contents("in/" + weights) == before)
  }

  @Test func row84TheParentMustExist() throws {
    for form in ["saelens", "safetensors"] {
      let run = try place.run("convert", Self.fry, "--to", form, "--out", "no/x")
      #expect(run.status == 73)
      #expect(run.messages == "lensctl: no/x: no directory \(place.path)/no/ to create it in\n")
    }
  }

  @Test func wrongInputsLeaveNothing() throws {
    let missing = try place.run("convert", "none.pt", "--out", "x")
    #expect(missing.status == 66)
    #expect(missing.messages == "lensctl: none.pt: no such file or directory\n")
    let values = "\(Self.torch)/values.pt"
    let unreadable = try place.run("convert", values, "--out", "x.safetensors")
    #expect(unreadable.status == 65)
    #expect(
      unreadable.messages
        == "lensctl: \(values): complex: torch.ComplexFloatStorage, which cannot be read: expected "
        + "one of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL\n")
    #expect(try names() == [])
  }

  /// A file may grow to 1 KiB here, which is less than either output needs.
  @Test(arguments: ["saelens", "safetensors"])
  func row77FullDisksLeaveNothing(form: String) throws {
    let run = try place.shell(
      "trap '' XFSZ; ulimit -f 1; \"$LENSCTL\" convert '\(Self.fry)' --to \(form) --out x 2>&1")
    #expect(run.status == 74, "\(run.output)")
    #expect(run.output.contains(": cannot be written: "))
    #expect(try names() == [])
  }
}
