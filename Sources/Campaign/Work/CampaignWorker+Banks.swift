internal import Engine
internal import Foundation

extension CampaignWorker {
  /// The seconds between two looks at whether another process has encoded a bank.
  private static let waitSeconds = 0.5

  /// Encodes the labels of a bank, unless that is done.
  ///
  /// - Returns: Whether it was done.
  func encode(_ bank: PlannedBank) throws -> Bool {
    if isWhole(bank) { return true }
    try removeDamaged(bank)
    let cache = BankCache(sharedDirectory: folder.banksPath)
    let request = try bank.request(
      digestCache: DigestCache(sharedDirectory: folder.path + "/digests"), workers: workers)
    let (encoded, _) = try request.bank(
      cache: cache, workers: workers, memoryLimit: memoryLimit,
      checkpoint: { () throws in
        try stop.check("labels \(bank.id)", "stopped; the same command encodes them again")
      }, progress: progress)
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

  /// Whether a bank is there and what it was.
  private func isWhole(_ bank: PlannedBank) -> Bool {
    guard let path = folder.bankPath(bank),
      let record = try? JSONValue(contentsOf: folder.bankRecordPath(bank)),
      let digest = try? FileDigest.sha256(contentsOf: path)
    else { return false }
    return digest == record["sha256"]?.string
  }

  /// Removes a bank that is not what it was, so that it is not taken from there; its lock must be held.
  private func removeDamaged(_ bank: PlannedBank) throws(OutputError) {
    guard let path = folder.bankPath(bank), MappedFile.exists(path) else { return }
    report("\(path): a damaged label bank; encoded again")
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
  }

  /// Refuses a bank that is not what it was, and removes it: its labels are to be encoded again then.
  func check(_ bank: PlannedBank) throws(CampaignError) {
    guard !isWhole(bank) else { return }
    let path = folder.bankPath(bank)
    if let path { try? FileManager.default.removeItem(atPath: path) }
    throw CampaignError(
      place: path ?? folder.bankRecordPath(bank),
      reason: .damaged("another SHA-256 than its record says"))
  }

  /// Waits until the labels of a run are encoded, or encodes them if nobody does; looks once whether they are what they were.
  mutating func waitForBank(of run: Int) throws {
    let index = plan.runs[run].bankIndex
    while !checkedBanks.contains(index) {
      if isWhole(plan.runs[run].bank) {
        checkedBanks.insert(index)
        return
      }
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
