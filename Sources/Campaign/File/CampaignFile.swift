internal import Engine

/// What a user asks of a campaign: a TOML file.
///
/// Relative paths in it start from the directory that holds it. Keys are named as the options of `lensctl scan`
/// and `lensctl verdict` are; one that is not known here is refused, at every level.
public struct CampaignFile: Sendable, Equatable {
  /// Autoencoders, labels and variants of the lens, each of which is read with each.
  struct Reading: Sendable, Equatable {
    /// The keys on the way to it, such as `reading[0]`.
    let path: String
    /// What the names of its runs begin with.
    let name: String?
    /// What the autoencoders match.
    let globs: [String]
    /// Names of sets that are built in, and absolute paths.
    let labels: [String]
    let variants: [LensVariant]
    let options: ReadingOptions
    let verdict: VerdictOptions?
  }

  /// The file, as it was named.
  public let path: String

  /// The directory that holds it, absolute.
  let directory: String

  /// The directory of the campaign, absolute.
  public let out: String

  /// The features of a shard; nil to choose them.
  let shardFeatures: Int?

  let readings: [Reading]

  private static let names = ["out", "shard_features", "reading"]

  private static let aReading = "a list of tables, [[reading]]"

  /// Reads a file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CampaignError` if it is not TOML, has a key that is not known, or a value that cannot be
  ///   used; `TextError` if it cannot be read.
  public init(contentsOf path: String) throws {
    let directory = MappedFile.absolute(MappedFile.absolute(path) + "/..")
    let table = try ConfigurationTable(
      ConfigurationValue(tomlFile: path), file: path, directory: directory, known: Self.names)
    out = try table.needed("out", try table.path("out"), expected: "a directory to be made")
    shardFeatures = try Self.shardFeatures(table)
    let readings = try table.tables("reading", expected: Self.aReading)
    guard !readings.isEmpty else {
      throw table.fail(.missingKey("reading", expected: Self.aReading))
    }
    self.readings = try readings.map { reading in
      try Reading(
        ConfigurationTable(
          reading.value, file: path, path: reading.path, directory: directory,
          known: Reading.names))
    }
    self.path = path
    self.directory = directory
  }

  /// The features of a shard.
  static func shardFeatures(_ table: ConfigurationTable) throws(CampaignError) -> Int? {
    try table.integer("shard_features", in: 1...Int(Int32.max))
  }
}

extension CampaignFile.Reading {
  /// The keys of a reading.
  fileprivate static let names =
    ReadingOptions.names + ["name", "saes", "labels", "variants", "verdict"]

  fileprivate init(_ table: ConfigurationTable) throws(CampaignError) {
    path = table.path
    name = try table.string("name")
    options = try ReadingOptions(table)
    var globs: [String] = []
    for (index, glob) in try Self.list("saes", table, of: "paths or globs").enumerated() {
      guard !glob.isEmpty else {
        throw table.wrong("saes[\(index)]", found: "\"\"", expected: "a path or glob")
      }
      globs.append(glob)
    }
    self.globs = globs
    var labels: [String] = []
    let expected = "paths, imagenet or imagenet-synsets"
    for (index, label) in try Self.list("labels", table, of: expected).enumerated() {
      labels.append(
        LabelSet.isBuiltIn(label)
          ? label : try table.absolute(label, name: "labels[\(index)]"))
    }
    self.labels = labels
    variants = try Self.variants(table, alpha: options.alpha)
    if let verdict = table.table("verdict") {
      self.verdict = try VerdictOptions(
        ConfigurationTable(
          verdict.value, file: table.file, path: verdict.path, directory: table.directory,
          known: VerdictOptions.names))
    } else {
      verdict = nil
    }
  }

  /// A list that must not be empty.
  private static func list(
    _ name: String, _ table: ConfigurationTable, of elements: String
  ) throws(CampaignError) -> [String] {
    let expected = "a list of \(elements)"
    let list = try table.needed(name, try table.strings(name), expected: expected)
    guard !list.isEmpty else { throw table.fail(.missingKey(table.key(name), expected: expected)) }
    return list
  }

  private static func variants(
    _ table: ConfigurationTable, alpha: Double?
  ) throws(CampaignError) -> [LensVariant] {
    var variants: [LensVariant] = []
    for (index, text) in try list("variants", table, of: "variants of the lens").enumerated() {
      variants.append(
        try LensVariant(named: text, alpha: alpha, table, key: "variants[\(index)]"))
    }
    if alpha != nil, !variants.contains(where: { $0.direction == .shifted }) {
      throw table.wrong(
        "alpha", found: "no variant dec.abs", expected: "one, which alone has a factor")
    }
    return variants
  }
}

extension LensVariant {
  /// Makes the variant that a key names.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - alpha: The factor of shifted directions.
  ///   - table: The table of the key.
  ///   - key: The key.
  /// - Throws: `CampaignError` if there is none of that name.
  init(
    named name: String, alpha: Double?, _ table: ConfigurationTable, key: String
  ) throws(CampaignError) {
    guard let parts = VariantNames.parts[name] else {
      throw table.notAmong(VariantNames.all, found: name, name: key)
    }
    self = try table.made(name, name: key) { _ in
      try LensVariant(
        direction: parts.direction, map: parts.map,
        alpha: parts.direction == .shifted ? alpha : nil)
    }
  }
}
