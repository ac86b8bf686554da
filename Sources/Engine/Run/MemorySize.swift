internal import Foundation

/// An amount of memory as a user states it, and as it is told to a user.
public struct MemorySize: Equatable, Sendable {
  /// The amount, at least 1.
  public let bytes: Int

  /// The letters that may follow a number, each 1024 times the one before; the first is 1024.
  private static let units: [Character] = ["K", "M", "G", "T"]

  /// Reads an amount: a whole number of bytes, or one followed by K, M, G or T, which are powers of
  /// 1024; small letters are the same.
  ///
  /// - Parameter text: Such as `512M` or `4G`.
  /// - Throws: `RunError` if it is something else, zero, or more than `Int` holds.
  public init(parsing text: String) throws(RunError) {
    let unit = text.uppercased().last.flatMap { Self.units.firstIndex(of: $0) }
    let digits = unit == nil ? text[...] : text.dropLast()
    let factor = 1 << (10 * ((unit ?? -1) + 1))
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(digits), number > 0,
      case let (bytes, overflow) = number.multipliedReportingOverflow(by: factor), !overflow
    else { throw RunError(subject: "--max-memory", reason: .badMemorySize(text)) }
    self.bytes = bytes
  }

  /// An amount in words.
  ///
  /// - Parameters:
  ///   - bytes: The amount.
  ///   - rounding: Which way it is rounded.
  /// - Returns: Such as `0.3 MiB`, `38 MiB` or `5.8 GiB`.
  static func text(
    _ bytes: Int, rounding: FloatingPointRoundingRule = .toNearestOrEven
  ) -> String {
    let mebibytes = Double(bytes) / 0x1p20
    if mebibytes < 10 {
      return String(format: "%.1f MiB", (10 * mebibytes).rounded(rounding) / 10)
    }
    let whole = mebibytes.rounded(rounding)
    guard whole >= 1024 else { return String(format: "%.0f MiB", whole) }
    return String(format: "%.1f GiB", (10 * mebibytes / 1024).rounded(rounding) / 10)
  }
}
