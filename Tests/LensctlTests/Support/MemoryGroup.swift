import Foundation

@testable import Engine

/// A control group of a test, whose memory can be bounded.
final class MemoryGroup {
  private let version: Int
  private let directory: String

  /// Whether one can be made here, and processes be put into it.
  static let works = MemoryGroup() != nil

  /// Makes a group at the highest place where that can be done; nil if there is none.
  init?() {
    for parent in ControlGroup.ofThisProcess(controller: "memory").reversed() {
      let directory = parent.directory + "/lensctl-test-" + UUID().uuidString
      guard
        (try? FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: false)) != nil
      else { continue }
      let limit = parent.version == 2 ? "/memory.max" : "/memory.limit_in_bytes"
      let place = try? Workplace()
      if MappedFile.exists(directory + limit),
        (try? place?.shell(Self.entrance(to: directory)))?.status == 0
      {
        self.directory = directory
        version = parent.version
        // What does not fit must not be moved elsewhere.
        write("0", to: version == 2 ? "memory.swap.max" : "memory.swappiness")
        return
      }
      _ = unsafe rmdir(directory)
    }
    return nil
  }

  deinit {
    // The system may take a moment to forget processes that have ended.
    for _ in 0..<100 where unsafe rmdir(directory) != 0 { Thread.sleep(forTimeInterval: 0.01) }
  }

  /// What bash does to enter the group, with all that it becomes or starts.
  var entrance: String { Self.entrance(to: directory) }

  private static func entrance(to directory: String) -> String {
    "echo $$ >'\(directory)/cgroup.procs' || exit 99;"
  }

  /// Bounds the memory of the group.
  ///
  /// - Parameter bytes: The limit.
  /// - Returns: Whether that could be done; version 1 sets no limit below what is in use.
  @discardableResult
  func limit(_ bytes: Int) -> Bool {
    write("\(bytes)", to: version == 2 ? "memory.max" : "memory.limit_in_bytes")
  }

  /// Leaves the group no more memory than it has.
  func tighten() { limit(number("memory.current", "memory.usage_in_bytes")) }

  /// The most memory that the group had at once, in bytes.
  var peak: Int { number("memory.peak", "memory.max_usage_in_bytes") }

  /// The processes of the group that were killed for lack of memory.
  var killCount: Int {
    let lines = text(version == 2 ? "memory.events" : "memory.oom_control").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("oom_kill ") }
    return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
  }

  private func number(_ second: String, _ first: String) -> Int {
    Int(text(version == 2 ? second : first).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  private func text(_ name: String) -> String {
    ControlGroup.text(of: directory + "/" + name) ?? ""
  }

  @discardableResult
  private func write(_ text: String, to name: String) -> Bool {
    guard let file = FileHandle(forWritingAtPath: directory + "/" + name) else { return false }
    defer { try? file.close() }
    return (try? file.write(contentsOf: Data(text.utf8))) != nil
  }
}
