internal import Engine
internal import Foundation

/// A page that needs nothing beside itself.
struct ReportDocument {
  let title: String
  let body: Markup

  /// What the page may load and do: its own style and script, known by their digests, and pictures that it holds.
  static let policy: String = [
    "default-src 'none'", "script-src '\(digest(PageScript.source))'",
    "style-src '\(digest(PageStyle.source))'", "img-src data:", "base-uri 'none'",
    "form-action 'none'",
  ].joined(separator: "; ")

  /// The digest of a source as a policy names it.
  static func digest(_ source: StaticString) -> String {
    let hex = Array(FileDigest.sha256(Data("\(source)".utf8)).utf8)
    let bytes = stride(from: 0, to: hex.count, by: 2).compactMap { start in
      UInt8(String(decoding: hex[start..<(start + 2)], as: UTF8.self), radix: 16)
    }
    return "sha256-" + Data(bytes).base64EncodedString()
  }

  /// The whole file.
  var html: String {
    let head = Markup.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element(
          "meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
        .element(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "generator", "content": "lensctl \(Engine.version)"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("title", [:], [.foreign(title)]),
        .embedded("style", PageStyle.source),
      ])
    let page = Markup.element(
      "html", ["lang": "en"],
      [head, .element("body", [:], [body, .embedded("script", PageScript.source)])])
    return "<!DOCTYPE html>\n" + page.html + "\n"
  }
}
