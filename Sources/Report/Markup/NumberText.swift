internal import Foundation

/// Numbers as they are shown: with a true minus sign, and digits that can stand under each other.
enum NumberText {
  /// A number with so many digits behind the point, halves away from zero.
  ///
  /// - Parameters:
  ///   - value: The number; a dash stands for NaN.
  ///   - digits: From 0 to 6.
  /// - Returns: The text.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
    let scale = pow(10, Double(digits))
    guard abs(value) < 1e12 else { return short(value) }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "−" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let fraction = "\(whole % Int(scale))"
    return sign + "\(whole / Int(scale))." + String(repeating: "0", count: digits - fraction.count)
      + fraction
  }

  /// A share as per cent with one digit.
  ///
  /// Shares under one per cent, but for 0, have two digits.
  static func percent(_ value: Double) -> String {
    if value != 0, abs(value) < 0.00995 { return fixed(100 * value, 2) + "\u{A0}%" }
    return value.isFinite ? fixed(100 * value, 1) + "\u{A0}%" : "–"
  }

  /// A cosine, with four digits.
  static func cosine(_ value: Double) -> String { fixed(value, 4) }

  /// A whole number with a thin space at thousands.
  static func count(_ value: Int) -> String {
    let digits = Array("\(abs(value))")
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "\u{202F}" }
      text.append(digit)
    }
    return (value < 0 ? "−" : "") + text
  }

  /// A number that should be whole, in the same way; with three significant digits if it is beyond all counts.
  static func count(_ value: Double) -> String {
    abs(value) < 1e15 ? count(Int(value.rounded())) : short(value)
  }

  /// A number with three significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, 0) }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if exponent < -4 || exponent > 9 {
      let mantissa = value / pow(10, Double(exponent))
      return fixed(mantissa, 2) + "·10" + superscript(exponent)
    }
    return exponent >= 2 ? count(Int(value.rounded())) : fixed(value, min(6, 2 - exponent))
  }

  /// A number with up to three significant digits, without zeros behind the last other digit.
  static func plain(_ value: Double) -> String {
    var text = short(value)
    guard text.contains("."), !text.contains("·") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// A p-value, with two significant digits.
  static func pValue(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value >= 0.1 || value <= 0 { return fixed(value, 2) }
    let exponent = Int(log10(value).rounded(.down))
    guard exponent >= -4 else {
      return fixed(value / pow(10, Double(exponent)), 1) + "·10" + superscript(exponent)
    }
    return fixed(value, min(6, 1 - exponent))
  }

  /// An exponent, raised.
  static func superscript(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (exponent < 0 ? "⁻" : "")
      + String("\(abs(exponent))".compactMap { $0.wholeNumberValue.map { digits[$0] } })
  }
}
