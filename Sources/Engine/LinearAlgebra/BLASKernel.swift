/// The kernels that OpenBLAS multiplies with, and who chose them.
///
/// OpenBLAS chooses by a table of processor models. A processor newer than the table gets kernels
/// of 2004, without AVX (issue 4267 of OpenBLAS, mended in 0.3.25), 5 times slower; what the
/// processor can do is then the better judge.
public struct BLASKernel: Equatable, Sendable {
  /// Who chose.
  public enum Source: String, Sendable {
    /// OpenBLAS, by the processor's model.
    case openBLAS = "openblas"
    /// The engine, by the processor's vectors.
    case engine
    /// The user, by `OPENBLAS_CORETYPE`.
    case user
  }

  /// The name of the processor that the kernels are made for, as OpenBLAS says it.
  public let name: String

  /// Who chose the kernels.
  public let source: Source

  /// The kernels that use wider vectors, which this processor has, or nil if there are none.
  public let better: String?

  /// What a user should know of slow kernels, one line; empty if they are not slow.
  public var warnings: [String] {
    guard let better else { return [] }
    return [
      (source == .user ? Self.variable : "OpenBLAS")
        + ": kernels: found those for \(name), expected those for \(better), which are faster here"
        + (source == .user ? "" : " but not in this library")
    ]
  }
}

extension BLASKernel {
  /// The environment variable by which users choose.
  static let variable = "OPENBLAS_CORETYPE"

  /// The vectors that processors have and kernels use, narrowest first.
  enum Vectors: Int, CaseIterable, Comparable {
    /// 128 bits, SSE.
    case sse
    /// 256 bits, AVX.
    case avx
    /// 256 bits with fused multiplication and addition, AVX2 and FMA.
    case avx2
    /// 512 bits, AVX-512 F, VL, BW and DQ.
    case avx512

    static func < (left: Vectors, right: Vectors) -> Bool { left.rawValue < right.rawValue }
  }

  /// What decides on kernels besides OpenBLAS.
  struct Processor: Equatable {
    /// The widest vectors that processor and operating system offer.
    var vectors: Vectors
    /// Whether AMD made it.
    var isAMD: Bool

    /// The kernels that suit, widest vectors first; none that need more than the processor has.
    var suitable: [String] {
      let names: [(Vectors, String)] = [
        (.avx512, "SkylakeX"), (.avx2, isAMD ? "Zen" : "Haswell"), (.avx, "Sandybridge"),
      ]
      return names.filter { $0.0 <= vectors }.map { $0.1 }
    }
  }

  /// The vectors that kernels use, or nil if their name is not known: a library that knows more
  /// names than this table is left to its choice.
  static func vectors(of name: String) -> Vectors? {
    switch name.lowercased() {
    case "skylakex", "cooperlake", "sapphirerapids": .avx512
    case "haswell", "zen", "excavator": .avx2
    case "sandybridge", "bulldozer", "piledriver", "steamroller": .avx
    case "katmai", "coppermine", "northwood", "prescott", "banias", "atom", "core2", "penryn",
      "dunnington", "nehalem", "athlon", "opteron", "opteron_sse3", "barcelona", "bobcat", "nano",
      "generic":
      .sse
    default: nil
    }
  }

  /// Chooses kernels.
  ///
  /// A user's choice stands. Kernels that use the processor's widest vectors stand too; others are
  /// replaced by the first suitable ones that the library has.
  ///
  /// - Parameters:
  ///   - found: The kernels that OpenBLAS runs.
  ///   - processor: What the processor has.
  ///   - wish: The value of `OPENBLAS_CORETYPE`.
  ///   - restart: Has OpenBLAS take the kernels named, and returns the name of those it took, or
  ///     nil if it has one kind only.
  /// - Returns: The kernels that OpenBLAS runs in the end.
  static func choose(
    found: String, processor: Processor, wish: String?, restart: (String) -> String?
  ) -> BLASKernel {
    if let wish, !wish.isEmpty {
      return BLASKernel(name: found, source: .user, on: processor)
    }
    guard let better = BLASKernel(name: found, source: .openBLAS, on: processor).better else {
      return BLASKernel(name: found, source: .openBLAS, better: nil)
    }
    let slow = vectors(of: found) ?? .sse
    for candidate in processor.suitable where vectors(of: candidate) ?? .sse > slow {
      guard let name = restart(candidate) else { break }
      // A library may lack the candidate, and take the next narrower kernels or the narrowest.
      if let taken = vectors(of: name), taken > slow, taken <= processor.vectors {
        return BLASKernel(name: name, source: .engine, on: processor)
      }
    }
    return BLASKernel(name: restart(found) ?? found, source: .openBLAS, better: better)
  }

  /// Compares kernels with what the processor has.
  private init(name: String, source: Source, on processor: Processor) {
    let isSlow = Self.vectors(of: name).map { $0 < processor.vectors } ?? false
    self.init(name: name, source: source, better: isSlow ? processor.suitable.first : nil)
  }
}
