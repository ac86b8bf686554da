import ArgumentParser
import Engine
import Foundation

/// How tables are printed.
struct OutputStyle {
  /// Whether cells are separated by tabs and never cut.
  var isPlain: Bool

  /// The columns of the terminal; nil if standard output is not one.
  var width: Int?

  /// Whether headings stand out.
  var usesColour: Bool

  /// A sentence, on as many lines as it needs.
  func sentence(_ text: String) -> [String] {
    width.map { text.wrapped(toWidth: $0) } ?? [text]
  }

  /// The scalars of a label that are kept where it has room for so many; all where nothing is cut.
  func limit(_ most: Int) -> Int { isPlain ? .max : most }

  /// A heading.
  func emphasized(_ text: String) -> String {
    usesColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text
  }
}

/// The options that say how results are printed.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Separate columns by tabs, and cut nothing.")
  var plain = false

  @Flag(help: "Print without colour.")
  var noColor = false

  func validate() throws {
    if json, plain { throw ValidationError("found both --json and --plain, expected one of them") }
  }

  /// The style for standard output.
  var style: OutputStyle {
    let isTerminal = Terminal.isTerminal(FileHandle.standardOutput)
    let environment = ProcessInfo.processInfo.environment
    let mayColour =
      !noColor && !plain && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    return OutputStyle(
      isPlain: plain, width: isTerminal && !plain ? Terminal.width : nil,
      usesColour: isTerminal && mayColour)
  }
}

/// Prints results on standard output.
enum Output {
  /// Prints lines; ends the command quietly if nobody reads them any more.
  ///
  /// - Parameter lines: The lines, without line feeds.
  /// - Throws: `OutputError` if they cannot be written.
  static func print(_ lines: [String]) throws {
    try write(lines.map { $0 + "\n" }.joined())
  }

  /// Writes text; ends the command quietly if nobody reads it any more.
  ///
  /// - Parameter text: The text.
  /// - Throws: `OutputError` if it cannot be written.
  static func write(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      guard (error as NSError).isBrokenPipe else {
        throw OutputError(path: "standard output", error, isCreation: false)
      }
      throw ExitCode.success
    }
  }
}

extension NSError {
  /// Whether the reader of a pipe has gone.
  fileprivate var isBrokenPipe: Bool {
    if domain == NSPOSIXErrorDomain, code == Int(EPIPE) { return true }
    return (userInfo[NSUnderlyingErrorKey] as? NSError)?.isBrokenPipe ?? false
  }
}
