import ArgumentParser
import Engine
import Foundation

/// Removes locks that nobody holds.
struct Unlock: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Remove the locks of a run or a campaign that nobody holds any more.",
    discussion: """
      A lock goes with its process, and what a crash leaves is taken over without this command. Where \
      file locks do not reach other machines, leases take their place, which other machines \
      respect for a minute after their last sign of life; --force removes one sooner. \
      What is held stays, with status 75.

      Example:
        lensctl unlock run/
      """)

  @Argument(
    help: "A run directory, finished or not, a campaign, or the file of a lock.",
    completion: .directory)
  var path: String

  @Flag(
    name: .shortAndLong,
    help: "Remove the lease of another machine too, which must not work there any more.")
  var force = false

  func execute() throws {
    let locks = locks
    if locks.isEmpty { _ = try FileIdentity(of: path) }
    var removed: [String] = []
    var refused: LockError?
    for lock in locks {
      do throws(LockError) {
        if try DirectoryLock.remove(lock, force: force) { removed.append(lock) }
      } catch {
        refused = refused ?? error
      }
    }
    try Output.print(removed.map { "removed \($0.printable(limit: 1000))" })
    if let refused { throw refused }
    if removed.isEmpty { Messages.print("\(path.printable(limit: 1000)): not locked") }
  }

  /// The files of locks that there are.
  private var locks: [String] {
    let directory = path.withoutFinalSlash
    if directory.hasSuffix(".lock"), !MappedFile.isDirectory(directory) { return [directory] }
    var candidates = [directory, directory + ".partial"].map { DirectoryLock.path(for: $0) }
    // Of a campaign: the locks of its items, and those of the runs that it merges.
    for folder in [directory + "/locks", directory + "/runs"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      candidates += names.filter { $0.hasSuffix(".lock") }.sorted().map { folder + "/" + $0 }
    }
    return candidates.filter { MappedFile.exists($0) }
  }
}
