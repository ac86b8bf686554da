import Foundation
import Testing

/// The fixtures, the built program and a home of its own for it.
enum Commands {
  /// The fixtures of the engine's tests.
  static let fixtures =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "EngineTests/Fixtures").path

  /// The program, which is built into the directory of the test bundle.
  static let program: String = {
    let test = CommandLine.arguments.first ?? ""
    let places = [Bundle.main.bundlePath, Bundle.main.executablePath ?? test, test]
    for place in places {
      var url = URL(filePath: place)
      while url.path.count > 1 {
        let candidate = url.appending(path: "lensctl").path
        var isDirectory: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory),
          !isDirectory.boolValue
        {
          return candidate
        }
        url.deleteLastPathComponent()
      }
    }
    return "lensctl"
  }()
}

/// A command that has ended.
struct CommandRun {
  /// What it wrote on standard output.
  let output: String
  /// What it wrote on standard error, but for `preflight`.
  let messages: String
  /// The line on standard error that says how much memory will be used.
  let preflight: String?
  let status: Int32

  /// The lines of standard output.
  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A directory with a home, a cache and whatever a test writes.
final class Workplace {
  /// The directory, without a final slash.
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "lensctl-tests-" + UUID().uuidString).path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a text file.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }

  /// Writes a file.
  @discardableResult
  func write(_ name: String, _ contents: Data) throws -> String {
    try contents.write(to: URL(filePath: path + "/" + name))
    return path + "/" + name
  }

  /// Runs the program and waits for its end.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments.
  ///   - environment: Further variables.
  /// - Returns: What it wrote, and its status.
  /// - Throws: What starting it throws.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandRun {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
    try run(program: Commands.program, arguments, environment: environment)
  }

  /// Runs a line of bash, in which `$LENSCTL` is the program.
  func shell(_ line: String) throws -> CommandRun {
    try run(
      program: "/bin/bash", ["-c", line], environment: ["LENSCTL": Commands.program])
  }

  /// Runs a program, with the home of the test.
  func run(
    program: String, _ arguments: [String], environment: [String: String]
  ) throws -> CommandRun {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: path)
    process.environment = [
      "HOME": path, "LENSCTL_CACHE": path + "/cache", "HF_HUB_CACHE": path + "/hub",
      "PATH": "/usr/bin:/bin",
    ].merging(environment) { $1 }
    // Files, not pipes: a pipe that is not emptied would stop a program that writes much.
    let files = ["output", "messages"].map { path + "/" + UUID().uuidString + "." + $0 }
    for file in files { try Data().write(to: URL(filePath: file)) }
    let handles = try files.map { try FileHandle(forWritingTo: URL(filePath: $0)) }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    for file in files { try FileManager.default.removeItem(atPath: file) }
    let lines = texts[1].split(separator: "\n", omittingEmptySubsequences: false)
    return CommandRun(
      output: texts[0],
      messages: lines.filter { !$0.hasPrefix("memory: about ") }.joined(separator: "\n"),
      preflight: lines.first { $0.hasPrefix("memory: about ") }.map(String.init),
      status: process.terminationStatus)
  }
}
