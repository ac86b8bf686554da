/// The names of outputs, safe as the names of files on any system and in any shell.
enum RunName {
  /// The most bytes of a name: what is added to it while it is written must fit in 255 too.
  static let byteLimit = 200

  /// A text with `_` in the place of all that is not a letter, a digit, `-`, `_` or `.` of ASCII.
  static func safe(_ text: String) -> String {
    let name = String(text.unicodeScalars.map { isSafe($0) ? Character($0) : "_" })
    // A name that begins with a dot is hidden, one with a dash is taken for an option.
    return name.first.map { "-.".contains($0) } ?? true ? "_" + name.dropFirst() : name
  }

  /// Whether a name is one of those that are made here.
  static func isSafe(_ name: String) -> Bool { safe(name) == name && name.utf8.count <= byteLimit }

  /// The name of a run.
  ///
  /// - Parameters:
  ///   - prefix: What the user puts before it.
  ///   - autoencoder: The names of the autoencoder's path that tell it from others.
  ///   - variant: The variant of the lens.
  ///   - labels: `imagenet` or the path of a label file.
  /// - Returns: The name, safe but perhaps too long.
  static func name(
    prefix: String?, autoencoder: [String], variant: String, labels: String
  ) -> String {
    let parts =
      [prefix].compactMap { $0 } + [autoencoderName(autoencoder), variant, labelName(labels)]
    return safe(parts.joined(separator: "-"))
  }

  /// What an autoencoder is called in names and tables.
  ///
  /// - Parameter names: The names of its path that tell it from others.
  /// - Returns: The names in one, without the extension of the last.
  static func autoencoderName(_ names: [String]) -> String {
    (names.dropLast() + names.suffix(1).map(withoutExtension)).joined(separator: "-")
  }

  /// What labels are called in names and tables: the last name of a path, without its extension.
  static func labelName(_ labels: String) -> String {
    withoutExtension(labels.split(separator: "/").last.map(String.init) ?? labels)
  }

  private static func withoutExtension(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    let suffix = name[name.index(after: dot)...]
    return extensions.contains(suffix.lowercased()) ? String(name[..<dot]) : name
  }

  /// The ends of the names of files of tensors and of labels.
  private static let extensions: Set<String> = [
    "safetensors", "pt", "pth", "bin", "ckpt", "pkl", "npy", "npz", "txt",
  ]

  private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
    default: false
    }
  }
}
