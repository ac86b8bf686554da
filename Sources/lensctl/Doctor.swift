import ArgumentParser
import Engine
import Foundation

/// Prints what the machine offers, and checks what everything rests on.
struct Doctor: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the machine, its matrix products, and where models and labels are kept.",
    discussion: """
      Matrix products are compared with plain loops in double precision; if they are wrong, the \
      command ends with status 69.
      """)

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var output: OutputOptions

  func execute() throws {
    try BLAS.check()
    let test = try SelfTest(workers: threads.workers)
    let facts = facts(test)
    if output.json {
      var object: JSONObject = [:]
      for fact in facts { object[fact.name] = fact.value }
      try Output.print([JSONValue.object(object).serialized(indent: 2)])
    } else {
      let list = FactList(
        facts.compactMap { fact in fact.text.map { (fact.heading, $0) } })
      try Output.print(list.lines(output.style))
    }
    for warning in BLAS.kernel.warnings { Messages.print("warning: \(warning)") }
    try test.check()
  }

  private struct Fact {
    var name: String
    var value: JSONValue
    /// The name without unit and underscores.
    var heading: String {
      name.replacingOccurrences(of: "_bytes", with: "").replacingOccurrences(of: "_", with: " ")
    }

    /// The value as people read it; nil if another fact says it too.
    var text: String?

    init(_ name: String, _ value: JSONValue, text: String?) {
      self.name = name
      self.value = value
      self.text = text
    }

    init(_ name: String, _ value: JSONValue) {
      self.init(name, value, text: value.cell)
    }
  }

  private func facts(_ test: SelfTest) -> [Fact] {
    [
      Fact("version", .string(Engine.version)),
      Fact("operating_system", .string(Machine.operatingSystem)),
      Fact("processor", .string(Machine.processorName)),
    ] + processors + [
      Fact("memory_bytes", .integer(Machine.memory), text: gibibytes(Machine.memory)),
      Fact(
        "available_memory_bytes", Machine.availableMemory.map { .integer($0) } ?? .null,
        text: Machine.availableMemory.map(gibibytes) ?? "unknown"),
      Fact("blas", .string(BLAS.configuration)),
    ] + kernels + [
      Fact(
        "products_right", .bool(test.isRight),
        text: (test.isRight ? "yes" : "no") + ": error \(Number.short(test.error)), at most "
          + "\(Number.short(test.bound)) expected"),
      Fact(
        "gflops", JSONValue(test.rate),
        text: String(
          format: "%.0f GFLOP/s on %d threads, %.0f each", test.rate, test.workers,
          test.rate / Double(test.workers))),
    ] + places
  }

  private var processors: [Fact] {
    let limit = ProcessorLimit.current
    let source =
      switch limit.source {
      case .affinity: "affinity"
      case .cgroup: limit.quota?.directory ?? "cgroup"
      case .slurm: "SLURM_CPUS_PER_TASK"
      }
    return [
      Fact(
        "usable_processors", .integer(limit.count),
        text: "\(limit.count) by \(source)"),
      Fact("usable_processors_source", .string(limit.source.rawValue), text: nil),
      Fact("affinity_processors", .integer(limit.affinity), text: nil),
      Fact("cgroup_processors", limit.quota.map { JSONValue($0.processors) } ?? .null, text: nil),
      Fact("cgroup_directory", limit.quota.map { .string($0.directory) } ?? .null, text: nil),
      Fact("slurm_processors", limit.task.map { .integer($0) } ?? .null, text: nil),
    ]
  }

  private var kernels: [Fact] {
    let kernel = BLAS.kernel
    let source =
      switch kernel.source {
      case .openBLAS: "OpenBLAS"
      case .engine: "lensctl, by the processor's vectors"
      case .user: "OPENBLAS_CORETYPE"
      }
    return [
      Fact("blas_kernel", .string(kernel.name), text: "\(kernel.name), chosen by \(source)"),
      Fact("blas_kernel_source", .string(kernel.source.rawValue), text: nil),
      Fact(
        "kernel_fits", .bool(kernel.better == nil),
        text: kernel.better.map { "no: those for \($0) are faster" } ?? "yes"),
      Fact("better_kernel", kernel.better.map { .string($0) } ?? .null, text: nil),
    ]
  }

  private var places: [Fact] {
    let (hub, banks) = (HubCache().root, BankCache().directory)
    return [("hub_cache", hub), ("bank_cache", banks)].flatMap { name, directory in
      let exists = MappedFile.isDirectory(directory)
      return [
        Fact(
          name, .string(directory),
          text: directory.printable(limit: 1000) + (exists ? "" : " (not there yet)")),
        Fact(name + "_exists", .bool(exists), text: nil),
      ]
    }
  }

  private func gibibytes(_ bytes: Int) -> String {
    String(format: "%.1f GiB", Double(bytes) / Double(1 << 30))
  }
}
