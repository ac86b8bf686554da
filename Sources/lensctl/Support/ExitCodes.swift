import ArgumentParser
import Engine
import Foundation

/// A command whose errors become one line on standard error and an exit status.
protocol EngineCommand: ParsableCommand {
  /// Does the work.
  func execute() throws
}

extension EngineCommand {
  func run() throws {
    do {
      try execute()
    } catch let error as any EngineError {
      Messages.print("lensctl: \(error)")
      throw ExitCode(error.kind.exitStatus)
    }
  }

  /// Finds a wrong argument before any work is done.
  ///
  /// - Parameter body: Makes a value of an argument.
  /// - Returns: The value.
  /// - Throws: `ValidationError`, which ends the command with status 64.
  func validated<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as any EngineError {
      throw ValidationError(error.description)
    }
  }
}

extension FaultKind {
  /// The exit status, as `sysexits.h` has it.
  var exitStatus: Int32 {
    switch self {
    case .usage: 64
    case .badData: 65
    case .missingInput: 66
    case .unavailable: 69
    case .cannotCreate: 73
    case .inputOutput: 74
    case .permission: 77
    case .configuration: 78
    }
  }
}

/// Lines on standard error.
enum Messages {
  /// Prints a line.
  static func print(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
  }
}
