internal import Engine
internal import Foundation

/// A program of Slurm, started without a shell.
struct SlurmProgram: Sendable {
  /// What a program printed.
  struct Result: Sendable, Equatable {
    let output: String
    let messages: String
    let status: Int

    /// The first line of the messages.
    var message: String { messages.split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
  }

  /// Its name, such as `sbatch`.
  let name: String

  private let url: URL

  /// Finds a program.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - environment: The variables of the process, of which `PATH` says where.
  /// - Throws: `SlurmError` if there is none.
  init(_ name: String, environment: [String: String]) throws(SlurmError) {
    self.name = name
    let directories = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let paths = directories.map { $0 + "/" + name }
    guard
      let path = paths.first(where: {
        FileManager.default.isExecutableFile(atPath: $0) && !MappedFile.isDirectory($0)
      })
    else { throw SlurmError(subject: name, reason: .notFound) }
    url = URL(filePath: path)
  }

  /// Runs the program and waits for its end.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments, each as it stands.
  ///   - directory: Where it runs; nil for here.
  /// - Returns: What it printed, and its status.
  /// - Throws: `SlurmError` if it cannot be started.
  func run(_ arguments: [String], in directory: String? = nil) throws(SlurmError) -> Result {
    do {
      return try result(arguments, in: directory)
    } catch {
      throw SlurmError(
        subject: name, reason: .notStarted((error as NSError).localizedDescription))
    }
  }

  /// Files, not pipes, take what it prints: a pipe that is not emptied would stop it.
  private func result(_ arguments: [String], in directory: String?) throws -> Result {
    let manager = FileManager.default
    let place = manager.temporaryDirectory.appending(path: "lensctl-" + UUID().uuidString)
    try manager.createDirectory(at: place, withIntermediateDirectories: false)
    defer { try? manager.removeItem(at: place) }
    let files = ["output", "messages"].map { place.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Result(
      output: texts[0], messages: texts[1], status: Int(process.terminationStatus))
  }

  /// Runs the program, which must end well.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments, each as it stands.
  ///   - directory: Where it runs; nil for here.
  /// - Returns: What it printed.
  /// - Throws: `SlurmError` if it cannot be started or ends otherwise.
  func output(_ arguments: [String], in directory: String? = nil) throws(SlurmError) -> String {
    let result = try run(arguments, in: directory)
    guard result.status == 0 else {
      throw SlurmError(
        subject: name, reason: .failed(status: result.status, message: result.message))
    }
    return result.output
  }
}
