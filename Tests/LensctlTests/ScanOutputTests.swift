import Engine
import Foundation
import Testing

/// What a scan makes, and what it leaves alone.
@Suite struct ScanOutputTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: place.path + "/" + name, withIntermediateDirectories: false)
  }

  @Test func row85ARunIsReplacedOnlyByForce() throws {
    #expect(try place.scan("standard-new", "--top", "2", "--out", "run").status == 0)
    let first = try place.contents("run/run.json")
    let again = try place.scan("standard-new", "--top", "3", "--out", "run")
    #expect(again.status == 73)
    #expect(
      again.messages
        == "lensctl: run: a run of another command: options.top: found 2, expected 3; "
        + "--force replaces it\n")
    #expect(try place.contents("run/run.json") == first)
    try place.writeLabels(Workplace.plainLabels + ["bus"])
    let others = try place.scan("standard-new", "--top", "2", "--out", "run")
    #expect(others.status == 73)
    #expect(
      others.messages.hasPrefix(
        "lensctl: run: a run of another command: labels.count: found 5, expected 6; "),
      "\(others.messages)")
    #expect(try place.scan("standard-new", "--top", "3", "--out", "run", "--force").status == 0)
    #expect(try RunDirectory(contentsOf: place.path + "/run").features.topCount == 3)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path).filter {
        $0.hasPrefix("run")
      } == ["run"])
  }

  @Test func row84OtherDirectoriesAreNeverReplaced() throws {
    try makeDirectory("other")
    try place.write("other/notes.txt", "mine")
    let run = try place.scan("standard-new", "--out", "other", "--force")
    #expect(run.status == 73)
    #expect(
      run.messages
        == "lensctl: other: cannot be created: a directory that is not a run is never replaced\n")
    #expect(try place.contents("other/notes.txt") == Data("mine".utf8))
    let file = try place.scan("standard-new", "--out", "labels.txt", "--force")
    #expect(file.status == 73)
    #expect(
      file.messages == "lensctl: labels.txt: cannot be created: a file of that name exists\n")
  }

  @Test(arguments: [[], ["--format", "jsonl"]])
  func row84TheParentMustExist(format: [String]) throws {
    let run = try place.run(
      ["scan"] + Workplace.model
        + ["--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt"]
        + ["--out", "no/run"] + format)
    #expect(run.status == 73)
    #expect(
      run.messages == "lensctl: no/run: no directory \(place.path)/no/ to create it in\n")
  }

  @Test func whatIsNoUnfinishedRunStaysBeside() throws {
    try makeDirectory("run.partial")
    try place.write("run.partial/notes.txt", "mine")
    for force in [[], ["--force"]] {
      let run = try place.run(
        ["scan"] + Workplace.model
          + ["--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt"]
          + ["--out", "run"] + force)
      #expect(run.status == 73)
      #expect(
        run.messages
          == "lensctl: run.partial: cannot be created: what is not an unfinished run is never "
          + "replaced\n")
    }
    #expect(try place.contents("run.partial/notes.txt") == Data("mine".utf8))
    #expect(!place.has("run"))
  }

  @Test func aFileThatIsNoUnfinishedRunStaysBeside() throws {
    try place.write("run.partial", "mine")
    let run = try place.scan("standard-new", "--out", "run")
    #expect(run.status == 73)
    #expect(
      run.messages
        == "lensctl: run.partial: cannot be created: what is not an unfinished run is never "
        + "replaced\n")
    #expect(try place.contents("run.partial") == Data("mine".utf8))
  }

  @Test(arguments: ["run/", "run//", "run///"])
  func slashesAtTheEndAreNoPartOfTheName(out: String) throws {
    let run = try place.scan("standard-new", "--top", "2", "--out", out)
    #expect(run.status == 0, "\(run.messages)")
    #expect(try RunDirectory(contentsOf: place.path + "/run").featureCount == 48)
    #expect(!place.has("run.partial") && !place.has("run/.partial"))
    let again = try place.scan("standard-new", "--top", "2", "--out", out)
    #expect(again.messages == "\(out): complete, nothing to do\n" && again.status == 0)
  }

  @Test func theSameCommandAgainHasNothingToDo() throws {
    #expect(try place.scan("standard-new", "--out", "run").status == 0)
    let identity = try FileIdentity(of: place.path + "/run/run.json")
    // As a command leaves it that is killed when all is done.
    try place.write(
      "run.lock",
      """
      {"format": "lensctl.lock", "pid": 7, "host": "h", "started": "2026-01-01T00:00:00Z", \
      "program": "lensctl", "system": "s", "interval": 15, "lease": false}
      """)
    let again = try place.scan("standard-new", "--out", "run", "--threads", "1")
    #expect(again.status == 0 && again.messages == "run: complete, nothing to do\n")
    #expect(!place.has("run.lock"))
    #expect(try FileIdentity(of: place.path + "/run/run.json") == identity)
    var bytes = try place.contents("run/labels.txt")
    bytes[0] ^= 1
    try place.write("run/labels.txt", bytes)
    let damaged = try place.scan("standard-new", "--out", "run")
    #expect(damaged.status == 65)
    #expect(
      damaged.messages
        == "lensctl: run/labels.txt: has another SHA-256 than run.json says; "
        + "--force makes the run anew\n")
  }

  @Test func row79AnUnfinishedRunIsMadeAnew() throws {
    try makeDirectory("run.partial")
    try place.write("run.partial/features.safetensors", "cut off")
    let run = try place.scan("standard-new", "--top", "2", "--out", "run")
    #expect(run.status == 0, "\(run.messages)")
    #expect(!place.has("run.partial"))
    #expect(try RunDirectory(contentsOf: place.path + "/run").featureCount == 48)
  }

  @Test(arguments: [
    ("--labels", "run/labels.txt", "run", "run"),
    ("--template-file", "run/labels.txt", "run", "run"),
    ("--labels", "new.partial/labels.txt", "new", "new.partial"),
    ("--labels", "new.partial/labels.txt", "new/", "new.partial"),
    ("--template-file", "new.partial/labels.txt", "new", "new.partial"),
  ])
  func row86InputsAreNotReplacedByARun(
    option: String, input: String, out: String, named: String
  ) throws {
    #expect(try place.scan("standard-new", "--top", "2", "--out", "run").status == 0)
    try makeDirectory("new.partial")
    try place.write(input, "a {label}\n")
    let run = try place.run(
      ["scan"] + Workplace.model + ["--sae", "\(Commands.fixtures)/sae/standard-new"]
        + (option == "--labels" ? [] : ["--labels", "labels.txt"])
        + [option, input, "--out", out, "--force"])
    #expect(run.status == 64)
    #expect(run.messages == "lensctl: \(named): is an input too, expected another path\n")
    #expect(try place.contents(input) == Data("a {label}\n".utf8))
    #expect(!place.has("new"))
    // The scan that made "run" told its plan; this one came to none.
    #expect(run.preflight == nil)
  }

  @Test func filesOfLinesAreReplacedOnlyByForce() throws {
    try place.write("features.jsonl", "mine")
    let refused = try place.scan(
      "standard-new", "--format", "jsonl", "--out", "features.jsonl")
    #expect(refused.status == 73)
    #expect(refused.messages == "lensctl: features.jsonl: already exists; --force replaces it\n")
    #expect(try place.contents("features.jsonl") == Data("mine".utf8))
    let made = try place.scan(
      "standard-new", "--top", "2", "--format", "jsonl", "--out", "features.jsonl", "--force")
    #expect(made.status == 0)
    #expect(try place.contents("features.jsonl").prefix(12) == Data("{\"feature\":0".utf8))
  }

  @Test func row86InputsAreNotReplacedByLines() throws {
    try place.write("templates.txt", "a {label}\n")
    let file = try place.write(
      "rows.safetensors", matrices: [("W_dec", Workplace.rows(3, width: 32))])
    for input in ["labels.txt", "templates.txt", "rows.safetensors"] {
      let before = try place.contents(input)
      let run = try place.scan(
        file: file, "--template-file", "templates.txt", "--out", input, "--force")
      #expect(run.status == 64, "\(input)")
      #expect(run.messages == "lensctl: \(input): is an input too, expected another path\n")
      #expect(try place.contents(input) == before)
    }
  }

  @Test func refusedScansLeaveNothing() throws {
    for format in ["directory", "jsonl"] {
      let run = try place.scan("masked", "--strict", "--format", format, "--out", "run")
      #expect(run.status == 65)
      #expect(
        run.messages
          == "lensctl: \(Commands.fixtures)/sae/masked: refused by --strict: 4 features masked: "
          + "dead, not finite, or without image\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: place.path).filter {
          $0.hasPrefix("run")
        }.isEmpty)
    }
  }
}
