/// A checkpoint before it is known which family it is of: tensors, and configurations beside them.
struct CheckpointContents {
  /// The tensors, and plain values in the same file.
  let file: TensorFile

  /// The directory that holds the file.
  let directory: String

  /// The configurations in the directory, by name.
  let configurations: [String: JSONObject]

  /// The names that configurations have.
  static let configurationNames = ["cfg.json", "config.json"]

  /// Parts of names that wrap all tensors of a module.
  static let wrappers: Set<String> = [
    "state_dict", "model_state_dict", "model", "module", "sae", "autoencoder", "_orig_mod",
  ]

  /// The stored names of tensors by their names without the scaffolding of pickled modules.
  private let storedNames: [String: String]

  /// The class of the pickled object that holds everything, or nil.
  var rootClass: String? { file.attributes["__class__"]?.string }

  /// The name of the file without its directory.
  var fileName: String { file.path.split(separator: "/").last.map(String.init) ?? file.path }

  /// Whether it is a file of PyTorch of which nothing but tensors says what it is: no
  /// configuration in the file or beside it.
  var isBare: Bool {
    configurations.isEmpty && rootClass == nil
      && [.torchZip, .torchLegacy, .pickle].contains(file.container)
      && !file.attributes.names.contains { $0.hasPrefix("cfg.") || $0.hasPrefix("config.") }
  }

  /// Opens a file and the configurations beside it.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it or a configuration beside it cannot be read.
  init(contentsOf path: String) throws(CheckpointError) {
    file = try TensorFile(contentsOf: path)
    directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var configurations: [String: JSONObject] = [:]
    for name in Self.configurationNames where MappedFile.exists(directory + "/" + name) {
      configurations[name] = try JSONValue(contentsOf: directory + "/" + name).object ?? [:]
    }
    self.configurations = configurations
    var storedNames: [String: String] = [:]
    let scaffolding: Set<Substring> = ["_modules", "_parameters", "_buffers"]
    for name in file.names {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      let plain = parts.filter { !scaffolding.contains($0) }.joined(separator: ".")
      storedNames[storedNames[plain] == nil ? plain : name] = name
    }
    self.storedNames = storedNames
  }

  /// A configuration beside the file, or nil.
  func configuration(_ name: String) -> ConfigurationFields? {
    configurations[name].map { ConfigurationFields(path: directory + "/" + name, objects: [$0]) }
  }

  /// Plain values in the file itself.
  ///
  /// - Parameter prefix: What their names begin with, such as `cfg.`, which is left out.
  /// - Returns: The values, or nil if there are none.
  func attributes(below prefix: String) -> ConfigurationFields? {
    var object: JSONObject = [:]
    for name in file.attributes.names where name.hasPrefix(prefix) {
      object[String(name.dropFirst(prefix.count))] = file.attributes[name]
    }
    guard object.count > 0 else { return nil }
    return ConfigurationFields(path: file.path, objects: [object], prefix: prefix)
  }

  /// The tensors of some names, wherever they stand below known wrappers.
  ///
  /// - Parameter names: Names that all must be there.
  /// - Returns: The tensors; nil if one is missing, or if there are two such sets.
  func tensors(_ names: String...) -> FamilyTensors? {
    let prefixes = storedNames.keys.compactMap { stored -> String? in
      guard stored == names[0] || stored.hasSuffix("." + names[0]) else { return nil }
      return String(stored.dropLast(names[0].count))
    }
    let complete = prefixes.filter { prefix in
      prefix.split(separator: ".").allSatisfy { Self.wrappers.contains(String($0)) }
        && names.allSatisfy { storedNames[prefix + $0] != nil }
    }
    guard complete.count == 1 else { return nil }
    return FamilyTensors(file, prefix: complete[0], storedNames: storedNames)
  }

  /// All tensors as they are named, for messages.
  var listing: [String] {
    file.names.map { "\($0) \(file.tensors[$0]?.shapeDescription ?? "")" }
  }
}
