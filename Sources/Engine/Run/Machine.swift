internal import Foundation

/// What is known of the machine and of the libraries that compute on it.
public enum Machine {
  /// The processors that the process may use, by its affinity.
  public static var usableProcessors: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The name of the processor, or `unknown`.
  public static var processorName: String { processorField("model name") ?? "unknown" }

  /// The names of the processor's features, as Linux lists them.
  public static var processorFlags: Set<String> {
    Set((processorField("flags") ?? "").split(separator: " ").map(String.init))
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

  /// The OpenBLAS kernels that use the widest vectors of this processor.
  public static var fittingKernels: Set<String> {
    let flags = processorFlags
    if flags.contains("avx512f") { return ["SkylakeX", "Cooperlake", "SapphireRapids"] }
    if flags.contains("avx2") { return ["Haswell", "Zen", "Excavator"] }
    if flags.contains("avx") { return ["Sandybridge", "Bulldozer", "Piledriver", "Steamroller"] }
    return []
  }

  /// Whether the kernels in use fit the processor; true where nothing better is known.
  public static var kernelFits: Bool {
    fittingKernels.isEmpty || fittingKernels.contains { $0.lowercased() == kernel.lowercased() }
  }

  /// The value of `OPENBLAS_CORETYPE` that chooses kernels that fit the processor, or nil if those
  /// in use fit.
  public static var betterKernel: String? {
    guard !kernelFits else { return nil }
    return ["SkylakeX", "Haswell", "Sandybridge"].first { fittingKernels.contains($0) }
  }

  private static var kernel: String { BLAS.coreName }

  private static func processorField(_ name: String) -> String? {
    field(name, ofFile: "/proc/cpuinfo")
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
  /// - Parameter workers: The number of threads in use.
  /// - Returns: The members of `environment` in `run.json`.
  static func record(workers: Int) -> JSONValue {
    [
      "engine": .string(Engine.version),
      "blas": .string(BLAS.configuration),
      "blas_kernel": .string(BLAS.coreName),
      "processor": .string(processorName),
      "threads": .integer(workers),
      "operating_system": .string(operatingSystem),
    ]
  }
}
