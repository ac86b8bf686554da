internal import Engine

/// HTML in which nothing that came from outside can act.
///
/// Text and the values of attributes are escaped wherever they are put in; names of elements and attributes are
/// literals of this program. There is no way to put in HTML that was written elsewhere.
struct Markup: Sendable, Equatable {
  /// The HTML.
  private(set) var html: String

  private init(html: String) { self.html = html }

  /// Nothing.
  static let empty = Markup(html: "")

  /// Text of this program, escaped.
  static func text(_ text: String) -> Markup { Markup(html: escaped(text)) }

  /// Text from a file or an argument: what could act on the lines around it is made visible, long text is cut, and the rest
  /// is escaped.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - limit: The most scalars that are kept.
  /// - Returns: The text.
  static func foreign(_ text: String, limit: Int = 200) -> Markup {
    Markup(html: escaped(text.printable(limit: limit)))
  }

  /// An element.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - attributes: Its attributes; values are escaped.
  ///   - children: What stands in it.
  /// - Returns: The element.
  /// - Precondition: No attribute is a handler of events or a style, which the page's policy forbids.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<String, String> = [:],
    _ children: [Markup] = []
  ) -> Markup {
    var html = "<\(name)"
    for (attribute, value) in attributes {
      precondition(
        !attribute.hasPrefix("on") && attribute != "style", "an attribute \(attribute)")
      html += " \(attribute)=\"\(escaped(value))\""
    }
    html += ">"
    if voidElements.contains("\(name)") { return Markup(html: html) }
    for child in children { html += child.html }
    html += "</\(name)>"
    return Markup(html: html)
  }

  /// The one style or script of a page, as it is.
  ///
  /// - Parameters:
  ///   - name: `style` or `script`.
  ///   - source: The source, which is a literal of this program.
  /// - Returns: The element.
  static func embedded(_ name: StaticString, _ source: StaticString) -> Markup {
    Markup(html: "<\(name)>\(source)</\(name)>")
  }

  /// Several pieces, one behind the other.
  static func joined(_ parts: [Markup]) -> Markup {
    Markup(html: parts.map(\.html).joined())
  }

  /// The elements that hold nothing and have no end.
  private static let voidElements: Set<String> = ["meta", "input"]

  /// Text with everything that HTML gives a meaning to written as a reference, for elements and for quoted attributes.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "`": result += "&#96;"
      case "\0": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Markup {
  static func + (left: Markup, right: Markup) -> Markup { Markup(html: left.html + right.html) }

  static func += (left: inout Markup, right: Markup) { left.html += right.html }

  /// A paragraph.
  static func paragraph(_ children: Markup..., kind: String? = nil) -> Markup {
    kind.map { element("p", ["class": $0], children) } ?? element("p", [:], children)
  }

  /// A part of a line that is told apart by its class.
  static func span(_ kind: String, _ children: Markup...) -> Markup {
    element("span", ["class": kind], children)
  }

  /// A part of a page that is opened by its heading.
  static func details(_ summary: Markup, _ children: Markup...) -> Markup {
    element("details", [:], [element("summary", [:], [summary])] + children)
  }
}
