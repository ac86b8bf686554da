import Dispatch
import Foundation

/// Another program that is run to its end.
struct Command {
  private let process = Process()
  private let name: String

  /// Prepares a program.
  ///
  /// - Parameters:
  ///   - path: The program.
  ///   - arguments: Its arguments.
  ///   - environment: Variables besides those of this process.
  init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) {
    name = ([path] + arguments).joined(separator: " ")
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
  }

  /// Runs the program; what it prints as errors goes to where this program's go.
  ///
  /// - Returns: What it printed.
  /// - Throws: `CommandError` if it did not end well.
  func output() throws -> String {
    let pipe = Pipe()
    process.standardOutput = pipe
    // `waitUntilExit` looks for the end every 50 ms or so.
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    ended.wait()
    guard process.terminationStatus == 0 else {
      throw CommandError(command: name, status: process.terminationStatus)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A program that did not end well.
struct CommandError: Error, CustomStringConvertible {
  let command: String
  let status: Int32

  var description: String { "\(command): exit status \(status)" }
}
