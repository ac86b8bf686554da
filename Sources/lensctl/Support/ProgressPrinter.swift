import Engine
import Foundation

/// Shows on standard error how much memory a run will use, and where that is a terminal how far it is.
///
/// One line that is written over, at most ten times a second: stage, share done, rate, and the
/// time left.
final class ProgressPrinter {
  private let isQuiet: Bool
  private let isActive: Bool
  private var stage = ""
  private var stageStart = ContinuousClock.now
  private var lastPrint: ContinuousClock.Instant?

  /// Makes a printer.
  ///
  /// - Parameter isQuiet: Whether nothing is to be printed at all.
  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    isActive =
      !isQuiet && Terminal.isTerminal(FileHandle.standardError)
      && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Shows how far the run is; how much memory it will use is a line of its own.
  func show(_ progress: RunProgress) {
    if case .planned(let memory) = progress {
      finish()
      if !isQuiet { Messages.print("\(memory)") }
    }
    if case .notice(let text) = progress {
      finish()
      if !isQuiet { Messages.print("note: \(text)") }
    }
    guard isActive else { return }
    switch progress {
    case .planned, .notice: return
    case .opening: show("opening", done: nil)
    case .encoding(let done, let total): show("encoding prompts", done: (done, total))
    case .scanning(let done, let total): show("scanning features", done: (done, total))
    case .converting(let done, let total):
      show("writing MiB", done: (done >> 20, total >> 20))
    case .writing: show("writing", done: nil)
    }
  }

  /// Shows which variant of the lens is being judged.
  func show(judging variant: String) {
    if isActive { show("judging \(variant)", done: nil) }
  }

  /// Shows how many rows of a table are exported.
  func show(exporting done: Int, of total: Int) {
    if isActive { show("exporting rows", done: (done, total)) }
  }

  /// Clears the line.
  func finish() {
    guard isActive else { return }
    write("\r\u{1B}[K")
  }

  private func show(_ name: String, done: (Int, Int)?) {
    let now = ContinuousClock.now
    if name != stage {
      (stage, stageStart, lastPrint) = (name, now, nil)
    }
    let isLast = done.map { $0.0 == $0.1 } ?? true
    if let lastPrint, now - lastPrint < .milliseconds(100), !isLast { return }
    lastPrint = now
    var line = name
    if let (done, total) = done, total > 0 {
      let elapsed = (now - stageStart) / .seconds(1)
      line += " \(done) of \(total)"
      if done > 0, elapsed > 0.2 {
        let rate = Double(done) / elapsed
        line += ", \(Int(rate)) a second, \(Int((Double(total - done) / rate).rounded(.up))) s left"
      }
    }
    write("\r\u{1B}[K" + line)
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
