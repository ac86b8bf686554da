public import Foundation

/// Label banks that were encoded before, each under a name made of all that determines it.
///
/// `$LENSCTL_CACHE`, else `$XDG_CACHE_HOME/lensctl`, else `~/.cache/lensctl`; files
/// `banks/<key>.safetensors`. Files can be deleted at any time.
public struct BankCache: Sendable, Equatable {
  /// The directory that holds the banks.
  public let directory: String

  /// Finds the cache by the environment.
  ///
  /// - Parameter environment: The variables of the process.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func directory(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let root =
      directory("LENSCTL_CACHE") ?? directory("XDG_CACHE_HOME").map { $0 + "/lensctl" }
      ?? (directory("HOME") ?? "") + "/.cache/lensctl"
    self.directory = root + "/banks"
  }

  /// The bank of a key, or nil if there is none that can be read.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - source: What the labels are called in messages.
  /// - Returns: The bank, as it was when it was encoded.
  func bank(for key: String, source: String) -> LabelBank? {
    guard let bank = try? LabelBank(contentsOf: path(for: key), source: source),
      bank.provenance["key"]?.string == key
    else { return nil }
    return bank
  }

  /// Keeps a bank under its key; a cache that cannot be written is left alone.
  func keep(_ bank: LabelBank, for key: String) {
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try? bank.write(to: path(for: key))
  }

  private func path(for key: String) -> String { "\(directory)/\(key).safetensors" }
}
