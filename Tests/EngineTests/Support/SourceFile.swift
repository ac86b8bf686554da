import Foundation

/// A Swift file of this package, as text to be checked.
struct SourceFile: Sendable {
  /// The path below the package, such as `Sources/Engine/Tensor/Tensor.swift`.
  let path: String

  /// The whole text.
  let text: String

  /// The text with comments, and the contents of strings other than their interpolations, blanked.
  let code: String

  /// The directory of this package.
  static let packageRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path(percentEncoded: false)

  /// The folder below `Sources/Engine`, such as `Tensor`; nil for files elsewhere.
  var folder: String? {
    let parts = path.split(separator: "/")
    return parts.count > 3 && parts[0] == "Sources" && parts[1] == "Engine"
      ? String(parts[2]) : nil
  }

  /// The identifiers that occur in the code.
  var words: Set<String> {
    Set(code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
  }

  /// The names of types declared at the top level; extensions declare none.
  var declaredTypes: Set<String> {
    let modifiers = "public|package|internal|fileprivate|private|final|indirect|@\\w+"
    let kinds = "struct|class|enum|protocol|actor|typealias"
    guard
      let pattern = try? Regex(
        "^(?:(?:\(modifiers)) )*(?:\(kinds)) (\\w+)", as: (Substring, Substring).self)
    else { return [] }
    let declaration = pattern.anchorsMatchLineEndings()
    return Set(code.matches(of: declaration).map { String($0.output.1) })
  }

  /// The modules that are imported.
  var imports: Set<String> {
    let statement = /\bimport (?:struct |class |enum |func )?(\w+)/
    return Set(code.matches(of: statement).map { String($0.output.1) })
  }

  /// The files below a folder of the package whose names end in one of the extensions.
  static func all(below folder: String, _ extensions: Set<String> = ["swift"]) throws
    -> [SourceFile]
  {
    guard let names = FileManager.default.enumerator(atPath: packageRoot + folder) else {
      return []
    }
    return try names.compactMap { $0 as? String }.sorted()
      .filter { extensions.contains(URL(filePath: $0).pathExtension) }
      .map { name in
        let path = folder + "/" + name
        return SourceFile(
          path: path, text: try String(contentsOfFile: packageRoot + path, encoding: .utf8))
      }
  }

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = Self.strippingCommentsAndStrings(text)
  }
}

extension SourceFile {
  /// Blanks comments and strings; what is interpolated into a string is code and stays.
  static func strippingCommentsAndStrings(_ text: String) -> String {
    var stripper = Stripper(text: Array(text.unicodeScalars))
    stripper.copyCode(untilParenthesis: false)
    return stripper.code
  }

  /// Walks through Swift source once.
  private struct Stripper {
    let text: [Unicode.Scalar]
    var position = 0
    var code = ""

    init(text: [Unicode.Scalar]) {
      self.text = text
    }

    func has(_ token: String, at offset: Int = 0) -> Bool {
      text[min(position + offset, text.count)...].starts(with: token.unicodeScalars)
    }

    mutating func copyCode(untilParenthesis: Bool) {
      var depth = 0
      while position < text.count {
        if has("//") {
          while position < text.count, text[position] != "\n" { position += 1 }
        } else if has("/*") {
          skipBlockComment()
        } else if has("\"") || has("#\"") || has("##\"") {
          skipString()
        } else {
          let scalar = text[position]
          if scalar == "(" { depth += 1 }
          if scalar == ")" {
            depth -= 1
            if untilParenthesis, depth < 0 { return }
          }
          code.unicodeScalars.append(scalar)
          position += 1
        }
      }
    }

    mutating func skipBlockComment() {
      var depth = 0
      repeat {
        if has("/*") {
          depth += 1
          position += 2
        } else if has("*/") {
          depth -= 1
          position += 2
        } else {
          position += 1
        }
      } while depth > 0 && position < text.count
    }

    mutating func skipString() {
      var hashes = ""
      while has("#") {
        hashes += "#"
        position += 1
      }
      let quote = has("\"\"\"") ? "\"\"\"" : "\""
      position += quote.count
      while position < text.count, !has(quote + hashes) {
        if has("\\" + hashes + "(") {
          position += 2 + hashes.count
          code += " "
          copyCode(untilParenthesis: true)
          code += " "
        } else if has("\\" + hashes) {
          position += 1 + hashes.count
        }
        position += 1
      }
      position += quote.count + hashes.count
      code += "\"\""
    }
  }
}
