import Engine
import Foundation

// Times the engine beside the bare products of its shapes, naive loops, and what people use instead.
// Prints a table, and CSV if --csv names a file; exits 1 if results are not what they should be.

/// Runs the benchmark.
///
/// - Returns: The exit status.
func benchmark() -> Int32 {
  func say(_ text: String) { FileHandle.standardError.write(Data("enginebench: \(text)\n".utf8)) }
  do {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard !arguments.contains("--help") else {
      print(Options.usage)
      return 0
    }
    let options = try Options(arguments)
    let bench = try Bench(options)
    defer { bench.finish() }
    try bench.run()
    print(bench.report.text)
    if let path = options.csv { try OutputFile.write(Data(bench.report.csv.utf8), to: path) }
    return bench.report.differences.isEmpty ? 0 : 1
  } catch let error as UsageError {
    say("\(error.word)\n\(Options.usage)")
    return 64
  } catch {
    say("\(error)")
    return 1
  }
}

exit(benchmark())
