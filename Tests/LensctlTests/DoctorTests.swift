import Engine
import Foundation
import Testing

@Suite struct DoctorTests {
  @Test func machineAndProductsAreReported() throws {
    let place = try Workplace()
    let run = try place.run("doctor", "--json")
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    #expect(json["products_right"] == true)
    #expect(json["usable_processors"]?.integer ?? 0 > 0)
    #expect(json["gflops"]?.double ?? 0 > 0)
    #expect(json["hub_cache"]?.string == place.path + "/hub")
    #expect(json["hub_cache_exists"] == false)
    #expect(json["bank_cache"]?.string == place.path + "/cache/banks")
  }

  @Test func kernelsThatDoNotFitAreNamedWithTheRemedy() throws {
    // Only a processor with wide vectors has better kernels than these.
    guard Machine.processorFlags.contains("avx2") else { return }
    let run = try Workplace().run("doctor", environment: ["OPENBLAS_CORETYPE": "Nehalem"])
    let better = Machine.processorFlags.contains("avx512f") ? "SkylakeX" : "Haswell"
    #expect(run.status == 0)
    #expect(
      run.messages
        == "warning: OpenBLAS runs kernels for Nehalem; set OPENBLAS_CORETYPE=\(better)\n")
    #expect(run.lines.contains { $0.hasSuffix("no: set OPENBLAS_CORETYPE=\(better)") })
  }

  @Test func selfTestAllowsRoundingOnly() throws {
    let test = SelfTest(workers: 2)
    #expect(test.isRight)
    #expect(test.error > 0)
    #expect(test.rate > 0)
  }
}
