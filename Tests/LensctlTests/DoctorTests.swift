import Foundation
import Testing

@testable import Engine

@Suite struct DoctorTests {
  @Test func machineAndProductsAreReported() throws {
    let place = try Workplace()
    // With the kernels that this process has, which may be chosen by the user.
    let run = try place.run(
      "doctor", "--json",
      environment: ProcessInfo.processInfo.environment.filter { $0.key == BLASKernel.variable })
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    #expect(json["products_right"] == true)
    #expect(json["usable_processors"]?.integer == Machine.usableProcessors)
    #expect(json["affinity_processors"]?.integer == ProcessorLimit.current.affinity)
    #expect(["affinity", "cgroup"].contains(json["usable_processors_source"]?.string))
    #expect(json["blas_kernel"]?.string == BLAS.kernel.name)
    #expect(json["blas_kernel_source"]?.string == BLAS.kernel.source.rawValue)
    #expect(json["kernel_fits"] == .bool(BLAS.kernel.better == nil))
    #expect(json["gflops"]?.double ?? 0 > 0)
    #expect(json["hub_cache"]?.string == place.path + "/hub")
    #expect(json["hub_cache_exists"] == false)
    #expect(json["bank_cache"]?.string == place.path + "/cache/banks")
  }

  @Test func productsAreTimedOnTheThreadsAskedFor() throws {
    let run = try Workplace().run("doctor", "--threads", "1", "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains { $0.hasPrefix("gflops\t") && $0.contains(" on 1 threads, ") })
  }

  /// Only a processor with wide vectors has better kernels than those for Nehalem.
  @Test(.enabled(if: BLAS.processor.vectors > .sse))
  func slowKernelsOfTheUserAreKeptAndWarnedOf() throws {
    let place = try Workplace()
    let environment = [BLASKernel.variable: "Nehalem"]
    let better = try #require(BLAS.processor.suitable.first)
    let warning =
      "OPENBLAS_CORETYPE: kernels: found those for Nehalem, expected those for \(better), which "
      + "are faster here"
    let doctor = try place.run("doctor", environment: environment)
    #expect(doctor.status == 0)
    #expect(doctor.messages == "warning: \(warning)\n")
    #expect(doctor.lines.contains { $0.hasSuffix("Nehalem, chosen by OPENBLAS_CORETYPE") })
    #expect(doctor.lines.contains { $0.hasSuffix("no: those for \(better) are faster") })

    try place.writeLabels()
    let model = Workplace.model + ["--labels", "labels.txt"]
    let embed = try place.run(["embed", "--out", "bank"] + model, environment: environment)
    #expect(embed.status == 0, "\(embed.messages)")
    #expect(embed.messages.hasPrefix("warning: \(warning)\n"))
    let cached = try place.run(["embed", "--out", "bank2"] + model, environment: environment)
    #expect(!cached.messages.contains("warning"), "a cached bank takes no product")

    let sae = ["--sae", "\(Commands.fixtures)/sae/standard-new"]
    let scan = try place.run(["scan", "--out", "run"] + sae + model, environment: environment)
    #expect(scan.status == 0, "\(scan.messages)")
    #expect(scan.messages.contains("warning: \(warning)\n"))
    let record = try JSONValue(
      parsing: Data(contentsOf: URL(filePath: place.path + "/run/run.json")))
    #expect(record["warnings"]?.array?.contains(.string(warning)) == true)
    let circumstances = try JSONValue(contentsOf: place.path + "/run/environment.json")
    #expect(circumstances["environment"]?["blas_kernel"] == "Nehalem")
    #expect(circumstances["environment"]?["blas_kernel_source"] == "user")
  }
}
