import ArgumentParser
import Engine

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
}

extension ParsableArguments {
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
