extension JSONValue {
  /// The value as JSON text.
  ///
  /// Members stand in their order, so equal values give equal text. Everything that could act on a
  /// terminal is escaped.
  ///
  /// - Parameter indent: The spaces of one level of indentation; nil for one line.
  /// - Returns: The text, without a final line feed.
  public func serialized(indent: Int? = nil) -> String {
    var text = ""
    write(to: &text, indent: indent, level: 0)
    return text
  }

  private func write(to text: inout String, indent: Int?, level: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): value.writeJSON(to: &text)
    case .array(let values):
      writeList(values.count, "[", "]", to: &text, indent: indent, level: level) { index, text in
        values[index].write(to: &text, indent: indent, level: level + 1)
      }
    case .object(let object):
      writeList(object.count, "{", "}", to: &text, indent: indent, level: level) { index, text in
        let name = object.names[index]
        name.writeJSON(to: &text)
        text += indent == nil ? ":" : ": "
        (object[name] ?? .null).write(to: &text, indent: indent, level: level + 1)
      }
    }
  }

  /// Writes the elements of an array or the members of an object, short arrays on one line.
  private func writeList(
    _ count: Int, _ open: String, _ close: String, to text: inout String, indent: Int?,
    level: Int, _ writeElement: (Int, inout String) -> Void
  ) {
    let indent = holdsOnlyNumbers ? nil : indent
    text += open
    for index in 0..<count {
      if index > 0 { text += "," }
      if let indent {
        text += "\n" + String(repeating: " ", count: indent * (level + 1))
      }
      writeElement(index, &text)
    }
    if let indent, count > 0 {
      text += "\n" + String(repeating: " ", count: indent * level)
    }
    text += close
  }

  /// Whether this is an array of numbers.
  private var holdsOnlyNumbers: Bool { array?.allSatisfy { $0.double != nil } ?? false }
}

extension String {
  /// Writes the string as a JSON string.
  fileprivate func writeJSON(to text: inout String) {
    text += "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // All that most texts hold, of which the category need not be looked up.
      case " "..."~": text.unicodeScalars.append(scalar)
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        default: text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}
