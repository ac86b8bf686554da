/// A text with a place for a label, such as `A photo of a {label}.`.
///
/// The place is written `{label}`, `{c}` or `{}`, one kind in a template, once or more often.
/// Other braces are text. The label is put in as it stands: no article is chosen for it, no case
/// changed, and placeholders within it are text.
public struct PromptTemplate: Sendable, Equatable, CustomStringConvertible {
  /// The template as it was written.
  public let text: String

  /// The text before, between and behind the places for the label.
  private let parts: [String]

  private static let placeholders = ["{label}", "{c}", "{}"]

  /// Reads a template.
  ///
  /// - Parameter text: The template.
  /// - Throws: `TextError` if the text has no placeholder, or placeholders of several kinds.
  public init(_ text: String) throws(TextError) {
    let found = Self.placeholders.filter { Self.parts(of: text, around: $0).count > 1 }
    guard let placeholder = found.first else {
      throw TextError(place: text, reason: .noPlaceholder)
    }
    guard found.count == 1 else {
      throw TextError(place: text, reason: .mixedPlaceholders(found))
    }
    self.init(parts: Self.parts(of: text, around: placeholder), placeholder: placeholder)
  }

  private init(parts: [String], placeholder: String) {
    self.parts = parts
    text = parts.joined(separator: placeholder)
  }

  public var description: String { text }

  /// The prompt for a label.
  ///
  /// - Parameter label: The label.
  /// - Returns: The template with the label in every place for it.
  public func prompt(for label: String) -> String { parts.joined(separator: label) }
}

extension PromptTemplate {
  /// `A photo of a {label}.`, as the original experiment asked for the classes of ImageNet.
  public static let photo = PromptTemplate(
    parts: ["A photo of a ", "."], placeholder: "{label}")

  /// `{label}`: the label alone.
  public static let bare = PromptTemplate(parts: ["", ""], placeholder: "{label}")

  /// Reads a file of templates, one a line.
  ///
  /// Lines end at LF or CR LF, a byte order mark is dropped, and every line is a template.
  ///
  /// - Parameter path: A text file in UTF-8.
  /// - Returns: The templates, in order; repeated ones are kept.
  /// - Throws: `TextError` if the file cannot be read, has no lines, or if a line is no template.
  public static func list(contentsOf path: String) throws(TextError) -> [PromptTemplate] {
    let lines = try TextLines(contentsOf: path).lines
    guard !lines.isEmpty else { throw TextError(place: path, reason: .noTemplates) }
    var templates: [PromptTemplate] = []
    for (index, line) in lines.enumerated() {
      do {
        templates.append(try PromptTemplate(line))
      } catch {
        throw TextError(place: "\(path): line \(index + 1)", reason: error.reason)
      }
    }
    return templates
  }

  /// The pieces of a text between the occurrences of a placeholder.
  private static func parts(of text: String, around placeholder: String) -> [String] {
    let (text, placeholder) = (Array(text.utf8), Array(placeholder.utf8))
    var parts: [String] = []
    var start = 0
    var index = 0
    while index < text.count {
      if text[index...].starts(with: placeholder) {
        parts.append(String(decoding: text[start..<index], as: UTF8.self))
        index += placeholder.count
        start = index
      } else {
        index += 1
      }
    }
    return parts + [String(decoding: text[start...], as: UTF8.self)]
  }
}
