import ArgumentParser
import Engine

/// What `--alpha` says: a number, or where the factor of each feature is taken from.
enum AlphaOption: ExpressibleByArgument {
  case number(Double)
  case kind(AlphaKind)

  init?(argument: String) {
    if let kind = AlphaKind(rawValue: argument) {
      self = .kind(kind)
    } else if let number = Double(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// It as an argument.
  var text: String {
    switch self {
    case .number(let number): "\(number)"
    case .kind(let kind): kind.rawValue
    }
  }

  /// The number, if it is one.
  var number: Double? { if case .number(let number) = self { number } else { nil } }

  /// Where factors are taken from, if it is no number.
  var kind: AlphaKind? { if case .kind(let kind) = self { kind } else { nil } }
}
