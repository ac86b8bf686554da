import Engine
import Foundation
import Testing

@testable import Campaign

/// What is asked of the programs of Slurm, and how what they print is read.
@Suite struct SlurmClusterTests {
  private let place: Place

  init() throws { place = try Place() }

  private var cluster: SlurmCluster { SlurmCluster(environment: ["PATH": place.path + "/bin:"]) }

  private func options() throws -> SlurmOptions {
    try SlurmOptions(
      partition: "cpu", maxRunning: 2, time: nil, cpusPerTask: 1, memory: nil, others: [])
  }

  /// Writes an sbatch that keeps what it is given, and counts jobs from 100 on.
  private func writeSbatch() throws {
    try place.program(
      "bin/sbatch",
      """
      count=$(/bin/cat "$0.count" 2>/dev/null || echo 100)
      echo $((count + 1)) >"$0.count"
      { /bin/pwd; printf '%s\\n' "$@"; } >"$0.$count"
      echo "$count;cluster"
      """)
  }

  private func submission(ids: [Int]? = nil) throws -> SlurmSubmission {
    let plan = try place.plan()
    _ = try place.folder.write(plan, replacesWork: false)
    return try SlurmSubmission(
      plan, ids: ids ?? Array(plan.items.indices), arrayLimit: 1001, folder: place.folder,
      program: "/x/lensctl", options: options())
  }

  @Test func scriptsAreSubmittedInOrder() throws {
    try writeSbatch()
    let submission = try submission()
    let jobs = try cluster.submit(
      submission, in: place.folder, options: options(), others: [7, 8])
    #expect(jobs.map(\.id) == [100, 101, 102])
    #expect(jobs.map(\.kind) == [.labels, .work, .merge])
    #expect(jobs.map(\.indices) == [[0], [1, 2], []])
    let log = place.path + "/out/log/lensctl-"
    let directory = URL(filePath: place.path + "/out").resolvingSymlinksInPath().path
    #expect(
      try place.text("bin/sbatch.100") == "\(directory)\n--parsable\n\(log)labels.sbatch\n")
    #expect(
      try place.text("bin/sbatch.101")
        == "\(directory)\n--parsable\n--dependency=afterany:100\n\(log)work.sbatch\n")
    #expect(
      try place.text("bin/sbatch.102")
        == "\(directory)\n--parsable\n--dependency=afterany:100:101:7:8\n\(log)merge.sbatch\n")
    #expect(try place.text("out/log/lensctl-work.sbatch") == submission.scripts[1].text)
    let record = try #require(try SlurmRecord.record(in: place.folder))
    #expect(record.jobs == jobs)
    #expect(try record.options == options())
  }

  @Test func laterJobsAreAddedToTheRecord() throws {
    try writeSbatch()
    for ids in [[0, 1, 2], [2]] {
      _ = try cluster.submit(submission(ids: ids), in: place.folder, options: options())
    }
    let record = try #require(try SlurmRecord.record(in: place.folder))
    #expect(record.jobs.map(\.id) == [100, 101, 102, 103, 104])
    #expect(record.jobs[3].indices == [2])
  }

  @Test func whatWasSubmittedBeforeARefusalIsRecorded() throws {
    try place.program(
      "bin/sbatch",
      """
      [ -e "$0.count" ] && { echo 'sbatch: error: Invalid account' >&2; exit 1; }
      : >"$0.count"
      echo 100
      """)
    let error = #expect(throws: SlurmError.self) {
      try cluster.submit(submission(), in: place.folder, options: options())
    }
    #expect(
      "\(try #require(error))" == "sbatch: ended with status 1: sbatch: error: Invalid account")
    #expect(error?.kind == .unavailable)
    #expect(try SlurmRecord.record(in: place.folder)?.jobs.map(\.id) == [100])
  }

  @Test func programsThatAreNotThereAreUnavailable() throws {
    let cluster = SlurmCluster(environment: ["PATH": place.path])
    let error = #expect(throws: SlurmError.self) { try cluster.check() }
    #expect(
      "\(try #require(error))" == "sbatch: found none in PATH, expected the programs of Slurm")
    #expect(error?.kind == .unavailable)
    #expect(throws: SlurmError.self) { try cluster.tasks() }
    #expect(cluster.arrayLimit == 1001)
  }

  @Test(arguments: [
    ("100", 100), ("100\n", 100), ("100;big\n", 100), ("", nil), ("Submitted batch job 7", nil),
    ("-3", nil), ("0", nil),
  ])
  func idsAreRead(output: String, id: Int?) throws {
    if let id {
      #expect(try SlurmCluster.id(in: output) == id)
    } else {
      let error = #expect(throws: SlurmError.self) { try SlurmCluster.id(in: output) }
      #expect("\(try #require(error))" == "sbatch: found \"\(output)\", expected the id of a job")
    }
  }

  @Test(arguments: [
    ("MaxArraySize            = 4001\n", 4001),
    ("A = b\nMaxArraySize = 10\nMaxDBDMsgs = 3\n", 10), ("MaxArraySize = x", nil), ("", nil),
    ("MaxArraySize = 0", nil),
  ])
  func theLimitOfArraysIsRead(output: String, limit: Int?) throws {
    #expect(SlurmCluster.arrayLimit(in: output) == limit)
    try place.program("bin/scontrol", "[ \"$*\" = 'show config' ] && printf '%s' '\(output)'\n")
    #expect(cluster.arrayLimit == limit ?? 1001)
  }

  @Test func tasksAreRead() throws {
    try place.program(
      "bin/squeue", "echo \"$*\" >\"$0.given\"; printf '12 3 RUNNING\\n13 N/A PENDING\\n'\n")
    #expect(
      try cluster.tasks() == [
        SlurmTask(job: 12, index: 3, state: "RUNNING"),
        SlurmTask(job: 13, index: nil, state: "PENDING"),
      ])
    #expect(
      try place.text("bin/squeue.given") == "--me --noheader --array --format=%F %K %T\n")
    let error = #expect(throws: SlurmError.self) { try SlurmTask.all(in: "a b c") }
    #expect(
      "\(try #require(error))"
        == "squeue: found \"a b c\", expected the id of a job, an index and a state")
  }

  @Test func muchThatIsPrintedStopsNothing() throws {
    try place.program(
      "bin/squeue",
      """
      for i in {1..20000}; do echo "12 $i RUNNING"; echo "a warning that nobody asked for" >&2; done
      """)
    #expect(try cluster.tasks().count == 20_000)
  }

  @Test func tasksAreJoinedWithItems() throws {
    let plan = try place.plan(head: "shard_features = 6")
    var record = SlurmRecord(options: try options())
    record.jobs = [
      .init(id: 10, kind: .labels, indices: [0], partCount: 17),
      .init(id: 11, kind: .work, indices: [0, 1], partCount: 5),
      .init(id: 12, kind: .merge, indices: [], partCount: 1),
    ]
    let activity = record.activity(
      [
        SlurmTask(job: 11, index: 1, state: "RUNNING"),
        SlurmTask(job: 11, index: 0, state: "PENDING"),
        SlurmTask(job: 12, index: nil, state: "PENDING"),
        SlurmTask(job: 99, index: 2, state: "RUNNING"),
      ], of: plan)
    #expect(activity.running == [1, 6, 11, 16])
    #expect(activity.waiting == [5, 10, 15])
    #expect(activity.jobs == [11, 12])
  }

  @Test func aRecordThatIsNoneIsRefused() throws {
    #expect(try SlurmRecord.record(in: place.folder) == nil)
    let path = try place.write("out/slurm.json", "{}")
    let error = #expect(throws: SlurmError.self) { try SlurmRecord.record(in: place.folder) }
    #expect(
      "\(try #require(error))"
        == "\(path): found another format, expected \"lensctl.slurm\" version 1")
    #expect(error?.kind == .badData)
  }
}
