import Engine
import Foundation

/// A Python that runs `peers.py` beside this program and does one job at a time.
final class Peer {
  /// Python and its libraries with their versions, in order.
  private(set) var versions: [(name: String, value: String)] = []

  private let process = Process()
  private let (input, output) = (Pipe(), Pipe())
  private var pending = Data()
  /// Why there is none; nil while there is one.
  private(set) var absence: String?

  /// Starts Python, with as many threads as the benchmark uses.
  init(_ bench: Bench) {
    signal(SIGPIPE, SIG_IGN)
    let script = "benchmarks/peers.py"
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [bench.options.python, script]
    process.standardInput = input
    process.standardOutput = output
    var environment = ProcessInfo.processInfo.environment
    for library in ["OMP", "OPENBLAS", "MKL", "NUMEXPR"] {
      environment["\(library)_NUM_THREADS"] = "\(bench.workers)"
    }
    environment["ENGINE_KERNEL"] = BLAS.coreName
    environment["TOKENIZERS_PARALLELISM"] = "false"
    environment["HF_HUB_OFFLINE"] = "1"
    process.environment = environment
    guard MappedFile.exists(script) else {
      absence = "not run: no \(script) in the working directory"
      return
    }
    do {
      try process.run()
      let found = try ask(["job": "versions"])
      for name in found.names { versions.append((name, found[name]?.string ?? "")) }
    } catch {
      absence = "not run: \(bench.options.python) does not run \(script)"
    }
    if let absence { versions = [("Python", absence)] }
  }

  /// Has Python do a job.
  ///
  /// - Parameter job: The members of the job.
  /// - Returns: The members of the answer.
  /// - Throws: `PeerError` if there is no Python, if a library is missing, or if it ends.
  func ask(_ job: JSONObject) throws -> JSONObject {
    if let absence { throw PeerError(text: absence) }
    let line = JSONValue.object(job).serialized() + "\n"
    try input.fileHandleForWriting.write(contentsOf: Data(line.utf8))
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let answer = try JSONValue(parsing: Data(pending[..<end])).object ?? [:]
        pending = Data(pending[(end + 1)...])
        if let missing = answer["missing"]?.string { throw PeerError(text: missing) }
        return answer
      }
      let bytes = output.fileHandleForReading.availableData
      guard !bytes.isEmpty else {
        absence = "not run: Python ended early"
        throw PeerError(text: "not run: Python ended early")
      }
      pending += bytes
    }
  }

  /// The seconds in an answer.
  func seconds(of answer: JSONObject) throws -> Double {
    guard let seconds = answer["seconds"]?.double else {
      throw PeerError(text: "not run: no seconds in the answer")
    }
    return seconds
  }
}

/// Why a peer was not run; it stands in the table.
struct PeerError: Error {
  let text: String
}
