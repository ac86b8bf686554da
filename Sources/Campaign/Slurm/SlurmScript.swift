internal import Engine

/// A batch script of Slurm.
public struct SlurmScript: Sendable, Equatable {
  /// What a job does.
  public enum Kind: String, Sendable, CaseIterable {
    case labels, work, merge
  }

  /// What the job does.
  public let kind: Kind

  /// The indices of the array, rising; empty for a job that is no array.
  public let indices: [Int]

  /// The number of parts that the table of work is cut into.
  public let partCount: Int

  /// The script.
  public let text: String

  /// The name of the job, and of the script.
  var name: String { "lensctl-\(kind.rawValue)" }

  /// The seconds before the time limit, or before a job gives way to another, at which work is asked to stop: what is
  /// computed of a block by then ends within a few.
  static let noticeSeconds = 120

  /// How often a job goes back into the queue of its own accord: work that never fits into the time limit must not run for ever.
  private static let requeueLimit = 20

  /// Writes the script of an array that does parts of a table of work.
  ///
  /// - Parameters:
  ///   - stage: The items that are done.
  ///   - indices: The parts.
  ///   - partCount: The number of parts of the whole table.
  ///   - folder: The directory of the campaign.
  ///   - program: The path of `lensctl`.
  ///   - options: What is asked of the cluster.
  /// - Throws: `SlurmError` if a path cannot stand in a script.
  init(
    stage: WorkItem.Stage, indices: [Int], partCount: Int, folder: CampaignFolder,
    program: String, options: SlurmOptions
  ) throws(SlurmError) {
    kind = stage == .labels ? .labels : .work
    self.indices = indices
    self.partCount = partCount
    let limit = options.maxRunning.map { "%\($0)" } ?? ""
    text = try Self.text(
      name: "lensctl-\(kind.rawValue)",
      placement: ["--array=\(IndexList.text(indices))\(limit)", "--output=log/%x-%A_%a.log"],
      arguments:
        #"campaign run --stage \#(stage.rawValue) --item "$SLURM_ARRAY_TASK_ID/\#(partCount)""#,
      folder: folder, program: program, options: options)
  }

  /// Writes the script of a job that merges what was done.
  ///
  /// - Parameters:
  ///   - folder: The directory of the campaign.
  ///   - program: The path of `lensctl`.
  ///   - options: What is asked of the cluster.
  /// - Throws: `SlurmError` if a path cannot stand in a script.
  init(
    mergingIn folder: CampaignFolder, program: String, options: SlurmOptions
  ) throws(SlurmError) {
    kind = .merge
    indices = []
    partCount = 1
    text = try Self.text(
      name: "lensctl-merge", placement: ["--output=log/%x-%j.log"], arguments: "campaign merge",
      folder: folder, program: program, options: options)
  }

  private static func text(
    name: String, placement: [String], arguments: String, folder: CampaignFolder, program: String,
    options: SlurmOptions
  ) throws(SlurmError) -> String {
    let directives =
      ["--job-name=\(name)"] + placement + [
        "--open-mode=append", "--requeue", "--signal=B:TERM@\(noticeSeconds)",
      ] + (try options.directives())
    let program = try ScriptText.word(program, subject: "lensctl")
    let directory = try ScriptText.word(folder.path, subject: "the campaign's directory")
    return """
      #!/bin/bash
      \(directives.map { "#SBATCH " + $0 }.joined(separator: "\n"))

      # lensctl itself divides the work among threads, on each of which a product runs alone.
      export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

      child=
      stopped=0
      told=0
      trap 'stopped=1; told=1; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' TERM
      \(program) \(arguments) \\
        --threads "${SLURM_CPUS_PER_TASK:-1}" -- \(directory) &
      child=$!
      # A signal that came before there was a child.
      [ "$stopped" = 0 ] || kill -TERM "$child" 2>/dev/null
      wait "$child"
      status=$?
      # A signal ends the waiting, not what is waited for.
      while [ "$stopped" = 1 ] && [ "$status" -gt 128 ]; do
        stopped=0
        wait "$child"
        status=$?
      done

      # Before it listens, a program that has just begun is ended by the signal itself.
      [ "$told" = 1 ] && [ "$status" = 143 ] && status=75

      # 75: not done yet. What was done is kept, and the rest is done in another turn, unless somebody
      # cancelled the job. SIGNALING is a job that runs and has just been sent a signal. The id of a task
      # may be that of the whole array too, by which all its tasks would be meant.
      job="${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}"
      job="${job:-$SLURM_JOB_ID}"
      if [ "$status" = 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt \(requeueLimit) ]; then
        case "$(squeue --noheader --jobs="$job" --format=%T)" in
        RUNNING | SIGNALING) scontrol requeue "$job" ;;
        esac
      fi
      exit "$status"

      """
  }
}
