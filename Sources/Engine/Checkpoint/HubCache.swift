public import Foundation

/// The local cache of the Hugging Face hub, read and never written.
///
/// `models--org--name/{blobs,refs/<revision>,snapshots/<commit>}` under the first of `HF_HUB_CACHE`,
/// `HUGGINGFACE_HUB_CACHE` (its old name), `HF_HOME/hub`, `XDG_CACHE_HOME/huggingface/hub` and
/// `~/.cache/huggingface/hub`, as in `constants.py` of huggingface_hub. A variable that is set but
/// empty counts as not set.
/// <https://huggingface.co/docs/hub/local-cache>
public struct HubCache: Sendable {
  /// The directory that holds the repositories.
  public let root: String

  /// Finds the cache by the environment.
  ///
  /// - Parameter environment: The variables of the process.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func directory(_ name: String) -> String? {
      guard let path = environment[name], !path.isEmpty else { return nil }
      guard path == "~" || path.hasPrefix("~/") else { return path }
      return (environment["HOME"] ?? "") + path.dropFirst()
    }
    if let cache = directory("HF_HUB_CACHE") ?? directory("HUGGINGFACE_HUB_CACHE") {
      root = cache
    } else if let home = directory("HF_HOME") {
      root = home + "/hub"
    } else if let cache = directory("XDG_CACHE_HOME") {
      root = cache + "/huggingface/hub"
    } else {
      root = (directory("HOME") ?? "") + "/.cache/huggingface/hub"
    }
  }

  /// Makes a cache of a directory.
  ///
  /// - Parameter root: The directory that holds the repositories.
  public init(root: String) {
    self.root = root
  }

  /// A model on disk.
  public struct Resolved: Sendable, Equatable {
    /// The directory that holds its files.
    public let directory: String
    /// The commit, if it came from the cache.
    public let commit: String?
  }

  /// The directory of a model given as a path, or as `org/name[@revision]` in the cache.
  ///
  /// A path that exists wins. A leading `hf:` demands the cache.
  ///
  /// - Parameter reference: The path or name.
  /// - Returns: The directory, and the commit if it came from the cache.
  /// - Throws: `CheckpointError` that gives the command to download the model if it is not there.
  public func resolve(_ reference: String) throws(CheckpointError) -> Resolved {
    if !reference.hasPrefix("hf:"), MappedFile.exists(reference) {
      return Resolved(directory: reference, commit: nil)
    }
    guard let repository = RepositoryName(reference) else {
      // Which says why: a directory on the way may not be entered.
      _ = try FileIdentity(of: reference)
      throw CheckpointError(path: reference, reason: .notFound)
    }
    let directory = root + "/models--" + repository.organization + "--" + repository.name
    guard let commit = commit(of: repository.revision, in: directory) else {
      throw CheckpointError(
        path: reference, reason: .notInCache(download: repository.downloadCommand))
    }
    return Resolved(directory: directory + "/snapshots/" + commit, commit: commit)
  }

  private func commit(of revision: String, in directory: String) -> String? {
    var candidates = [revision]
    if let bytes = try? MappedFile.contents(of: directory + "/refs/" + revision),
      let text = String(validating: bytes, as: UTF8.self)
    {
      candidates.append(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return candidates.first {
      !$0.contains("/") && !$0.hasPrefix(".") && !$0.isEmpty
        && MappedFile.isDirectory(directory + "/snapshots/" + $0)
    }
  }
}

/// `org/name[@revision]`, of letters, digits, `-`, `_` and `.` alone (and `/` in a revision), so that
/// it is safe in a path and in the command that fetches it.
private struct RepositoryName {
  var organization: String
  var name: String
  var revision: String

  init?(_ reference: String) {
    let text = reference.hasPrefix("hf:") ? reference.dropFirst(3) : reference[...]
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    func isName(_ part: Substring) -> Bool {
      !part.isEmpty && !part.hasPrefix(".") && !part.hasPrefix("-")
        && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
    guard names.count == 2, names.allSatisfy(isName) else { return nil }
    let revision = parts.count == 2 ? parts[1] : "main"
    guard revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isName)
    else { return nil }
    (organization, name) = (String(names[0]), String(names[1]))
    self.revision = String(revision)
  }

  /// The command that fetches the files that are needed.
  var downloadCommand: String {
    let suffix = revision == "main" ? "" : " --revision \(revision)"
    return "hf download \(organization)/\(name)\(suffix)"
  }
}
