internal import Foundation

/// What is known of the machine and of the libraries that compute on it.
public enum Machine {
  /// The processors that the process may use, by its affinity and its control groups.
  public static var usableProcessors: Int { ProcessorLimit.current.count }

  /// The name of the processor, or `unknown`.
  public static var processorName: String {
    field("model name", ofFile: "/proc/cpuinfo") ?? "unknown"
  }

  /// The memory of the machine, in bytes.
  public static var memory: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

  /// The memory that can be had without swapping, in bytes, or nil if it is not known.
  public static var availableMemory: Int? {
    field("MemAvailable", ofFile: "/proc/meminfo").flatMap {
      Int($0.split(separator: " ").first ?? "").map { $0 * 1024 }
    }
  }

  /// The name and version of the operating system's kernel.
  public static var operatingSystem: String {
    ProcessInfo.processInfo.operatingSystemVersionString
  }

  /// The first value of a name in a file of lines `name : value`.
  private static func field(_ name: String, ofFile path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}

extension Machine {
  /// What a run records of the machine.
  ///
  /// - Parameter memory: The threads in use, and how the run keeps to its limit of memory.
  /// - Returns: The members of `environment` in `run.json`.
  static func record(_ memory: MemoryPlan) -> JSONValue {
    [
      "engine": .string(Engine.version),
      "host": .string(ProcessInfo.processInfo.hostName),
      "blas": .string(BLAS.configuration),
      "blas_kernel": .string(BLAS.kernel.name),
      "blas_kernel_source": .string(BLAS.kernel.source.rawValue),
      "processor": .string(processorName),
      "threads": .integer(memory.workers),
      "memory": memory.record,
      "operating_system": .string(operatingSystem),
    ]
  }
}
