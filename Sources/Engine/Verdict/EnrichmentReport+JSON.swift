extension VerdictReport {
  /// Sets of labels, as they are written.
  func json(_ report: EnrichmentReport) -> JSONObject {
    let labels = verdict.run.labels.labels
    return [
      "variant": .string(report.form.rawValue),
      "source": .string(report.source.path),
      "files": .array(report.source.files.map { file($0) }),
      "wordnet": report.source.wordNet.map { coverage in
        [
          "ambiguous_labels": .integer(coverage.ambiguousCount),
          "without_synset": [
            "count": .integer(coverage.withoutSynset.count),
            "labels": .array(coverage.withoutSynset.map { .string(labels[$0]) }),
          ],
        ]
      } ?? .null,
      "rotations": .integer(report.rotations),
      "null_features": .integer(report.nullCount),
      "features": .integer(report.best.count { $0 != nil }),
      "sets": .array(
        report.findings.enumerated().map { index, finding in
          [
            "index": .integer(index), "name": .string(finding.set.name),
            "labels": .integer(finding.set.labelIDs.count),
            "share": finding.share.json, "discoveries": .integer(finding.discoveries),
            "null_mean": JSONValue(finding.nullMean),
          ]
        }),
      "evidence": report.evidence.map { evidence in
        [
          "sample": .integer(evidence.sampleCount), "null_banks": .integer(evidence.bankCount),
          "rotated": evidence.rotated.json, "in_place": evidence.inPlace.json,
        ]
      } ?? .null,
    ]
  }

  /// The columns of `verdict.safetensors`, [n] each: the index of the set with the least p-value, -1 where not read,
  /// its score, the score over that of rotated features, p and q.
  func columns(_ report: EnrichmentReport) -> [Column] {
    let best = report.best
    func numbers(
      _ name: String, _ value: @escaping (EnrichmentReport.Best) -> Float
    ) -> Column {
      .numbers("enrichment." + name, best.count) { best.map { $0.map(value) ?? .nan } }
    }
    return [
      .integers("enrichment.set", best.count) { best.map { $0.map { Int32($0.set) } ?? -1 } },
      numbers("score") { $0.score }, numbers("nes") { $0.normalised },
      numbers("p") { $0.pValue }, numbers("q") { $0.qValue },
    ]
  }

  /// What is told of a set of labels on one line.
  public struct SetLine: Sendable {
    /// What the set is called.
    public let name: String
    /// The number of its labels.
    public let labelCount: Int
    /// The share of features with p ≤ 0.05.
    public let share: IntervalEstimate
    /// How many features are found at a false discovery rate of 0.05.
    public let discoveries: Int
  }

  /// How many sets have a line.
  private static let setLineLimit = 10

  /// The sets that most features are found with, most first.
  public var setLines: [SetLine] {
    let findings = semantics.enrichment?.findings ?? []
    let order = findings.indices.sorted {
      (-findings[$0].discoveries, -findings[$0].share.estimate, $0)
        < (-findings[$1].discoveries, -findings[$1].share.estimate, $1)
    }
    return order.prefix(Self.setLineLimit).map { index in
      SetLine(
        name: findings[index].set.name, labelCount: findings[index].set.labelIDs.count,
        share: findings[index].share, discoveries: findings[index].discoveries)
    }
  }
}
