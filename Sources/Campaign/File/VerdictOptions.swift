internal import Engine

/// What is asked of the verdict of each run, named as the options of `lensctl verdict` are.
struct VerdictOptions: Sendable, Equatable {
  /// The variants that are judged; nil for all that an autoencoder allows.
  let variants: [LensForm]?
  let rotations: Int
  let nullBanks: Int
  let controls: ControlScope
  let seed: Int
  /// What features fire on, `{sae}` standing for the autoencoder.
  let truth: String?
  let classes: String?

  /// The keys that are read here.
  static let names = [
    "variants", "rotations", "null_banks", "controls", "seed", "truth", "classes",
  ]

  /// What stands for the autoencoder in a path.
  private static let placeholder = "{sae}"

  /// Reads the options of a table.
  ///
  /// - Parameter table: The table.
  /// - Throws: `CampaignError` if a value cannot be used.
  init(_ table: ConfigurationTable) throws(CampaignError) {
    var variants: [LensForm]?
    if let texts = try table.strings("variants") {
      var forms: [LensForm] = []
      for (index, text) in texts.enumerated() {
        forms.append(try table.choice(text, name: "variants[\(index)]"))
      }
      guard !forms.isEmpty else {
        throw table.wrong("variants", found: "none", expected: "one at least, or no such key")
      }
      variants = forms
    }
    self.variants = variants
    rotations = try table.integer("rotations", in: VerdictRequest.rotationLimits) ?? 4
    let banks = try table.integer("null_banks") ?? 200
    let limits = VerdictRequest.nullBankLimits
    guard banks == 0 || limits.contains(banks) else {
      throw table.wrong(
        "null_banks", found: "\(banks)",
        expected: "0 or \(limits.lowerBound) to \(limits.upperBound)")
    }
    nullBanks = banks
    controls = try table.choice("controls") ?? .usual
    seed = try table.integer("seed", in: 0...Int.max) ?? 1
    truth = try Self.truth(table)
    classes = try table.path("classes")
    if classes != nil, truth == nil {
      throw table.wrong("classes", found: "no truth", expected: "one whose classes they are")
    }
  }

  /// The path of a truth, absolute but for what stands for the autoencoder.
  private static func truth(_ table: ConfigurationTable) throws(CampaignError) -> String? {
    guard let text = try table.string("truth") else { return nil }
    let rest = text.hasPrefix(placeholder) ? text.dropFirst(placeholder.count) : text[...]
    guard !rest.contains(placeholder),
      rest.startIndex == text.startIndex || rest.first == "/" || rest.isEmpty
    else {
      throw table.wrong(
        "truth", found: "\"\(text)\"", expected: "\(placeholder) as the first name of a path alone")
    }
    return rest.startIndex == text.startIndex ? try table.absolute(text, name: "truth") : text
  }

  /// What features fire on.
  ///
  /// - Parameter autoencoder: The path of the autoencoder, absolute.
  /// - Returns: An absolute path; nil without truth.
  func truth(of autoencoder: String) -> String? {
    guard let truth, truth.hasPrefix(Self.placeholder) else { return truth }
    return MappedFile.absolute(autoencoder + truth.dropFirst(Self.placeholder.count))
  }

  /// The request that they make.
  ///
  /// - Parameter autoencoder: The path of the autoencoder, absolute.
  /// - Returns: The request.
  func request(of autoencoder: String) -> VerdictRequest {
    var request = VerdictRequest(forms: variants, rotations: rotations, seed: UInt64(seed))
    request.nullBanks = nullBanks
    request.controls = controls
    request.truth = truth(of: autoencoder)
    request.classes = classes
    return request
  }
}

extension VerdictOptions {
  /// The options as a table of work has them: what is not set is left out.
  var json: JSONObject {
    var json: JSONObject = [:]
    json["variants"] = variants.map { forms in .array(forms.map { .string($0.rawValue) }) }
    json["rotations"] = .integer(rotations)
    json["null_banks"] = .integer(nullBanks)
    json["controls"] = .string(controls.rawValue)
    json["seed"] = .integer(seed)
    json["truth"] = truth.map { .string($0) }
    json["classes"] = classes.map { .string($0) }
    return json
  }
}
