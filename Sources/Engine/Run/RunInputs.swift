internal import Foundation

/// The files that a run reads: watched for changes from before they are opened, and digested
/// beside other work.
///
/// Nothing is digested before it is asked for. Digests run on two threads at most, and on no more
/// than there are workers; they are besides the workers, which scan meanwhile.
struct RunInputs: Sendable {
  /// A file, and what it is to the run.
  private struct Input: Sendable {
    var role: String
    var path: String
    var digest: PendingDigest
  }

  private var inputs: [Input] = []
  private var seen: [String: (identity: FileIdentity, time: Date)] = [:]
  private let cache: DigestCache?
  private let queue = OperationQueue()

  /// The roles, in the order in which a run records its inputs.
  private static let roles = scanRoles + verdictRoles

  /// What files are to a scan.
  static let scanRoles = [
    "text_embeddings", "names", "model", "tokenizer", "labels", "autoencoder", "source",
  ]

  /// What files are to a verdict besides.
  static let verdictRoles = [
    "truth", "empty_embedding", "results", "listing", "semantics", "variant",
  ]

  /// The most threads that digest, however many workers there are: they compete with those that scan.
  private static let threadCount = 2

  /// The ends of the names of files that are read.
  private static let suffixes = [
    ".safetensors", ".json", ".npy", ".npz", ".txt", ".gz", ".pt", ".pth", ".bin", ".ckpt", ".pkl",
    ".pickle",
  ]

  /// Looks at files before they are opened.
  ///
  /// - Parameters:
  ///   - paths: Files, and directories that hold files to be opened; what lies beside a file of
  ///     tensors or JSON may be opened with it; what does not exist is left to whoever opens it.
  ///   - cache: Where digests are kept; nil to compute always.
  ///   - workers: The number of threads of the run.
  init(before paths: [String], cache: DigestCache?, workers: Int) {
    self.cache = cache
    queue.maxConcurrentOperationCount = min(workers, Self.threadCount)
    look(before: paths)
  }

  /// Looks at further files before they are opened.
  ///
  /// - Parameter paths: Files, and directories that hold files to be opened.
  mutating func look(before paths: [String]) {
    let time = Date()
    for file in Set(paths.flatMap { Self.files(openedFor: MappedFile.absolute($0)) })
    where seen[file] == nil {
      seen[file] = (try? FileIdentity(of: file)).map { ($0, time) }
    }
  }

  /// A file, and those that may be opened on account of it: the shards beside an index, the
  /// configuration beside weights; of a directory the files in it.
  private static func files(openedFor path: String) -> [String] {
    var directory = path
    var files: [String] = []
    if !MappedFile.isDirectory(path) {
      files = [path]
      guard [".safetensors", ".json"].contains(where: { path.hasSuffix($0) }) else { return files }
      directory =
        URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        .withoutFinalSlash
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return files
      + names.filter { name in suffixes.contains { name.hasSuffix($0) } }
      .map { MappedFile.absolute(directory + "/" + $0) }
  }

  /// The absolute paths of the files that are read.
  var paths: [String] { inputs.map(\.path) }

  /// Adds files that are read.
  ///
  /// - Parameters:
  ///   - role: What the files are to the run.
  ///   - paths: The files.
  /// - Throws: `CheckpointError` if there is no such file.
  mutating func add(role: String, _ paths: [String]) throws(CheckpointError) {
    precondition(Self.roles.contains(role), "role \(role)")
    for path in paths.map(MappedFile.absolute) {
      let (identity, time): (FileIdentity, Date)
      if let known = seen[path] {
        (identity, time) = known
      } else {
        (time, identity) = (Date(), try FileIdentity(of: path))
      }
      let digest = PendingDigest(of: path, identity, seenAt: time, cache: cache)
      inputs.append(Input(role: role, path: path, digest: digest))
    }
  }

  /// Has files digested that were not digested before, beside other work.
  ///
  /// - Parameter roles: What the files are to the run; all if not given.
  func startDigests(ofRoles roles: [String] = roles) {
    for input in inputs where roles.contains(input.role) { input.digest.start(on: queue) }
  }

  /// The records of the files, in the order of a run, as soon as their digests are known.
  ///
  /// - Parameter roles: What the files are to the run; all if not given.
  /// - Returns: A record for each file.
  /// - Throws: `CheckpointError` if a file cannot be read, `RunError` if it has changed.
  func records(ofRoles roles: [String] = roles) throws -> [InputRecord] {
    startDigests(ofRoles: roles)
    return try Self.roles.filter(roles.contains).flatMap { role in
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
