import Foundation

/// The program at work, to be disturbed.
final class RunningCommand {
  private let process = Process()
  private let messagesPath: String

  /// Starts the program in a workplace.
  ///
  /// - Parameters:
  ///   - place: The workplace.
  ///   - arguments: Its arguments.
  ///   - shell: What bash does before it becomes the program.
  /// - Throws: What starting it throws.
  init(_ place: Workplace, _ arguments: [String], shell: String = "") throws {
    messagesPath = place.path + "/" + UUID().uuidString + ".messages"
    try Data().write(to: URL(filePath: messagesPath))
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "\(shell) exec \"$0\" \"$@\"", Commands.program] + arguments
    process.currentDirectoryURL = URL(filePath: place.path)
    process.environment = [
      "HOME": place.path, "LENSCTL_CACHE": place.path + "/cache", "PATH": "/usr/bin:/bin",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(filePath: messagesPath))
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { send(SIGKILL) }
  }

  /// The process.
  var identifier: Int32 { process.processIdentifier }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }

  /// Waits until something is so, or the program has ended, or a minute has passed.
  ///
  /// - Returns: Whether it is so.
  func waits(for condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<6000 {
      if try condition() { return true }
      guard process.isRunning else { return false }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }

  /// Waits for its end.
  ///
  /// - Returns: What it wrote on standard error, and its status; 1000 and the signal if that ended it.
  /// - Throws: What reading throws.
  func end() throws -> (messages: String, status: Int32) {
    process.waitUntilExit()
    let status = process.terminationStatus
    return (
      try String(contentsOfFile: messagesPath, encoding: .utf8),
      process.terminationReason == .exit ? status : 1000 + status
    )
  }
}

/// strace, by which calls of the operating system are made to fail.
enum Tracer {
  /// Whether it is there and may trace a program here.
  static let works: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/strace")
    process.arguments = ["-f", "-o", "/dev/null", "-e", "trace=fsync", "/bin/true"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}

extension Workplace {
  /// Writes `sae.safetensors`, 96,000 decoder rows of 32: some seconds of work, of 12 MB.
  func writeLongWork() throws {
    let (features, width) = (96_000, 32)
    let header =
      "{\"W_dec\":{\"dtype\":\"F32\",\"shape\":[\(features),\(width)],"
      + "\"data_offsets\":[0,\(features * width * 4)]}}"
    let rows = Workplace.rows(64, width: width).joined().map(\.bitPattern.littleEndian)
    let bytes = rows.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var body = Data(capacity: features * width * 4)
    for _ in 0..<(features / 64) { body.append(contentsOf: bytes) }
    try write(
      "sae.safetensors",
      header: header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8), body: body)
  }

  /// Runs the program with calls that fail.
  ///
  /// - Parameters:
  ///   - faults: What strace is to inject, such as `fsync:error=EIO:when=1`; several with a space between.
  ///   - path: The only file whose calls fail; any if nil.
  ///   - arguments: The arguments of the program.
  ///   - environment: Further variables.
  /// - Returns: What it wrote, and its status.
  /// - Throws: What starting it throws.
  func run(
    faults: String, path: String? = nil, _ arguments: [String],
    environment: [String: String] = [:]
  ) throws -> CommandRun {
    let faults = faults.split(separator: " ")
    let calls = faults.map { $0.prefix { $0 != ":" } }.joined(separator: ",")
    let filter = path.map { ["-P", $0] } ?? []
    return try run(
      program: "/usr/bin/strace",
      ["-f", "-o", self.path + "/trace", "-e", "trace=\(calls)"]
        + faults.flatMap { ["-e", "inject=\($0)"] } + filter + [Commands.program] + arguments,
      environment: environment)
  }
}
