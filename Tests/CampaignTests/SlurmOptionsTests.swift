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
    #expect(try options.with(time: "1", memory: nil).time == "1")
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
}
