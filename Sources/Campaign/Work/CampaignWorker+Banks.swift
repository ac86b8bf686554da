internal import Engine
internal import Foundation

extension CampaignWorker {
  /// The seconds between two looks at whether another process has encoded a bank.
  private static let waitSeconds = 0.5

  /// Encodes the labels of a bank, unless that is done.
  ///
  /// - Returns: Whether it was done.
  func encode(_ bank: PlannedBank) throws -> Bool {
    if try isWhole(bank) { return true }
    let cache = BankCache(sharedDirectory: folder.banksPath)
    let request = try bank.request(
      digestCache: DigestCache(sharedDirectory: folder.path + "/digests"), workers: workers)
    let (encoded, _) = try request.bank(
      cache: cache, workers: workers, memoryLimit: memoryLimit, progress: progress)
    let path = cache.path(for: encoded.provenance["key"]?.string ?? "")
    // A cache is written at will: a campaign cannot do without.
    if !MappedFile.exists(path) { try encoded.write(to: path) }
    let record: JSONValue = [
      "format": "lensctl.bank", "format_version": 1, "engine": .string(Engine.version),
      "file": .string(URL(filePath: path).lastPathComponent),
      "sha256": .string(try FileDigest.sha256(contentsOf: path)),
    ]
    try OutputFile.write(json: record, to: folder.bankRecordPath(bank))
    return false
  }

  /// Whether a bank is there and what it was; one that is not is removed.
  private func isWhole(_ bank: PlannedBank) throws -> Bool {
    guard let record = try? JSONValue(contentsOf: folder.bankRecordPath(bank)),
      let name = record["file"]?.string, !name.contains("/")
    else { return false }
    let path = folder.banksPath + "/" + name
    if let digest = try? FileDigest.sha256(contentsOf: path), digest == record["sha256"]?.string {
      return true
    }
    report("\(path): a damaged label bank; encoded again")
    try? FileManager.default.removeItem(atPath: path)
    return false
  }

  /// Waits until the labels of a run are encoded, or encodes them if nobody does.
  func waitForBank(of run: Int) throws {
    let index = plan.runs[run].bankIndex
    while !folder.isDone(.labels(bank: index), of: plan) {
      do {
        let lock = try DirectoryLock(path: folder.lockPath(index), subject: "item \(index)")
        defer { lock.release() }
        _ = try encode(plan.runs[run].bank)
      } catch let error as LockError where error.kind == .temporary {
        try stop.check(folder.path, "stopped while labels were awaited; the same command goes on")
        Thread.sleep(forTimeInterval: Self.waitSeconds)
      }
    }
  }
}
