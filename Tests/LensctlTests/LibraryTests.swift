import Foundation
import Testing

@testable import Engine

/// An OpenBLAS that is not there, or not the one that the program was built for.
@Suite struct LibraryTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private static let library = BLAS.libraryPath ?? ""

  /// Copies a file, with another text of the same length in the place of one.
  private func copy(_ path: String, _ text: String, _ other: String) throws -> String {
    var bytes = try Data(contentsOf: URL(filePath: path))
    let range = try #require(bytes.firstRange(of: Data(text.utf8)))
    bytes.replaceSubrange(range, with: Data(other.utf8))
    let copy = try place.write(URL(filePath: path).lastPathComponent, bytes)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
    return copy
  }

  private static let commands = [
    ["doctor"],
    ["scan"] + Workplace.model + [
      "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--out", "run",
    ],
    ["embed"] + Workplace.model + ["--labels", "labels.txt", "--out", "bank"],
  ]

  /// The loader, before the program begins.
  @Test(.enabled(if: BLAS.libraryPath != nil, "OpenBLAS is part of the program"))
  func row95AMissingLibraryIsToldByTheLoader() throws {
    let program = try copy(Commands.program, "libopenblas", "libopenbla5")
    let run = try place.run(program: program, ["doctor"], environment: [:])
    #expect(run.status == 127)
    #expect(run.output.isEmpty)
    #expect(
      run.messages.hasPrefix(
        "\(program): error while loading shared libraries: libopenbla5.so"), "\(run.messages)")
    #expect(run.messages.hasSuffix("No such file or directory\n"))
    #expect(run.messages.count(where: \.isNewline) == 1)
  }

  @Test(.enabled(if: BLAS.libraryPath != nil, "OpenBLAS is part of the program"))
  func row95ALibraryThatLacksAFunctionIsNamed() throws {
    let library = try copy(Self.library, "\0dgesdd_\0", "\0dgesdx_\0")
    for command in Self.commands {
      let run = try place.run(command, environment: ["LD_LIBRARY_PATH": place.path])
      #expect(run.status == 69, "\(command)")
      #expect(
        run.messages
          == "lensctl: \(library): found no dgesdd_, expected an OpenBLAS with CBLAS and LAPACK\n",
        "\(command)")
    }
    #expect(!place.has("run") && !place.has("run.partial") && !place.has("bank"))
    // Where the loader looks up all functions at once, it is the one to tell.
    let run = try place.run(
      ["doctor"], environment: ["LD_LIBRARY_PATH": place.path, "LD_BIND_NOW": "1"])
    #expect(run.status == 127)
    #expect(run.messages.hasSuffix(": undefined symbol: dgesdd_\n"))
    #expect(run.messages.count(where: \.isNewline) == 1)
  }

  /// Whether the options of the library are a text that can be exchanged for another.
  private static let statesOptions =
    (try? Data(contentsOf: URL(filePath: library)))?.firstRange(of: Data(" DYNAMIC_ARCH ".utf8))
    != nil

  /// The same library, which says of itself that its integers have 64 bits.
  @Test(.enabled(if: statesOptions, "this OpenBLAS does not state its options in one text"))
  func row95IntegersOf64BitsAreRefused() throws {
    let library = try copy(Self.library, " DYNAMIC_ARCH ", " USE64BITINT  ")
    for command in Self.commands {
      let run = try place.run(command, environment: ["LD_LIBRARY_PATH": place.path])
      #expect(run.status == 69, "\(command)")
      #expect(
        run.messages
          == "lensctl: \(library): found an OpenBLAS whose integers have 64 bits (USE64BITINT), "
          + "expected 32\n", "\(command)")
    }
  }
}
