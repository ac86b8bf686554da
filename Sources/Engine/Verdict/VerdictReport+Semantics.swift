extension VerdictReport {
  /// How many of the most frequent labels of another vocabulary are listed.
  private static let nameCount = 10

  /// What names mean, as it is written.
  func json(_ semantics: SemanticsReport) -> JSONObject {
    [
      "share_in_use": verdict.principal(reports)?.shareInUse.map { JSONValue($0) } ?? .null,
      "vocabularies": .array(semantics.vocabularies.map { .object(json($0)) }),
      "templates": semantics.templates.map { .object($0.json(file)) } ?? .null,
      "sparse": semantics.sparse.map { .object(json($0)) } ?? .null,
      "enrichment": semantics.enrichment.map { .object(json($0)) } ?? .null,
    ]
  }

  /// A file that was read, with its digest.
  func file(_ path: String) -> JSONValue {
    let path = MappedFile.absolute(path)
    return ["path": .string(path), "sha256": verdict.digests[path].map { .string($0) } ?? .null]
  }

  private func json(_ other: VocabularyReport) -> JSONObject {
    let (vocabulary, report) = (other.vocabulary, other.report)
    return [
      "source": .string(vocabulary.source),
      "labels": .integer(vocabulary.labelIDs.count),
      "files": .array(vocabulary.files.map(file)),
      "warnings": .array(vocabulary.warnings.map { .string($0) }),
      "variant": .string(report.form.rawValue),
      "alignment": [
        "ratio": JSONValue(report.alignment.ratio),
        "null_deviation": JSONValue(report.alignment.nullDeviation),
      ],
      "share": other.share.map { .object($0.json) } ?? .null,
      "exceeds_in_place": (other.report.evidence?.exceedsInPlace).map { .bool($0) } ?? .null,
      "scores": .array(report.namings.map { .object(json($0, of: vocabulary)) }),
    ]
  }

  private func json(
    _ naming: FormReport.Naming, of vocabulary: OtherVocabulary
  ) -> JSONObject {
    let use = naming.hubs
    return [
      "id": .string(naming.reading.kind.rawValue),
      "effective_labels": JSONValue(use.concentration.effectiveCount),
      "top_share": JSONValue(use.concentration.topShare),
      "top": .array(
        use.top(Self.nameCount).map { entry in
          let id = Int(vocabulary.labelIDs[entry.label])
          return [
            "label_id": .integer(id), "label": .string(vocabulary.labels[id]),
            "features": .integer(entry.features),
          ]
        }),
      "rotated": naming.rotated.map { .object(json($0)) } ?? .null,
      "in_place": naming.inPlace.map { .object(json($0)) } ?? .null,
    ]
  }
}

extension VerdictReport {
  /// What is told of another vocabulary on one line, by the centred score.
  public struct VocabularyLine: Sendable {
    /// What the vocabulary is called.
    public let source: String
    /// The number of its labels.
    public let labelCount: Int
    /// The comparison with rotated features.
    public let rotated: Comparison
    /// The comparison with random vectors in the place of the features.
    public let inPlace: Comparison
    /// The effective number of best labels.
    public let effectiveLabels: Double
    /// The label that is best most often.
    public let hub: String?
  }

  /// The lines of all other vocabularies, in order.
  public var vocabularyLines: [VocabularyLine] {
    semantics.vocabularies.compactMap { other in
      guard
        let naming = other.report.naming(.centred),
        let rotated = naming.rotated, let inPlace = naming.inPlace
      else { return nil }
      return VocabularyLine(
        source: other.vocabulary.source, labelCount: other.vocabulary.labelIDs.count,
        rotated: Comparison(rotated), inPlace: Comparison(inPlace),
        effectiveLabels: naming.hubs.concentration.effectiveCount,
        hub: naming.hubs.top(1).first.map {
          other.vocabulary.labels[Int(other.vocabulary.labelIDs[$0.label])]
        })
    }
  }

  /// Columns of `verdict.safetensors`, [n] each and numbered from 1: of other vocabularies the best label by
  /// the centred score, its score and its p-value beside rotated features; of templates the best label, and the share of
  /// pairs of templates that agree.
  var semanticColumns: [Column] {
    vocabularyColumns + (semantics.templates?.columns ?? [])
      + (semantics.sparse.map { columns($0) } ?? [])
      + (semantics.enrichment.map { columns($0) } ?? [])
  }

  private var vocabularyColumns: [Column] {
    semantics.vocabularies.enumerated().flatMap { index, other -> [Column] in
      guard let naming = other.report.naming(.centred) else { return [] }
      let (name, ids) = ("vocabulary.\(index + 1)", other.vocabulary.labelIDs)
      let count = naming.reading.labels.count
      var columns: [Column] = [
        .integers(name + ".label_id", count) {
          naming.reading.labels.map { $0 < 0 ? -1 : ids[Int($0)] }
        },
        .numbers(name + ".score", count) { naming.reading.scores },
      ]
      if let rotated = naming.rotated {
        columns.append(.numbers(name + ".p", count) { rotated.pValues.map { Float($0) } })
      }
      return columns
    }
  }
}
