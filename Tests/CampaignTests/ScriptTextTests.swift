import Engine
import Foundation
import Testing

@testable import Campaign

/// Texts of others in scripts.
@Suite struct ScriptTextTests {
  /// What could be more than itself.
  static let texts = [
    "plain", "", "a b", "it's", "''", "\"x\"", "$(touch /tmp/no)", "`id`", "$HOME", "a;b|c&d",
    "*?[x]",
    "\\", "\\'", "!x", "#x", "~", "-rf", "a=b", "é 日本", "{a,b}", "%x",
    "'\u{301}; echo no; '\u{301}", "\\\u{301}\"", "$\u{308}HOME",
  ]

  @Test(arguments: texts)
  func aShellReadsAWordAsItIs(text: String) throws {
    let word = try ScriptText.word(text, subject: "x")
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "printf '%s' \(word)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    process.waitUntilExit()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: output, as: UTF8.self) == text)
  }

  @Test(arguments: [
    ("plain-1_2.3", "plain-1_2.3"), ("a b", "a\\ b"), ("it's", "it\\'s"), ("#", "\\#"),
    ("\\", "\\\\"),
    ("$(x)", "\\$\\(x\\)"), ("é", "é"), ("2:00:00", "2:00:00"), ("\"", "\\\""),
    ("gpu:a100", "gpu:a100"),
  ])
  func aDirectiveHasBackslashes(text: String, directive: String) throws {
    #expect(try ScriptText.directive(text, subject: "x") == directive)
  }

  @Test(arguments: ["a\nb", "a\rb", "a\0b", "\u{7}", "a\u{85}b"])
  func controlCharactersAreRefused(text: String) throws {
    let message =
      "--mem: found \"\(text.printable())\", expected text without control characters, such as "
      + "line ends, which cannot stand in a script"
    let word = #expect(throws: SlurmError.self) {
      _ = try ScriptText.word(text, subject: "--mem")
    }
    let directive = #expect(throws: SlurmError.self) {
      _ = try ScriptText.directive(text, subject: "--mem")
    }
    for error in [word, directive] {
      #expect(error?.description == message)
      #expect(error?.kind == .usage)
    }
  }
}
