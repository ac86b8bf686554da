internal import Foundation

/// A control group of Linux that may bound processor time or memory.
struct ControlGroup: Equatable {
  /// The version of the interface: 1 or 2.
  let version: Int
  /// The directory of the group.
  let directory: String

  /// The processor time per time that the group allows, in processors, or nil if it has no bound.
  ///
  /// - Parameter text: Gives the contents of a file, or nil if it cannot be read.
  /// - Returns: A number above 0.
  func quota(reading text: (_ path: String) -> String?) -> Double? {
    let fields: [Substring]
    if version == 2 {
      // Quota and period in microseconds; the quota may be `max`.
      fields = (text(directory + "/cpu.max") ?? "").split(whereSeparator: \.isWhitespace)
    } else {
      // A quota of -1 is none.
      fields = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].compactMap { name in
        text(directory + "/" + name)?.split(whereSeparator: \.isWhitespace).first
      }
    }
    guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  /// The memory that the group may use, in bytes, or nil if it has no bound.
  ///
  /// - Parameter text: Gives the contents of a file, or nil if it cannot be read.
  /// - Returns: A number of bytes; one that `Int` cannot hold is no bound.
  func memoryLimit(reading text: (_ path: String) -> String?) -> Int? {
    // `max`, or in version 1 nearly 2^63, is no bound.
    let name = version == 2 ? "memory.max" : "memory.limit_in_bytes"
    guard let bytes = text(directory + "/" + name).flatMap(Self.bytes), bytes < 1 << 62 else {
      return nil
    }
    return bytes
  }

  /// The memory that the group leaves, in bytes, or nil if it has no bound: its limit less what is
  /// used of it, without the cache of files that were not read lately, which gives way.
  ///
  /// Where use is not known, all of the limit.
  ///
  /// - Parameter text: Gives the contents of a file, or nil if it cannot be read.
  /// - Returns: A number of bytes, at least 0.
  func freeMemory(reading text: (_ path: String) -> String?) -> Int? {
    guard let limit = memoryLimit(reading: text) else { return nil }
    let name = version == 2 ? "memory.current" : "memory.usage_in_bytes"
    let used = text(directory + "/" + name).flatMap(Self.bytes) ?? 0
    // Of version 1, the groups below are part of `total_` alone.
    let key = version == 2 ? "inactive_file" : "total_inactive_file"
    let statistics = text(directory + "/memory.stat") ?? ""
    let line = statistics.split(separator: "\n").first { $0.hasPrefix(key + " ") }
    let cache = line.flatMap { Self.bytes(String($0.dropFirst(key.count))) } ?? 0
    return limit - min(limit, max(0, used - cache))
  }

  /// The one number of a file.
  private static func bytes(_ text: String) -> Int? {
    let fields = text.split(whereSeparator: \.isWhitespace)
    guard fields.count == 1, let bytes = Int(fields[0]), bytes >= 0 else { return nil }
    return bytes
  }

  /// The control groups of this process.
  ///
  /// - Parameter controller: `cpu` or `memory`.
  /// - Returns: Each before those above it.
  static func ofThisProcess(controller: String) -> [ControlGroup] {
    all(
      ofProcess: text(of: "/proc/self/cgroup") ?? "",
      mounts: text(of: "/proc/self/mountinfo") ?? "", controller: controller)
  }

  /// The contents of a file of the system, or nil if it cannot be read.
  static func text(of path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }

  /// The control groups that a process belongs to, each before those above it.
  ///
  /// - Parameters:
  ///   - memberships: The contents of `/proc/self/cgroup`.
  ///   - mounts: The contents of `/proc/self/mountinfo`.
  ///   - controller: `cpu` or `memory`.
  /// - Returns: The groups of the controller in version 1 and those of version 2, as far as
  ///   they can be seen from here.
  static func all(
    ofProcess memberships: String, mounts: String, controller: String = "cpu"
  ) -> [ControlGroup] {
    let paths = paths(in: memberships, controller: controller)
    return mounts.split(separator: "\n").flatMap { line -> [ControlGroup] in
      // id parent device root mount-point options [tags] - type source super-options
      let fields = line.split(separator: " ").map(String.init)
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else {
        return []
      }
      let isOne = fields[dash + 3].split(separator: ",").contains(Substring(controller))
      let version = ["cgroup2": 2, "cgroup": isOne ? 1 : 0][fields[dash + 1]]
      guard let version, let path = paths[version] else { return [] }
      return directories(of: path, root: fields[3], mountPoint: fields[4]).map {
        ControlGroup(version: version, directory: $0)
      }
    }
  }

  /// The paths of the process's groups in the hierarchies, by version.
  private static func paths(in memberships: String, controller: String) -> [Int: String] {
    var paths: [Int: String] = [:]
    for line in memberships.split(separator: "\n") {
      // hierarchy:controllers:path; no controllers in version 2.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      if fields[0] == "0", fields[1].isEmpty { paths[2] = String(fields[2]) }
      if fields[1].split(separator: ",").contains(Substring(controller)) {
        paths[1] = String(fields[2])
      }
    }
    return paths
  }

  /// The directories of a group and of those above it, up to the mount point; the mount point alone
  /// if the group lies outside of what is mounted.
  private static func directories(
    of path: String, root: String, mountPoint: String
  ) -> [String] {
    let (path, root) = (path.split(separator: "/"), root.split(separator: "/"))
    guard path.starts(with: root), !path.contains("..") else { return [mountPoint] }
    let names = path.dropFirst(root.count)
    return (0...names.count).reversed().map { count in
      ([Substring(mountPoint)] + names.prefix(count)).joined(separator: "/")
    }
  }
}
