import CSystem
import Engine
import Foundation
import Synchronization

/// What becomes of signals that ask the command to stop.
///
/// Work that can go on later runs in `deferring`: there the first signal asks it to stop where it can,
/// and the second ends the command at once. Elsewhere the first does.
enum Signals {
  private static let stop = Mutex<StopSignal?>(nil)

  /// Prepares the command for signals, and for files that change while they are read.
  ///
  /// Without it, as where no thread can be started, signals do what the system says.
  static func install() {
    _ = unsafe mapped_faults_install("lensctl")
    guard stopping_install() == 0 else { return }
    let thread = Thread { while true { handle(stopping_wait()) } }
    thread.stackSize = 1 << 18
    thread.start()
  }

  /// The exit status of a command that a signal has stopped.
  static var exitStatus: Int32 { stopping_status(stopping_signal()) }

  /// Does work that stops by itself, at the next place where it can go on later, when it is asked to.
  ///
  /// - Parameter body: The work. Receives what tells it to stop.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  static func deferring<Result>(_ body: (StopSignal) throws -> Result) rethrows -> Result {
    let signal = StopSignal()
    stop.withLock { $0 = signal }
    defer { stop.withLock { $0 = nil } }
    return try body(signal)
  }
}

extension Signals {
  /// Does what a signal asks for, on the thread that waits for it.
  private static func handle(_ signal: Int32) {
    switch signal {
    case SIGBUS:
      OutputFile.removeTemporaries()
      _exit(FaultKind.inputOutput.exitStatus)
    case SIGINT, SIGTERM, SIGHUP:
      if let stop = stop.withLock(\.self) {
        stop.request()
        Messages.print("lensctl: \(name(signal)): stopping; a second one stops at once")
      } else {
        OutputFile.removeTemporaries()
        Messages.print("lensctl: \(name(signal)): stopped")
        _exit(stopping_status(signal))
      }
    default:
      // Nothing will come that could be waited for.
      Thread.sleep(forTimeInterval: .greatestFiniteMagnitude)
    }
  }

  private static func name(_ signal: Int32) -> String {
    switch signal {
    case SIGINT: "interrupted"
    case SIGHUP: "hung up"
    default: "told to stop"
    }
  }
}
