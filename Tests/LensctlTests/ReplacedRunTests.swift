import Foundation
import Testing

/// Runs that are replaced, where the command is killed meanwhile or the file system cannot exchange names.
@Suite(.enabled(if: Tracer.works, "strace is not there or may not trace here"))
struct ReplacedRunTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
    try #require(try place.run(Self.scan(top: 3, "run")).status == 0)
    try #require(try place.run(Self.scan(top: 2, "wanted")).status == 0)
  }

  private static func scan(top: Int, _ out: String, _ more: String...) -> [String] {
    ["scan"] + Workplace.model + [
      "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--quiet",
      "--top", "\(top)", "--out", out,
    ] + more
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path)
      .filter { $0.hasPrefix("run") }.sorted()
  }

  /// Whether the run is the one that is wanted.
  private func isWanted() throws -> Bool {
    try ["features.safetensors", "labels.safetensors", "labels.txt", "run.json"].allSatisfy {
      try place.contents("run/" + $0) == place.contents("wanted/" + $0)
    }
  }

  /// Has the run replaced by a command in which calls go wrong that name `run.partial`.
  private func replace(_ faults: String) throws -> CommandRun {
    try place.run(faults: faults, path: "run.partial", Self.scan(top: 2, "run", "--force"))
  }

  /// The calls are the exchange of both names, the one that names what was replaced, and where names cannot be
  /// exchanged the second of two.
  @Test(arguments: [
    "renameat2:signal=KILL", "rename:signal=KILL", "renameat2:error=EINVAL rename:signal=KILL",
    "renameat2:error=ENOSYS rename:signal=KILL",
  ])
  func row79AKillAmongTheNamesLosesNoRun(faults: String) throws {
    let run = try replace(faults)
    #expect(run.status == SIGKILL, "\(run.messages)")
    let isExchanged = !faults.contains("error")
    #expect(place.has("run/run.json") == isExchanged)
    #expect(try names().count > 1)
    let again = try place.run(Self.scan(top: 2, "run", "--force"))
    #expect(again.status == 0, "\(again.messages)")
    #expect(try isWanted())
    #expect(try names() == ["run"])
  }

  @Test(arguments: ["EINVAL", "ENOSYS", "EOPNOTSUPP"])
  func whereNamesCannotBeExchangedThereAreTwoSteps(error: String) throws {
    let run = try replace("renameat2:error=\(error)")
    #expect(run.status == 0, "\(run.messages)")
    #expect(try isWanted())
    #expect(try names() == ["run"])
  }

  @Test(arguments: [
    "renameat2:error=EIO", "renameat2:error=EINVAL rename:error=EIO",
  ])
  func row78ARunThatCannotBeReplacedStays(faults: String) throws {
    let before = try place.contents("run/run.json")
    let run = try replace(faults)
    #expect(run.status == 74)
    #expect(run.messages == "lensctl: run: cannot be written: input/output error\n")
    #expect(try place.contents("run/run.json") == before)
    #expect(try names() == ["run"])
  }

  /// The command that finds its run complete removes what another has left of the one before, and nothing that is
  /// newer than it.
  @Test func whatWasReplacedGoesWithTheNextCommand() throws {
    #expect(try replace("rename:signal=KILL").status == SIGKILL)
    try FileManager.default.copyItem(
      atPath: place.path + "/run", toPath: place.path + "/run.tmp.77.5c0ffee")
    #expect(try names() == ["run", "run.lock", "run.partial", "run.tmp.77.5c0ffee"])
    let again = try place.run(Self.scan(top: 2, "run"))
    #expect(again.status == 0, "\(again.messages)")
    #expect(try isWanted())
    #expect(try names() == ["run"])

    let other = Self.scan(top: 1, "run", "--force")
    let killed = try place.run(faults: "renameat2:signal=KILL", path: "run.partial", other)
    #expect(killed.status == SIGKILL)
    #expect(try place.run(Self.scan(top: 2, "run")).status == 0)
    #expect(try isWanted())
    #expect(try names() == ["run", "run.partial"], "it only lacks its name")
    #expect(try place.run(other).status == 0)
    #expect(try !isWanted())
    #expect(try names() == ["run"])
  }
}
