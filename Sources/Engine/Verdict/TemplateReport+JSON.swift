extension TemplateReport {
  /// The agreement of templates, as it is written.
  ///
  /// - Parameter file: What is written of a file.
  /// - Returns: The member.
  func json(_ file: (String) -> JSONValue) -> JSONObject {
    [
      "variant": .string(form.rawValue),
      "features": .integer(features.count),
      "templates": .array(
        namings.map { naming in
          [
            "source": .string(naming.bank.source),
            "labels": .integer(naming.bank.labelIDs.count),
            "files": .array(naming.bank.files.map(file)),
            "like_scan": naming.likeScan.json,
          ]
        }),
      "pairs": .array(agreement.pairs.map { .array($0.map { JSONValue($0) }) }),
      "same": same.json,
      "all_same": allSame.json,
      "expected": JSONValue(agreement.expected),
      "kappa": JSONValue(agreement.kappa),
    ]
  }

  /// The columns of `verdict.safetensors`.
  var columns: [VerdictReport.Column] {
    namings.enumerated().map { index, naming in
      .integers("template.\(index + 1).label_id", naming.names.count) { naming.names }
    } + [.numbers("template_agreement", shares.count) { shares }]
  }
}

extension VerdictReport {
  /// What is told of the agreement of templates on one line.
  public struct TemplateLine: Sendable {
    /// The number of templates.
    public let count: Int
    /// The share of pairs of templates that agree on the first label.
    public let same: IntervalEstimate
    /// The share of features on which all agree.
    public let allSame: IntervalEstimate
    /// Agreement beyond chance, κ.
    public let kappa: Double
  }

  /// The agreement of templates; nil if it was not asked for.
  public var templateLine: TemplateLine? {
    semantics.templates.map {
      TemplateLine(
        count: $0.namings.count, same: $0.same, allSame: $0.allSame, kappa: $0.agreement.kappa)
    }
  }
}
