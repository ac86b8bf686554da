public import Foundation

/// Label banks that were encoded before, each under a name made of all that determines it.
///
/// Files `banks/<key>.<kernel>.safetensors` in the cache directory, since kernels of the linear algebra differ in
/// the last digits; in a directory that machines share `<key>.safetensors`, the bank of whoever encoded it first.
public struct BankCache: Sendable, Equatable {
  /// The directory that holds the banks.
  public let directory: String

  /// Whether a bank that was encoded by another kernel is taken too.
  public let isShared: Bool

  /// Shares the banks of a directory between machines, whatever kernels of the linear algebra they have.
  ///
  /// - Parameter directory: The directory that holds the banks.
  public init(sharedDirectory directory: String) {
    self.directory = directory
    isShared = true
  }

  /// Finds the cache by the environment.
  ///
  /// - Parameter environment: The variables of the process.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    directory = CacheDirectory.path(environment: environment) + "/banks"
    isShared = false
  }

  /// The bank of a key, or nil if there is none that can be read.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - source: What the labels are called in messages.
  ///   - isStreamed: Whether embeddings stay in the file.
  /// - Returns: The bank, as it was when it was encoded.
  func bank(for key: String, source: String, isStreamed: Bool = false) -> LabelBank? {
    guard
      let bank = try? LabelBank(
        contentsOf: path(for: key), source: source, isStreamed: isStreamed),
      bank.provenance["key"]?.string == key
    else { return nil }
    return bank
  }

  /// Whether there is a file for a key, whatever is in it.
  func hasBank(for key: String) -> Bool { MappedFile.exists(path(for: key)) }

  /// Why a bank of these labels cannot be kept, in one line, or nil if it can.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - limit: The most bytes of a header.
  /// - Returns: A warning.
  static func warning(
    for labels: [String], limit: Int = SafetensorsHeader.sizeLimit
  ) -> String? {
    do {
      try LabelBank.check(labels, fitHeaderOf: "label bank", limit: limit)
      return nil
    } catch {
      return "not kept in the cache: \(error)"
    }
  }

  /// Keeps a bank under its key; a cache that cannot be written is left alone.
  func keep(_ bank: LabelBank, for key: String) {
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try? bank.write(to: path(for: key))
  }

  /// The file of a bank.
  ///
  /// - Parameter key: The key.
  /// - Returns: The path.
  public func path(for key: String) -> String {
    let library = FileDigest.sha256(Data(BLAS.configuration.utf8)).prefix(8)
    let kernel = isShared ? "" : ".\(BLAS.coreName)-\(library)"
    return "\(directory)/\(key)\(kernel).safetensors"
  }
}
