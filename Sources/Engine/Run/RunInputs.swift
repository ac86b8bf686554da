internal import Foundation

/// The files that a run reads: watched for changes from before they are opened, and digested
/// beside other work.
///
/// Digests run on as many threads as there are workers, which are besides those that scan. Only
/// what asks for a digest waits for it.
struct RunInputs: Sendable {
  /// A file, and what it is to the run.
  private struct Input: Sendable {
    var role: String
    var path: String
    var digest: PendingDigest
  }

  private var inputs: [Input] = []
  private var seen: [String: FileIdentity] = [:]
  private let seenAt = Date()
  private let cache: DigestCache?
  private let queue = OperationQueue()

  /// The roles, in the order in which a run records its inputs.
  private static let roles = [
    "text_embeddings", "names", "model", "tokenizer", "labels", "autoencoder",
  ]

  /// The ends of the names of files that are read.
  private static let suffixes = [".safetensors", ".json", ".npy", ".txt", ".gz", ".bin", ".pt"]

  /// Looks at files before they are opened.
  ///
  /// - Parameters:
  ///   - paths: Files, and directories that hold files to be opened; what does not exist is left
  ///     to whoever opens it.
  ///   - cache: Where digests are kept; nil to compute always.
  ///   - workers: The number of threads that digest.
  init(before paths: [String], cache: DigestCache?, workers: Int) {
    self.cache = cache
    queue.maxConcurrentOperationCount = workers
    for path in paths {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      let files = names.filter { name in Self.suffixes.contains { name.hasSuffix($0) } }
      for file in names.isEmpty ? [path] : files.map({ path + "/" + $0 }) {
        seen[MappedFile.absolute(file)] = try? FileIdentity(of: file)
      }
    }
  }

  /// The absolute paths of the files that are read.
  var paths: [String] { inputs.map(\.path) }

  /// Adds files that are read, and has them digested if that was not done before.
  ///
  /// - Parameters:
  ///   - role: What the files are to the run.
  ///   - paths: The files.
  /// - Throws: `CheckpointError` if there is no such file.
  mutating func add(role: String, _ paths: [String]) throws(CheckpointError) {
    precondition(Self.roles.contains(role), "role \(role)")
    for path in paths.map(MappedFile.absolute) {
      let time = seen[path] == nil ? Date() : seenAt
      let identity: FileIdentity
      if let known = seen[path] { identity = known } else { identity = try FileIdentity(of: path) }
      let digest = PendingDigest(
        of: path, identity, seenAt: time, cache: cache, queue: queue)
      inputs.append(Input(role: role, path: path, digest: digest))
    }
  }

  /// The records of the files, in the order of a run, as soon as their digests are known.
  ///
  /// - Parameter roles: What the files are to the run; nil for all.
  /// - Returns: A record for each file.
  /// - Throws: `CheckpointError` if a file cannot be read, `RunError` if it has changed.
  func records(ofRoles roles: [String] = roles) throws -> [InputRecord] {
    try Self.roles.filter(roles.contains).flatMap { role in
      try inputs.filter { $0.role == role }.map { input in
        InputRecord(
          role: role, path: input.path, bytes: input.digest.identity.byteCount,
          sha256: try input.digest.value())
      }
    }
  }

  /// Checks that every file still is what it was before it was opened.
  ///
  /// - Throws: `RunError` that names the first that is not.
  func checkUnchanged() throws(RunError) {
    for input in inputs {
      let now = try? FileIdentity(of: input.path)
      guard let now, now.hasContents(of: input.digest.identity) else {
        throw RunError(subject: input.path, reason: .changedMeanwhile)
      }
    }
  }
}
