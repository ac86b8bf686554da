import ArgumentParser
import Engine

/// The command-line driver of the engine.
@main
struct Lensctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lensctl",
    abstract: "Read every feature of a sparse autoencoder of CLIP in words.",
    discussion: """
      Directions of an autoencoder are mapped into CLIP's joint image-text space and compared \
      with embedded labels. Results go to standard output or to a run directory, messages to \
      standard error.

      Exit status: 0 done; 64 wrong arguments; 65 wrong data; 66 missing input; 69 something \
      needed is not available; 71 a limit of the system, such as of open files; 73 output cannot \
      be created; 74 reading or writing went wrong; 75 stopped or locked, try the same command \
      again; 77 not permitted; 78 a configuration that cannot be used; 130 interrupted.
      """,
    version: Engine.version,
    subcommands: [
      Scan.self, Verdict.self, Embed.self, Inspect.self, Show.self, ReportCommand.self,
      Export.self, Convert.self, CampaignCommand.self, Slurm.self, Doctor.self, Unlock.self,
    ])

  static func main() {
    Signals.install()
    main(nil)
  }
}
