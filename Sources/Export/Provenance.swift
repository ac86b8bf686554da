internal import Engine

extension ExportSource {
  /// Where the exported numbers come from: what every form carries.
  ///
  /// Members: `format`, `version`, `created_by`, `options`, `files` (digests of the files of the run), `run`
  /// (`run.json` but for the checksums of its blocks), and `verdict` (its verdicts and findings) if it is
  /// exported.
  ///
  /// - Parameter request: What is exported.
  /// - Returns: The object; the same for the same run and options.
  func provenance(_ request: ExportRequest) -> JSONObject {
    var run = run.description
    run["blocks"] = nil
    var provenance: JSONObject = [
      "format": "lensctl.export", "version": 1,
      "created_by": .string("lensctl \(Engine.version)"),
      "options": [
        "format": .string(request.format.rawValue), "verdict": .string(request.verdict.rawValue),
        "escape_formulas": .bool(request.escapesFormulas),
      ],
      "files": .object(digests), "run": .object(run),
    ]
    if let verdict {
      var said: JSONObject = [:]
      for name in ["options", "form_in_use", "verdicts", "findings"] {
        said[name] = verdict.description[name]
      }
      provenance["verdict"] = .object(said)
    }
    return provenance
  }
}
