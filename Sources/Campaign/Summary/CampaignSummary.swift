internal import Engine

/// What all runs of a campaign say, a row for each: autoencoders by variants of the lens by vocabularies.
public struct CampaignSummary: Sendable, Equatable {
  /// The rows, in the order of the plan.
  let rows: [JSONValue]

  /// The value of `format` in a summary.
  static let format = "lensctl.summary"

  /// Reads what finished runs say of themselves.
  ///
  /// - Parameters:
  ///   - plan: The table of work.
  ///   - folder: The directory of the campaign.
  /// - Throws: `CheckpointError` if a run is not there or cannot be read.
  init(_ plan: CampaignPlan, in folder: CampaignFolder) throws(CheckpointError) {
    var rows: [JSONValue] = []
    for run in plan.runs { rows.append(try Self.row(run, path: folder.runPath(run))) }
    self.rows = rows
  }

  private static func row(_ run: PlannedRun, path: String) throws(CheckpointError) -> JSONValue {
    let description = try JSONValue(contentsOf: path + "/run.json")
    let verdictPath = path + "/verdict.json"
    let verdict =
      MappedFile.exists(verdictPath) ? try JSONValue(contentsOf: verdictPath).object : nil
    return [
      "name": .string(run.id), "sae": .string(run.name), "variant": .string(run.variant.id),
      "labels": .string(RunName.labelName(run.bank.labels)),
      "path": .string("runs/\(run.id)"), "sae_path": .string(run.autoencoder.path),
      "labels_path": .string(run.bank.labels),
      "usable_labels": description["labels"]?["usable"] ?? .null,
      "counts": [
        "features": description["counts"]?["features"] ?? .null,
        "read": description["counts"]?["read"] ?? .null,
      ],
      "verdict": verdict.map { .object(numbers(VerdictSummary($0))) } ?? .null,
    ]
  }

  /// The numbers of a verdict, of names by the centred score; those that are not known are null.
  private static func numbers(_ verdict: VerdictSummary) -> JSONObject {
    let variant = verdict.inUse
    func number(_ value: Double?) -> JSONValue { value.map { JSONValue($0) } ?? .null }
    func count(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    return [
      "verdicts": .array(verdict.holding.map { .string($0.name) }),
      "alignment": number(variant?.alignment?.ratio),
      "beyond_rotated": variant?.rotated?.beyond.json ?? .null,
      "found_rotated": count(variant?.rotated?.discoveries),
      "beyond_random": variant?.inPlace?.beyond.json ?? .null,
      "found_random": count(variant?.inPlace?.discoveries),
      "right": variant?.right?.json ?? .null,
      "efficiency": variant?.efficiency?.json ?? .null,
      "effective_labels": number(variant?.effectiveLabels),
      "top_label": variant?.hub.map { .string($0.label) } ?? .null,
      "top_label_share": number(variant?.hub?.share),
      "minimum_cosine": variant?.minimumCosine?.json ?? .null,
    ]
  }

  /// The summary as a JSON file has it.
  var json: JSONObject {
    ["format": .string(Self.format), "format_version": 1, "runs": .array(rows)]
  }

  /// Writes the summary in both forms.
  ///
  /// - Parameter folder: The directory of the campaign.
  /// - Throws: `OutputError` if a file cannot be written.
  func write(in folder: CampaignFolder) throws(OutputError) {
    let paths = folder.summaryPaths
    try OutputFile.write(csv, to: paths.csv)
    try OutputFile.write(json: .object(json), to: paths.json)
  }
}
