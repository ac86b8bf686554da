import Engine
import Testing

@testable import Campaign

/// What can be asked of a cluster.
@Suite struct SlurmOptionsTests {
  private func options(
    partition: String? = nil, maxRunning: Int? = nil, time: String? = nil, cpus: Int = 1,
    memory: String? = nil, others: [String] = []
  ) throws(SlurmError) -> SlurmOptions {
    try SlurmOptions(
      partition: partition, maxRunning: maxRunning, time: time, cpusPerTask: cpus, memory: memory,
      others: others)
  }

  @Test func optionsAreLinesOfAScript() throws {
    let options = try options(
      partition: "a b", maxRunning: 3, time: "2:00:00", cpus: 8, memory: "16G",
      others: ["--account=x y", "-C", "--exclusive"])
    #expect(
      try options.directives() == [
        "--partition=a\\ b", "--time=2:00:00", "--cpus-per-task=8", "--mem=16G",
        "--account=x\\ y", "-C", "--exclusive",
      ])
    #expect(try SlurmOptions(.object(options.json)) == options)
    #expect(try options.with(time: "3", memory: nil).time == "3")
    #expect(try options.with(time: nil, memory: "1G").memory == "1G")
  }

  @Test(arguments: [
    "--array=1", "--arr=1", "-a1", "--dependency=after:1", "--dep=1", "-d1", "--output=x", "-o",
    "--signal=USR1", "--sig=1", "--no-requeue", "--wrap=x", "--parsable", "--chdir=/", "-D/",
    "--job-name=x",
  ])
  func whatScriptsDependOnIsRefused(option: String) throws {
    let error = #expect(throws: SlurmError.self) { try options(others: [option]) }
    #expect(
      "\(try #require(error))"
        == "--sbatch-option: found \"\(option)\", expected another, for the scripts set it themselves"
    )
    #expect(error?.kind == .usage)
  }

  @Test(arguments: ["", "account=x", "-", "--", "rm -rf /"])
  func whatIsNoOptionIsRefused(option: String) throws {
    let error = #expect(throws: SlurmError.self) { try options(others: [option]) }
    #expect(
      "\(try #require(error))"
        == "--sbatch-option: found \"\(option)\", expected an option of sbatch such as --account=NAME"
    )
  }

  @Test func numbersAreChecked() throws {
    let running = #expect(throws: SlurmError.self) { try options(maxRunning: 0) }
    #expect("\(try #require(running))" == "--max-running: found \"0\", expected 1 to 1000000")
    let cpus = #expect(throws: SlurmError.self) { try options(cpus: -1) }
    #expect("\(try #require(cpus))" == "--cpus-per-task: found \"-1\", expected 1 to 1000000")
    let time = #expect(throws: SlurmError.self) { try options(time: "") }
    #expect("\(try #require(time))" == "--time: found \"\", expected a value")
    #expect(throws: SlurmError.self) { try options(partition: "a\n#SBATCH --uid=0") }
  }

  private static let tooShort =
    "expected more than the 2 minutes ahead of it at which work is asked to stop"

  @Test(arguments: ["1", "2", "0:30", "2:00", "0:2:0", "0-0:1", "0-0:0:120"])
  func aTimeLimitThatLeavesNoTimeToWorkIsRefused(time: String) throws {
    let error = #expect(throws: SlurmError.self) { try options(time: time) }
    #expect("\(try #require(error))" == "--time: found \"\(time)\", \(Self.tooShort)")
    #expect(error?.kind == .usage)
    let long = try options(time: "1-0")
    #expect(throws: SlurmError.self) { try long.with(time: time, memory: nil) }
    for option in ["--time=\(time)", "-t\(time)", "--time-min=\(time)"] {
      let error = #expect(throws: SlurmError.self) { try options(others: [option]) }
      #expect(
        "\(try #require(error))" == "--sbatch-option: found \"\(option)\", \(Self.tooShort)")
    }
  }

  /// Zero is no limit, and what is no time limit is for sbatch to refuse.
  @Test(arguments: [
    "3", "2:01", "0:2:01", "0-1", "1-0:0", "0-0:3:0", "0", "0:00", "UNLIMITED", "soon", "1:2:3:4",
    "1-", "99999999999999999999",
  ])
  func otherTimeLimitsAreLeftToSbatch(time: String) throws {
    #expect(try options(time: time).directives().first == "--time=\(time)")
    #expect(try options(others: ["--time=\(time)"]).others == ["--time=\(time)"])
  }

  /// As an earlier version may have recorded it.
  @Test func aRecordedTimeLimitCanBeReplaced() throws {
    var json = try options(time: "1:00:00").json
    json["time"] = "1"
    let recorded = try SlurmOptions(.object(json))
    #expect(recorded.time == "1")
    #expect(throws: SlurmError.self) { try recorded.with(time: nil, memory: "1G") }
    #expect(try recorded.with(time: "2:00:00", memory: nil).time == "2:00:00")
  }
}
