/// An OpenBLAS that cannot be computed with, and why.
public struct BLASError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case lacks([String])
    case wideIntegers
  }

  /// The library, as the loader found it.
  public let library: String

  /// What is wrong with it.
  public let reason: Reason

  public var kind: FaultKind { .unavailable }

  public var description: String { "\(library.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .lacks(let functions):
      "found no \(functions.joined(separator: ", ")), expected an OpenBLAS with CBLAS and LAPACK"
    case .wideIntegers:
      "found an OpenBLAS whose integers have 64 bits (USE64BITINT), expected 32"
    }
  }
}
