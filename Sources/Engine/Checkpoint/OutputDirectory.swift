internal import Foundation

/// A directory that is made beside its final name and renamed when it is complete.
///
/// What is in the making is `X.partial`. What stands under the final name is replaced only if it is a
/// directory of the same kind.
package struct OutputDirectory: Sendable {
  /// What makes a directory one of a kind.
  package struct Kind: Sendable {
    /// What messages call one, such as `a run`.
    let noun: String
    /// What messages call one in the making.
    let unfinishedNoun: String
    /// The file that shows it.
    let mark: String
    /// The files that it holds.
    let files: [String]
    /// The folders that one may hold, and what the names of the files in each begin with.
    let folders: [String: String]
    /// Whether one that holds other files too may be replaced.
    let mayHoldOthers: Bool

    /// Describes a kind.
    package init(
      noun: String, unfinishedNoun: String, mark: String, files: [String],
      folders: [String: String] = [:], mayHoldOthers: Bool
    ) {
      self.folders = folders
      self.noun = noun
      self.unfinishedNoun = unfinishedNoun
      self.mark = mark
      self.files = files
      self.mayHoldOthers = mayHoldOthers
    }
  }

  /// The final name, without a slash at its end.
  package let path: String

  private let kind: Kind

  /// Names a directory.
  ///
  /// - Parameters:
  ///   - path: The final name.
  ///   - kind: What it is to be.
  package init(_ path: String, _ kind: Kind) {
    self.path = path.withoutFinalSlash
    self.kind = kind
  }

  /// The directory in the making.
  package var partialPath: String { path + ".partial" }

  /// Checks that the directory can be made, before any work is done.
  ///
  /// - Parameter replacesExisting: Whether it may exist.
  /// - Throws: `OutputError` if it exists, is a file, or has no parent directory.
  package func checkTarget(replacesExisting: Bool) throws(OutputError) {
    try OutputFile.checkParent(of: path)
    guard !MappedFile.exists(partialPath) || holdsOnlyKnownFiles(partialPath) else {
      throw OutputError(
        path: partialPath,
        reason: .cannotCreate("what is not \(kind.unfinishedNoun) is never replaced"))
    }
    guard MappedFile.exists(path) else { return }
    guard MappedFile.isDirectory(path) else {
      throw OutputError(path: path, reason: .cannotCreate("a file of that name exists"))
    }
    guard replacesExisting else { throw OutputError(path: path, reason: .exists) }
    guard MappedFile.exists(path + "/" + kind.mark),
      kind.mayHoldOthers || holdsOnlyKnownFiles(path)
    else {
      throw OutputError(
        path: path, reason: .cannotCreate("a directory that is not \(kind.noun) is never replaced"))
    }
  }

  /// Whether a directory holds nothing but what one of the kind in the making leaves.
  private func holdsOnlyKnownFiles(_ path: String) -> Bool {
    func names(in path: String) -> [String]? {
      try? FileManager.default.contentsOfDirectory(atPath: path)
    }
    return names(in: path)?.allSatisfy { name in
      if let start = kind.folders[name] {
        let inner = path + "/" + name
        return names(in: inner)?.allSatisfy {
          $0.hasPrefix(start) && !MappedFile.isDirectory(inner + "/" + $0)
        } ?? false
      }
      return kind.files.contains { name == $0 || name.hasPrefix($0 + ".tmp.") }
    } ?? false
  }

  /// Makes an empty directory to write in.
  ///
  /// - Parameter kept: The names of files and folders in it that stay if they are there.
  /// - Throws: `OutputError` if it cannot be made.
  package func start(keeping kept: Set<String> = []) throws(OutputError) {
    let manager = FileManager.default
    do {
      guard MappedFile.exists(partialPath) else {
        return try manager.createDirectory(
          atPath: partialPath, withIntermediateDirectories: false)
      }
      for name in try manager.contentsOfDirectory(atPath: partialPath) where !kept.contains(name) {
        try manager.removeItem(atPath: partialPath + "/" + name)
      }
    } catch {
      throw OutputError(path: partialPath, error, isCreation: true)
    }
  }

  /// Removes what was written so far.
  package func removePartial() {
    // First what says that it is complete, which the rest would not be any more.
    try? SystemFile.remove(partialPath + "/" + kind.mark)
    try? FileManager.default.removeItem(atPath: partialPath)
  }

  /// Gives the directory its final name, and makes that durable; one that stands there is removed after.
  ///
  /// - Parameter replacesExisting: Whether one may stand there.
  /// - Throws: `OutputError` if it cannot be renamed; the one that stands there has its name then.
  package func moveIntoPlace(replacesExisting: Bool) throws(OutputError) {
    // What the target is may have changed since the directory was started.
    try checkTarget(replacesExisting: replacesExisting)
    try OutputFile.synchronizeParent(of: partialPath + "/" + kind.mark)
    if MappedFile.exists(path) {
      try takePlace()
    } else {
      try OutputFile.move(partialPath, to: path)
    }
    try OutputFile.synchronizeParent(of: path)
    removeReplaced()
  }

  /// Takes the place of the directory that stands under the final name, which becomes a temporary.
  ///
  /// Where the file system can exchange names there is one under the final name at every moment.
  private func takePlace() throws(OutputError) {
    let aside = Temporaries.name(for: path)
    if try OutputFile.exchange(partialPath, with: path) {
      // The new one stands; what becomes of the old one is no reason to call it off.
      try? OutputFile.move(partialPath, to: aside)
      return
    }
    try OutputFile.move(path, to: aside)
    do {
      try OutputFile.move(partialPath, to: path)
    } catch {
      try? OutputFile.move(aside, to: path)
      throw error
    }
  }

  /// Removes what was replaced, also by processes that were killed then; one must stand under the final name.
  package func removeReplaced() { Temporaries.removeLeftovers(of: path) }
}
