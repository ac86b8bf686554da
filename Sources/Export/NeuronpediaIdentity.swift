internal import Engine

/// What the features of a run belong to, in the names and rows of Neuronpedia.
struct NeuronpediaIdentity {
  let names: NeuronpediaNames

  /// `run.json`.
  private let run: JSONObject

  /// The id of the model.
  let model: String

  /// The name of the source set: the autoencoder.
  let sourceSet: String

  /// The layer and the source set, as Neuronpedia names its sources; the set alone where no layer is stated.
  let source: String

  /// Where the autoencoder reads, if that is stated.
  let hook: String?

  /// Takes from a run what it knows.
  ///
  /// - Parameters:
  ///   - run: `run.json`.
  ///   - names: What goes before it.
  init(_ run: JSONObject, _ names: NeuronpediaNames) {
    self.run = run
    self.names = names
    let autoencoder = run["autoencoder"]
    model = names.model ?? Self.name(run["model"]?["reference"]?.string, else: "model")
    let sourceSet = names.sourceSet ?? Self.name(autoencoder?["path"]?.string, else: "sae")
    self.sourceSet = sourceSet
    source = autoencoder?["layer"]?.integer.map { "\($0)-\(sourceSet)" } ?? sourceSet
    hook = autoencoder?["hook"]?.string
  }

  /// The last part of a path in the characters that Neuronpedia takes: small letters, digits, `-` and `_`.
  static func name(_ path: String?, else fallback: String) -> String {
    let last = (path ?? "").split(separator: "/").last ?? ""
    let characters = last.lowercased().unicodeScalars.map { scalar -> Character in
      let isTaken = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9") ~= scalar)
      return isTaken || scalar == "_" ? Character(scalar) : "-"
    }
    let name = String(characters.prefix(128))
    return name.contains { $0 != "-" } ? name : fallback
  }
}

// MARK: - Rows

extension NeuronpediaIdentity {
  var modelRow: JSONObject {
    [
      "id": .string(model), "displayNameShort": .string(model),
      "displayName": .string(run["model"]?["reference"]?.string ?? model),
      "creatorId": .string(names.creatorID ?? ""), "tlensId": nil, "dimension": nil,
      "visibility": "PRIVATE", "defaultSourceSetName": nil, "defaultSourceId": nil,
      "inferenceEnabled": false, "instruct": false, "layers": 0, "neuronsPerLayer": 0,
      "owner": "", "website": nil,
    ]
  }

  var releaseRow: JSONObject {
    [
      "name": .string(sourceSet), "visibility": "PRIVATE", "isNewUi": false,
      "featured": false, "description": .string(about), "descriptionShort": .string(sourceSet),
      "urls": [], "creatorEmail": nil, "creatorName": .string(names.creator ?? ""),
      "creatorNameShort": names.creator.map { .string($0) } ?? .null,
      "creatorId": .string(names.creatorID ?? ""), "defaultSourceSetName": .string(sourceSet),
      "defaultSourceId": .string(source), "defaultUmapSourceIds": [],
    ]
  }

  var sourceSetRow: JSONObject {
    [
      "modelId": .string(model), "name": .string(sourceSet), "hasDashboards": true,
      "visibility": "PRIVATE", "description": .string(about), "type": "",
      "creatorName": .string(names.creator ?? ""), "urls": [], "creatorEmail": nil,
      "creatorId": .string(names.creatorID ?? ""), "releaseName": .string(sourceSet),
      "defaultOfModelId": nil, "defaultRange": 1, "defaultShowBreaks": true, "showDfa": false,
      "showCorrelated": false, "showHeadAttribution": false, "showUmap": false,
    ]
  }

  var sourceRow: JSONObject {
    [
      "id": .string(source), "modelId": .string(model), "setName": .string(sourceSet),
      "creatorId": .string(names.creatorID ?? ""), "hasDashboards": true,
      "inferenceEnabled": false, "saelensConfig": nil, "saelensRelease": nil, "saelensSaeId": nil,
      "hfRepoId": nil, "hfFolderId": nil, "visibility": "PRIVATE", "defaultOfModelId": nil,
      "hasUmap": false, "hasUmapLogSparsity": false, "hasUmapClusters": false, "num_prompts": nil,
      "num_tokens_in_prompt": nil, "dataset": nil, "notes": .string(about),
    ]
  }

  /// Which lens the labels come from, in words.
  private var about: String {
    let labels = run["labels"]?["source"]?.string ?? ""
    let lens = run["lens"]?["id"]?.string ?? ""
    return "labels of \(labels) nearest to each feature in the joint space of CLIP, by \(lens); "
      + "lensctl \(Engine.version)"
  }
}
