internal import Foundation

/// Who holds a lock, as its file says: for messages, and for those that wait for a lease.
struct LockHolder: Equatable, Sendable {
  /// The id of the process.
  var process: Int32
  /// The name of the machine.
  var host: String
  /// When it took the lock, in UTC.
  var started: String
  /// The program that runs.
  var program: String
  /// Which kernel and which space of process ids the id belongs to; two containers of one machine
  /// may share name and ids.
  var system: String
  /// The seconds from one sign of life to the next.
  var interval: Double
  /// Whether the file itself is the lock, there being no other.
  var isLease: Bool

  /// This process, now.
  static func current(interval: Double, isLease: Bool) -> LockHolder {
    LockHolder(
      process: ProcessInfo.processInfo.processIdentifier, host: Self.text("kernel/hostname"),
      started: Date.now.formatted(.iso8601), program: "lensctl \(Engine.version)",
      system: Self.system, interval: interval, isLease: isLease)
  }

  /// The contents of the file of a lock.
  var serialized: String {
    let json: JSONValue = [
      "format": "lensctl.lock", "pid": .integer(Int(process)), "host": .string(host),
      "started": .string(started), "program": .string(program), "system": .string(system),
      "interval": JSONValue(interval), "lease": .bool(isLease),
    ]
    return json.serialized() + "\n"
  }

  /// Whether ids of processes mean the same here.
  var isHere: Bool { host == Self.text("kernel/hostname") && system == Self.system }

  /// Whether the process is known not to run any more: nobody knows that of another machine.
  var isGone: Bool { isHere && !SystemFile.isRunning(process) }

  /// Who and since when, for messages.
  var name: String { "\(process)@\(host) since \(started)" }

  /// The most bytes of the contents that are read.
  static let sizeLimit = 4096

  private static var system: String {
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    return text("kernel/random/boot_id") + " " + (space ?? "")
  }

  private static func text(_ name: String) -> String {
    let text = try? String(contentsOfFile: "/proc/sys/" + name, encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
  }
}

extension LockHolder {
  /// Whether bytes may be what is left of the contents where a write or the power failed.
  static func isTorn(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 == 0 } || bytes.starts(with: start) || start.starts(with: bytes)
  }

  private static let start = Array(#"{"format":"lensctl.lock","#.utf8)

  /// Reads the contents of the file of a lock, or finds that they are none: the holder ended while
  /// it wrote them, or has not yet.
  init?(parsing bytes: [UInt8]) {
    guard let json = try? JSONValue(parsing: Data(bytes)),
      json["format"]?.string == "lensctl.lock",
      let process = json["pid"]?.integer.flatMap({ Int32(exactly: $0) }),
      let host = json["host"]?.string, let started = json["started"]?.string,
      let interval = json["interval"]?.double, interval > 0, interval < 1e6
    else { return nil }
    self.init(
      process: process, host: host, started: started, program: json["program"]?.string ?? "",
      system: json["system"]?.string ?? "", interval: interval,
      isLease: json["lease"]?.bool ?? false)
  }
}
