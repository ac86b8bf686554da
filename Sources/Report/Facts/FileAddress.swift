internal import Foundation

/// Addresses of files from where a page lies.
enum FileAddress {
  /// The relative address of a directory, with a final slash.
  ///
  /// Every byte but letters, digits and `-._~` is written in per cent (RFC 3986), and `./` comes first where nothing goes up, so
  /// that no name can be taken for a scheme.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - page: The file that the page will be.
  /// - Returns: The address.
  static func relative(_ directory: String, from page: String) -> String {
    let target = components(directory)
    let start = components(page).dropLast()
    let common = zip(target, start).prefix { $0 == $1 }.count
    let up = [String](repeating: "..", count: start.count - common)
    let down = target.dropFirst(common).map(encoded)
    return ((up.isEmpty ? ["."] : up) + down).joined(separator: "/") + "/"
  }

  private static func components(_ path: String) -> [String] {
    URL(filePath: path).standardizedFileURL.pathComponents.filter { $0 != "/" }
  }

  private static func encoded(_ name: String) -> String {
    name.utf8.map { byte -> String in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        byte < 128
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-._~".unicodeScalars.contains(scalar))
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(scalar) : "%" + (byte < 16 ? "0" : "") + digits
    }.joined()
  }
}
