/// How much memory a process can have, and what says so.
public struct MemoryLimit: Equatable, Sendable {
  /// The memory that the machine can give without swapping, in bytes; all that it has where that is
  /// not known.
  public let available: Int

  /// The least that the process's control group or one above it leaves of its limit, in bytes, nil if
  /// none has a limit.
  public let group: Int?

  /// The memory that can be had, in bytes.
  public var free: Int { min(available, group ?? .max) }

  /// The part of it that is used where no other limit is stated.
  public static let share = 4

  /// The limit where no other is stated, in bytes.
  public var standard: Int { free / Self.share }

  /// What holds for this process at this moment.
  public static var current: MemoryLimit {
    let groups = ControlGroup.ofThisProcess(controller: "memory")
    return MemoryLimit(
      available: Machine.availableMemory ?? Machine.memory,
      group: groups.compactMap { $0.freeMemory(reading: ControlGroup.text) }.min())
  }
}
