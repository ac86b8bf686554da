public import Engine
internal import Foundation

/// One picture that holds many small ones of one size, row by row in the order of their ids.
public struct Sprite: Sendable {
  /// Why a file cannot be used.
  public struct Fault: EngineError, Equatable {
    let path: String
    let what: String

    public var kind: FaultKind { .badData }

    public var description: String { "\(path.printable(limit: 1000)): \(what)" }
  }

  /// The most bytes of a file, so that a page stays small.
  public static let byteLimit = 1_500_000

  let width: Int
  let height: Int
  /// The side of each small picture.
  let tile: Int
  /// The file as a URL of its own.
  let address: String

  /// Reads a PNG file.
  ///
  /// Source of the layout: PNG specification (ISO/IEC 15948), sections 5.2 and 11.2.2.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - tile: The side of each small picture, in pixels.
  /// - Throws: `CheckpointError` if it cannot be read, `Fault` if it is no PNG, too large, or not of whole tiles.
  public init(contentsOf path: String, tile: Int) throws {
    let bytes = try MappedFile.contents(of: path)
    guard bytes.count <= Self.byteLimit else {
      throw Fault(
        path: path, what: "found \(bytes.count) bytes, expected at most \(Self.byteLimit)")
    }
    let head = Array(bytes.prefix(24))
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    guard head.count == 24, head.starts(with: start + Array("IHDR".utf8)) else {
      throw Fault(path: path, what: "found no PNG, expected one")
    }
    func number(_ offset: Int) -> Int {
      head[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    (width, height, self.tile) = (number(16), number(20), tile)
    guard tile > 0, width > 0, width.isMultiple(of: tile), height.isMultiple(of: tile) else {
      throw Fault(
        path: path,
        what: "found \(width) by \(height) pixels, expected whole tiles of \(tile) by \(tile)")
    }
    address = "data:image/png;base64," + bytes.base64EncodedString()
  }

  /// The number of small pictures.
  var count: Int { (width / tile) * (height / tile) }

  /// The id of the one sprite on a page.
  private static let id = "sprite"

  /// The picture, to be referred to.
  var definition: Markup {
    .element(
      "svg", ["class": "definitions", "aria-hidden": "true"],
      [
        .element(
          "defs", [:],
          [
            .element(
              "image",
              [
                "id": Self.id, "href": address, "width": "\(width)", "height": "\(height)",
              ])
          ])
      ])
  }

  /// A small picture.
  ///
  /// - Parameters:
  ///   - index: Which one.
  ///   - name: What it shows.
  /// - Returns: A drawing; nil if there is none of that id.
  func picture(_ index: Int, name: String) -> Markup? {
    guard (0..<count).contains(index) else { return nil }
    let columns = width / tile
    let (x, y) = (index % columns * tile, index / columns * tile)
    return .element(
      "svg",
      [
        "viewBox": "\(x) \(y) \(tile) \(tile)", "role": "img",
        "aria-label": name.printable(limit: 60),
      ],
      [.element("use", ["href": "#" + Self.id])])
  }
}
