import Foundation
import Testing

/// Folders whose file system cannot lock or make durable, as some that machines share cannot, by strace.
@Suite(.enabled(if: Tracer.works, "strace is not there or may not trace here"))
struct SharedFolderTests {
  private let place: Workplace
  private let arguments =
    ["scan"] + Workplace.model + [
      "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--no-cache",
      "--shard-size", "20", "--out", "run", "--threads", "1",
    ]

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path)
      .filter { $0.hasPrefix("run") }
  }

  @Test(arguments: ["ENOLCK", "EOPNOTSUPP", "ENOSYS"])
  func row94WithoutLocksThereAreLeases(error: String) throws {
    let run = try place.run(faults: "flock:error=\(error)", arguments)
    #expect(run.status == 0, "\(run.messages)")
    #expect(
      run.messages.hasPrefix(
        "note: run: locked by a lease, as file locks may not reach other machines there; after a "
          + "crash it stays for 60 s\n"), "\(run.messages)")
    #expect(try names() == ["run"])
  }

  @Test(arguments: ["EINVAL", "EOPNOTSUPP"])
  func row94WithoutFsyncThereIsAWarning(error: String) throws {
    let run = try place.run(faults: "fsync:error=\(error)", arguments)
    #expect(run.status == 0, "\(run.messages)")
    let note =
      "note: run.partial/shards: cannot be made durable: fsync is not supported there\n"
    #expect(run.messages.components(separatedBy: note).count == 2, "\(run.messages)")
    #expect(try names() == ["run"])
    // What was written is whole all the same.
    #expect(try place.run(arguments).messages == "run: complete, nothing to do\n")
  }
}
