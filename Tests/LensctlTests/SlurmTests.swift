import Engine
import Foundation
import Testing

/// Submitting campaigns, with other programs in the place of those of Slurm.
@Suite struct SlurmTests {
  private let place: Workplace
  private let path: [String: String]

  init() throws {
    place = try Workplace()
    path = ["PATH": place.path + "/bin:/usr/bin:/bin"]
    try place.writeLabels()
    try place.write(
      "campaign.toml",
      """
      out = "camp"
      [[reading]]
      model = "\(Commands.fixtures)/clip/quick-gelu"
      saes = ["\(Commands.fixtures)/sae/standard-*"]
      labels = ["labels.txt"]
      variants = ["dec.full", "enc.lin"]
      """)
    try FileManager.default.createDirectory(
      atPath: place.path + "/bin", withIntermediateDirectories: true)
    try program(
      "sbatch",
      """
      count=$(cat "$0.count" 2>/dev/null || echo 100)
      echo $((count + 1)) >"$0.count"
      printf '%s\\n' "$@" >"$0.$count"
      echo "$count"
      """)
    try program("scontrol", "echo 'MaxArraySize = 1001'")
    try program("squeue", "")
  }

  private func program(_ name: String, _ text: String) throws {
    let path = try place.write("bin/" + name, "#!/bin/bash\n" + text + "\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try place.contents(name), as: UTF8.self)
  }

  private func slurm(_ arguments: String...) throws -> CommandRun {
    try place.run(["slurm"] + arguments, environment: path)
  }

  @Test func aCampaignIsSubmitted() throws {
    let run = try slurm(
      "submit", "campaign.toml", "--partition", "c p", "--max-running", "2", "--time", "1:00:00",
      "--cpus-per-task", "4", "--sbatch-option", "--account=it's")
    #expect(run.status == 0)
    let lines = run.messages.split(separator: "\n").map(String.init)
    #expect(
      lines.dropFirst() == [
        "submitted labels: job 100, tasks 0", "submitted work: job 101, tasks 1-6",
        "submitted merge: job 102", "next: lensctl slurm status \(place.path)/camp",
      ])
    let script = try text("camp/log/lensctl-work.sbatch")
    for line in [
      "--partition=c\\ p", "--array=1-6%2", "--time=1:00:00", "--cpus-per-task=4",
      "--account=it\\'s",
    ] {
      #expect(script.contains("\n#SBATCH \(line)\n"), "\(line)")
    }
    #expect(
      script.contains("/lensctl' campaign run --stage work --item \"$SLURM_ARRAY_TASK_ID/7\""))
    #expect(try text("bin/sbatch.101").hasPrefix("--parsable\n--dependency=afterany:100\n"))
    #expect(try text("bin/sbatch.102").hasPrefix("--parsable\n--dependency=afterany:100:101\n"))
  }

  @Test func scriptsArePrintedAndNothingIsDone() throws {
    let run = try slurm("submit", "campaign.toml", "--dry-run")
    #expect(run.status == 0 && run.messages.isEmpty)
    #expect(
      run.lines.filter { $0.hasPrefix("# ") && $0.contains("sbatch --parsable") } == [
        "# labels: sbatch --parsable", "# work: sbatch --parsable --dependency=afterany:<labels>",
        "# merge: sbatch --parsable --dependency=afterany:<labels>:<work>",
      ])
    #expect(run.lines.filter { $0 == "#!/bin/bash" }.count == 3)
    #expect(!place.has("camp") && !place.has("bin/sbatch.count"))
    try FileManager.default.removeItem(atPath: place.path + "/bin")
    #expect(
      try place.run(["slurm", "submit", "campaign.toml", "-n"], environment: ["PATH": "/none"])
        .output
        == run.output, "without any program of Slurm")
  }

  @Test func withoutSlurmNothingIsWritten() throws {
    let run = try place.run(
      ["slurm", "submit", "campaign.toml"], environment: ["PATH": "/none"])
    #expect(
      run.message == "lensctl: sbatch: found none in PATH, expected the programs of Slurm")
    #expect(run.status == 69)
    #expect(!place.has("camp"))
  }

  @Test func optionsThatCannotStandInAScriptAreUsage() throws {
    for arguments in [
      ["--partition", "a\nb"], ["--max-running", "0"], ["--sbatch-option=--array=1"],
    ] {
      let run = try place.run(["slurm", "submit", "campaign.toml"] + arguments, environment: path)
      #expect(run.status == 64, "\(arguments)")
    }
  }

  @Test func aTimeLimitThatLeavesNoTimeToWorkIsRefused() throws {
    let text =
      "--time: found \"2:00\", expected more than the 2 minutes ahead of it at which work is asked "
      + "to stop"
    for arguments in [[], ["--dry-run"]] {
      let run = try place.run(
        ["slurm", "submit", "campaign.toml", "--time", "2:00"] + arguments, environment: path)
      #expect(run.status == 64 && run.message == "Error: \(text)", "\(run.messages)")
      #expect(run.output.isEmpty && !place.has("camp") && !place.has("bin/sbatch.count"))
    }
    _ = try slurm("submit", "campaign.toml", "--time", "2:01")
    for arguments in [[], ["--dry-run"]] {
      let run = try place.run(
        ["slurm", "resubmit", "camp", "--time", "2:00"] + arguments, environment: path)
      #expect(run.status == 64 && run.messages == "lensctl: \(text)\n", "\(run.messages)")
      #expect(run.output.isEmpty && !place.has("bin/sbatch.103"))
    }
  }

  @Test func onlyWhatIsNeitherDoneNorQueuedIsSubmittedAgain() throws {
    _ = try slurm("submit", "campaign.toml", "--max-running", "2")
    let shards = place.path + "/camp/work/standard-new-dec.full-labels/shards"
    try FileManager.default.createDirectory(atPath: shards, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(filePath: shards + "/00000.json"))
    try program(
      "squeue", "printf '101 2 RUNNING\\n101 3 PENDING\\n102 N/A PENDING\\n7 1 RUNNING\\n'")
    let status = try slurm("status", "camp", "--plain")
    #expect(
      status.lines == [
        "items\tall\tdone\trunning\tfailed\tmissing", "labels\t1\t0\t0\t0\t1",
        "work\t6\t1\t1\t0\t4", "running\t2", "missing\t0,3-6", "waiting\t3",
      ])
    let run = try slurm("resubmit", "camp", "--time", "5:00:00")
    #expect(run.message == "submitted labels: job 103, tasks 0")
    #expect(run.messages.contains("submitted work: job 104, tasks 4-6\n"))
    let script = try text("camp/log/lensctl-work.sbatch")
    #expect(script.contains("#SBATCH --array=4-6%2\n") && script.contains("--time=5:00:00"))
    #expect(
      try text("bin/sbatch.105").hasPrefix("--parsable\n--dependency=afterany:103:104:101:102\n"))
    let json = try JSONValue(
      parsing: Data(try slurm("status", "camp", "--json").output.utf8))
    #expect(json["waiting_items"] == [3] && json["running_items"] == [2])
    #expect(json["jobs"] == [101, 102])
  }

  @Test func whatTheQueueHasIsNotSubmittedAgain() throws {
    _ = try slurm("submit", "campaign.toml")
    try program(
      "squeue", "echo '100 0 RUNNING'; for i in 1 2 3 4 5 6; do echo \"101 $i PENDING\"; done")
    let run = try slurm("resubmit", "camp")
    #expect(run.message == "nothing to submit: the queue has all that is not done")
    #expect(run.status == 0 && !place.has("bin/sbatch.103"))
  }

  @Test func aSecondSubmissionLeavesOutWhatTheQueueHas() throws {
    _ = try slurm("submit", "campaign.toml")
    try program("squeue", "echo '100 0 RUNNING'; for i in 1 2 4; do echo \"101 $i PENDING\"; done")
    let second = try slurm("submit", "campaign.toml")
    #expect(
      second.messages.contains(
        "\nsubmitted work: job 103, tasks 3,5,6\nsubmitted merge: job 104\n"), "\(second.messages)")
    #expect(
      try text("bin/sbatch.104").hasPrefix("--parsable\n--dependency=afterany:103:100:101\n"))
    try program(
      "squeue", "echo '100 0 RUNNING'; for i in 1 2 3 4 5 6; do echo \"101 $i PENDING\"; done")
    let third = try slurm("submit", "campaign.toml")
    #expect(
      third.messages.hasSuffix("\nnothing to submit: the queue has all that is not done\n"))
    #expect(third.status == 0 && !place.has("bin/sbatch.105"))
  }

  @Test func aCampaignThatWasNotSubmittedSaysSo() throws {
    _ = try place.run("campaign", "plan", "campaign.toml")
    let run = try slurm("status", "camp")
    #expect(
      run.message
        == "lensctl: \(place.path)/camp: nothing was submitted; lensctl slurm submit does that")
    #expect(run.status == 66)
  }
}
