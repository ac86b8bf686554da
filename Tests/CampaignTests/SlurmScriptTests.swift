import Engine
import Foundation
import Testing

@testable import Campaign

/// The scripts that a cluster runs.
@Suite struct SlurmScriptTests {
  private let place: Place

  init() throws { place = try Place() }

  private func options(maxRunning: Int? = nil) throws -> SlurmOptions {
    try SlurmOptions(
      partition: "cpu", maxRunning: maxRunning, time: nil, cpusPerTask: 2, memory: nil, others: [])
  }

  /// The scripts of all items of two runs in nine shards each, and labels.
  private func scripts(
    limit: Int = 1001, ids: [Int]? = nil, maxRunning: Int? = nil, isMerged: Bool = false
  ) throws -> [SlurmScript] {
    let plan = try place.plan(head: "shard_features = 6")
    return try SlurmSubmission(
      plan, ids: ids ?? Array(plan.items.indices), isMerged: isMerged, arrayLimit: limit,
      folder: place.folder, program: "/x/it's lensctl", options: options(maxRunning: maxRunning)
    ).scripts
  }

  /// The line of a script that says what its array is.
  private func array(_ script: SlurmScript) -> String? {
    script.text.split(separator: "\n").first { $0.hasPrefix("#SBATCH --array") }.map(String.init)
  }

  @Test func oneTaskDoesOneItem() throws {
    let scripts = try scripts(maxRunning: 4)
    #expect(scripts.map(\.kind) == [.labels, .work, .merge])
    #expect(
      scripts.map(array) == ["#SBATCH --array=0%4", "#SBATCH --array=1-16%4", nil])
    #expect(scripts[1].text.contains(#"--stage work --item "$SLURM_ARRAY_TASK_ID/17""#))
    #expect(scripts[1].text.contains(#"'/x/it'\''s lensctl' campaign run"#))
    #expect(scripts[1].text.hasPrefix("#!/bin/bash\n#SBATCH --job-name=lensctl-work\n"))
    for line in ["--partition=cpu", "--cpus-per-task=2", "--requeue", "--signal=B:TERM@120"] {
      for script in scripts { #expect(script.text.contains("\n#SBATCH \(line)\n"), "\(line)") }
    }
    #expect(scripts[2].text.contains("campaign merge"))
  }

  @Test func moreItemsThanTasksAreParts() throws {
    let scripts = try scripts(limit: 5)
    #expect(scripts.map(array) == ["#SBATCH --array=0", "#SBATCH --array=0-4", nil])
    #expect(scripts[1].text.contains(#""$SLURM_ARRAY_TASK_ID/5""#))
    #expect(
      try self.scripts(limit: 5, ids: [3, 8, 16]).map(array) == ["#SBATCH --array=1,3", nil])
  }

  @Test func onlyWhatIsMissingIsSubmitted() throws {
    #expect(try scripts(ids: [3, 7, 8, 9]).map(array) == ["#SBATCH --array=3,7-9", nil])
    #expect(try scripts(ids: []).map(\.kind) == [.merge])
    #expect(try scripts(ids: [], isMerged: true).isEmpty)
  }

  @Test func directivesComeBeforeAnyCommand() throws {
    for script in try scripts() {
      let lines = script.text.split(separator: "\n", omittingEmptySubsequences: false)
      let last = try #require(lines.lastIndex { $0.hasPrefix("#SBATCH") })
      #expect(lines[...last].allSatisfy { $0.hasPrefix("#") })
    }
  }

  @Test func aDirectoryWithLineEndsIsRefused() throws {
    let plan = try place.plan()
    #expect(throws: SlurmError.self) {
      try SlurmSubmission(
        plan, ids: [0], arrayLimit: 1, folder: CampaignFolder("/a\nrm -rf x"), program: "/x",
        options: options())
    }
  }
}

// MARK: - Run by bash

extension SlurmScriptTests {
  /// Starts the script of an array as Slurm would, with other programs in the place of those that it calls.
  ///
  /// - Parameters:
  ///   - lensctl: What `lensctl` does, in bash.
  ///   - state: The state of the job.
  ///   - environment: Further variables.
  /// - Returns: The process, which has begun.
  /// - Throws: What starting it throws.
  private func start(
    lensctl: String, state: String = "RUNNING", environment: [String: String] = [:]
  ) throws -> Process {
    let program = try place.program("bin/it's lensctl", lensctl)
    // Of the whole array there are two tasks.
    try place.program(
      "bin/squeue",
      """
      echo \(state)
      case "$*" in *--jobs=77\\ *) [ -z "$SLURM_ARRAY_JOB_ID" ] || echo \(state);; esac

      """)
    try place.program("bin/scontrol", "echo \"$*\" >>\"$PLACE/requeued\"\n")
    let plan = try place.plan()
    let submission = try SlurmSubmission(
      plan, ids: [1], arrayLimit: 10, folder: CampaignFolder(place.path + "/$(x) y"),
      program: program, options: options())
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [try place.write("script", submission.scripts[0].text)]
    process.environment = [
      "PATH": place.path + "/bin:/usr/bin:/bin", "PLACE": place.path, "SLURM_JOB_ID": "77",
      "SLURM_ARRAY_TASK_ID": "1", "SLURM_CPUS_PER_TASK": "3",
    ].merging(environment) { $1 }
    try run(process)
    return process
  }

  /// Starts a process to which signals come, as they do to a job: threads of tests block them, and processes that they start
  /// would too.
  private func run(_ process: Process) throws {
    var (none, before) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  private func status(
    lensctl: String, state: String = "RUNNING", environment: [String: String] = [:]
  ) throws -> Int32 {
    let process = try start(lensctl: lensctl, state: state, environment: environment)
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Waits until a file is there, for ten seconds at most.
  private func wait(for name: String) throws {
    for _ in 0..<1000 where !place.has(name) { Thread.sleep(forTimeInterval: 0.01) }
    try #require(place.has(name))
  }

  @Test func argumentsArriveAsTheyAre() throws {
    let report = """
      printf '%s\\n' "$@" >"$PLACE/arguments"
      echo "$OMP_NUM_THREADS $OPENBLAS_NUM_THREADS" >"$PLACE/threads"
      """
    #expect(try status(lensctl: report) == 0)
    let arguments = try place.text("arguments").split(separator: "\n").map(String.init)
    #expect(
      arguments == [
        "campaign", "run", "--stage", "work", "--item", "1/3", "--threads", "3", "--",
        place.path + "/$(x) y",
      ])
    #expect(try place.text("threads") == "1 1\n")
    #expect(!place.has("requeued"))
  }

  @Test(arguments: [0, 65, 74])
  func otherStatusesAreLeftAsTheyAre(status: Int32) throws {
    #expect(try self.status(lensctl: "exit \(status)") == status)
    #expect(!place.has("requeued"))
  }

  @Test(arguments: ["RUNNING", "SIGNALING"])
  func whatIsNotDoneGoesBackIntoTheQueue(state: String) throws {
    #expect(try status(lensctl: "exit 75", state: state) == 75)
    #expect(try place.text("requeued") == "requeue 77\n")
  }

  /// One task of every array has the id of the array.
  @Test func aTaskOfAnArrayGoesBackAlone() throws {
    let environment = ["SLURM_ARRAY_JOB_ID": "77"]
    #expect(try status(lensctl: "exit 75", environment: environment) == 75)
    #expect(try place.text("requeued") == "requeue 77_1\n")
  }

  @Test(arguments: ["COMPLETING", "CANCELLED", ""])
  func aJobThatWasCancelledDoesNot(state: String) throws {
    #expect(try status(lensctl: "exit 75", state: state) == 75)
    #expect(!place.has("requeued"))
  }

  @Test(arguments: [("19", true), ("20", false)])
  func nothingGoesBackForEver(count: String, isRequeued: Bool) throws {
    let environment = ["SLURM_RESTART_COUNT": count]
    #expect(try status(lensctl: "exit 75", environment: environment) == 75)
    #expect(place.has("requeued") == isRequeued)
  }

  @Test func aRequestToStopReachesTheProgram() throws {
    let program = """
      trap 'echo stop >>"$PLACE/stopped"; exit 75' TERM
      touch "$PLACE/started"
      while :; do sleep 0.02; done
      """
    let process = try start(lensctl: program)
    try wait(for: "started")
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 75)
    #expect(try place.text("stopped") == "stop\n")
    #expect(try place.text("requeued") == "requeue 77\n")
  }

  /// The script is stopped just before it keeps the number of what it has started.
  @Test func aRequestThatComesBeforeTheChildIsKnownReachesTheProgram() throws {
    let program = """
      trap 'exit 75' TERM
      touch "$PLACE/started"
      for _ in {1..250}; do sleep 0.02; done
      """
    let hook = #"""
      trap 'case $BASH_COMMAND in "child=\$!")
        until [ -e "$PLACE/started" ]; do sleep 0.02; done
        kill -TERM $$;;
      esac' DEBUG

      """#
    let environment = ["BASH_ENV": try place.write("hook", hook)]
    #expect(try status(lensctl: program, environment: environment) == 75)
    #expect(try place.text("requeued") == "requeue 77\n")
  }

  @Test func aProgramThatDoesNotListenYetGoesBackToo() throws {
    let process = try start(lensctl: "touch \"$PLACE/started\"; exec sleep 20")
    try wait(for: "started")
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 75)
    #expect(try place.text("requeued") == "requeue 77\n")
  }

  @Test func aProgramThatEndsWellAfterTheRequestHasEndedWell() throws {
    let program = """
      trap 'sleep 0.2; touch "$PLACE/ended"; exit 0' TERM
      touch "$PLACE/started"
      while :; do sleep 0.02; done
      """
    let process = try start(lensctl: program)
    try wait(for: "started")
    process.terminate()
    Thread.sleep(forTimeInterval: 0.05)
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(place.has("ended") && !place.has("requeued"))
  }
}
