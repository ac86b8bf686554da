import Foundation
import Testing

@testable import Engine

@Suite struct BLASKernelTests {
  typealias Processor = BLASKernel.Processor

  static let intel = Processor(vectors: .avx512, isAMD: false)
  static let amd = Processor(vectors: .avx512, isAMD: true)
  static let haswell = Processor(vectors: .avx2, isAMD: false)
  static let zen = Processor(vectors: .avx2, isAMD: true)
  static let sandybridge = Processor(vectors: .avx, isAMD: false)
  static let other = Processor(vectors: .sse, isAMD: false)

  /// What OpenBLAS found by itself, and what a library of all kernels runs in the end.
  @Test(arguments: [
    (intel, "Prescott", "SkylakeX"), (amd, "Barcelona", "SkylakeX"), (amd, "Zen", "SkylakeX"),
    (intel, "Haswell", "SkylakeX"), (haswell, "Prescott", "Haswell"), (zen, "Opteron_SSE3", "Zen"),
    (zen, "Sandybridge", "Zen"), (haswell, "Nehalem", "Haswell"), (haswell, "GENERIC", "Haswell"),
    (sandybridge, "Nehalem", "Sandybridge"),
  ])
  func kernelsWithNarrowVectorsAreReplaced(
    processor: BLASKernel.Processor, found: String, expected: String
  ) {
    for wish in [nil, ""] {
      let kernel = BLASKernel.choose(found: found, processor: processor, wish: wish) { $0 }
      #expect(kernel == BLASKernel(name: expected, source: .engine, better: nil))
      #expect(kernel.warnings.isEmpty)
    }
  }

  @Test(arguments: [
    (intel, "SkylakeX"), (intel, "Cooperlake"), (amd, "Cooperlake"), (intel, "SAPPHIRERAPIDS"),
    (haswell, "Haswell"), (haswell, "Zen"), (zen, "Excavator"), (zen, "HASWELL"),
    (sandybridge, "Piledriver"), (haswell, "SkylakeX"), (other, "Prescott"), (other, "armv8"),
    (intel, "GraniteRapids"), (intel, "Unknown"),
  ])
  func kernelsThatFitOrAreNotKnownStay(processor: BLASKernel.Processor, found: String) {
    let kernel = BLASKernel.choose(found: found, processor: processor, wish: nil) { _ in
      Issue.record("restarted")
      return nil
    }
    #expect(kernel == BLASKernel(name: found, source: .openBLAS, better: nil))
  }

  @Test func theUsersChoiceStandsAndIsWarnedOfWhereItIsSlow() {
    let restart: (String) -> String? = { _ in
      Issue.record("restarted")
      return nil
    }
    let slow = BLASKernel.choose(
      found: "Nehalem", processor: Self.intel, wish: "nehalem", restart: restart)
    #expect(slow == BLASKernel(name: "Nehalem", source: .user, better: "SkylakeX"))
    #expect(
      slow.warnings == [
        "OPENBLAS_CORETYPE: kernels: found those for Nehalem, expected those for SkylakeX, "
          + "which are faster here"
      ])
    let fitting = BLASKernel.choose(
      found: "Zen", processor: Self.zen, wish: "Zen", restart: restart)
    #expect(fitting == BLASKernel(name: "Zen", source: .user, better: nil))
    #expect(fitting.warnings.isEmpty)
  }

  @Test func aLibraryOfOneKindKeepsItsKernelsAndIsWarnedOf() {
    let kernel = BLASKernel.choose(found: "PRESCOTT", processor: Self.zen, wish: nil) { _ in nil }
    #expect(kernel == BLASKernel(name: "PRESCOTT", source: .openBLAS, better: "Zen"))
    #expect(
      kernel.warnings == [
        "OpenBLAS: kernels: found those for PRESCOTT, expected those for Zen, which are faster "
          + "here but not in this library"
      ])
  }

  /// A library built with fewer kernels takes the next narrower ones for a name, or the narrowest.
  @Test(arguments: [
    (["SkylakeX": "Haswell", "Haswell": "Haswell"], "Haswell", BLASKernel.Source.engine),
    (["SkylakeX": "Prescott", "Haswell": "Haswell"], "Haswell", .engine),
    (["Sandybridge": "Sandybridge"], "Sandybridge", .engine),
    (["SkylakeX": "Nehalem", "Nehalem": "Nehalem"], "Nehalem", .openBLAS),
  ])
  func theBestOfFewKernelsAreTaken(
    names: [String: String], expected: String, source: BLASKernel.Source
  ) {
    var asked: [String] = []
    let kernel = BLASKernel.choose(found: "Nehalem", processor: Self.intel, wish: nil) { name in
      asked.append(name)
      return names[name] ?? "Prescott"
    }
    #expect(kernel == BLASKernel(name: expected, source: source, better: "SkylakeX"))
    #expect(asked.first == "SkylakeX")
    if source == .openBLAS { #expect(asked.last == "Nehalem") }
  }

  /// Kernels that need more than the processor has must not be tried, nor kept when a library
  /// takes them for a name.
  @Test func kernelsBeyondTheProcessorAreNotTaken() {
    #expect(Self.haswell.suitable == ["Haswell", "Sandybridge"])
    #expect(Self.other.suitable.isEmpty)
    let kernel = BLASKernel.choose(found: "Prescott", processor: Self.haswell, wish: nil) { name in
      name == "Prescott" ? name : "SkylakeX"
    }
    #expect(kernel.name == "Prescott")
  }

  /// In a process of its own, where no other test multiplies while kernels are exchanged.
  @Test func aWrongStartIsMendedBeforeTheFirstProduct() async {
    await #expect(processExitsWith: .success) {
      unsafe unsetenv(BLASKernel.variable)
      // A library of one kind cannot be brought to a wrong start, nor processors without AVX.
      guard let wrong = BLAS.restart(with: "Prescott"), let best = BLAS.processor.suitable.first
      else { return }
      #expect(wrong == "Prescott")
      #expect(BLAS.kernel == BLASKernel(name: best, source: .engine, better: nil))
      #expect(BLAS.coreName == best)
      #expect(ProcessInfo.processInfo.environment[BLASKernel.variable] == nil)
      try SelfTest(workers: 2).check()
      #expect(BLAS.restart(with: best) == best)
    }
  }

  @Test func anEmptyChoiceIsNoneAndStaysInTheEnvironment() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv(BLASKernel.variable, "", 1)
      guard BLAS.restart(with: "Prescott") != nil, let best = BLAS.processor.suitable.first
      else { return }
      var c = Matrix(rows: 1, columns: 1)
      BLAS.gemm(
        Matrix(rows: 1, columns: 1, elements: [2]), Matrix(rows: 1, columns: 1, elements: [3]),
        into: &c)
      #expect(c.elements == [6])
      #expect(BLAS.kernel == BLASKernel(name: best, source: .engine, better: nil))
      #expect(ProcessInfo.processInfo.environment[BLASKernel.variable] == "")
    }
  }
}
