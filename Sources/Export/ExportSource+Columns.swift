internal import Engine

/// One of the two ends of a feature's list of labels.
enum LabelEnd: String, CaseIterable {
  case top, bottom
}

extension ExportSource {
  /// The statistics of the features, in the order in which runs store them.
  static let statisticNames = [
    "mean", "sd", "skewness", "kurtosis", "margin", "entropy", "log_partition",
  ]

  /// `feature_id`, `status` as a word, and the statistics.
  func featureColumns() throws -> [FlatColumn] {
    let status = try run.column("status")
    var columns = [
      FlatColumn("feature_id", try run.column("feature_id"), hasGaps: false),
      FlatColumn(name: "status", kind: .text, hasGaps: false) { rows in
        .words(status.wholes(in: rows, width: 1).map { Self.statusNames[$0] })
      },
    ]
    for name in Self.statisticNames {
      columns.append(FlatColumn(name, try run.column(name)))
    }
    return columns
  }

  /// What is known of the label at one place of a feature's list: id, text, cosine, probability and, with a
  /// model that was trained with a sigmoid, the model's own score.
  ///
  /// - Parameters:
  ///   - end: The end of the list.
  ///   - index: The place, from 0, below `run.topCount`.
  ///   - prefix: What the names begin with.
  /// - Returns: The columns.
  /// - Throws: `CheckpointError` if the run has no such columns.
  func labelColumns(_ end: LabelEnd, index: Int, prefix: String) throws -> [FlatColumn] {
    let ids = try run.column("\(end)_label_ids")
    let cosines = try run.column("\(end)_cosines")
    var columns = [
      FlatColumn(prefix + "label_id", ids, index: index),
      FlatColumn(prefix + "label", labels: ids, index: index),
      FlatColumn(prefix + "cosine", cosines, index: index),
      FlatColumn(prefix + "probability", try run.column("\(end)_probabilities"), index: index),
    ]
    if let sigmoid = run.sigmoid {
      let (cosine, width) = (columns[2], run.topCount)
      precondition(index < width, "place \(index) of \(width)")
      columns.append(
        FlatColumn(name: prefix + "sigmoid", kind: .number, hasGaps: true) { rows in
          guard case .numbers(let cosines) = cosine.values(rows) else { return .numbers([]) }
          return .numbers(cosines.map { sigmoid.score($0) })
        })
    }
    return columns
  }

  /// The columns of the verdict; those of several values a feature as one for each, counted from 1.
  ///
  /// Behind each column of ids of the run's labels comes one of their texts.
  func flatVerdictColumns() -> [FlatColumn] {
    verdictColumns.flatMap { column in
      (0..<column.width).flatMap { index -> [FlatColumn] in
        let suffix = column.tensor.shape.count == 2 ? ".\(index + 1)" : ""
        let values = FlatColumn(
          column.name + suffix, column.tensor, index: index, missing: column.missing)
        guard let name = column.nameOfTexts else { return [values] }
        return [values, FlatColumn(name + suffix, labels: column.tensor, index: index)]
      }
    }
  }

  /// The labels: id, text, status as a word and how often features have them; rows are labels.
  func labelTableColumns() -> [FlatColumn] {
    let run = run
    return [
      FlatColumn(name: "label_id", kind: .integer, hasGaps: false) { .integers(Array($0)) },
      FlatColumn(name: "label", kind: .text, hasGaps: false) { .labels(Array($0)) },
      FlatColumn(name: "status", kind: .text, hasGaps: false) { rows in
        .words(run.labelStatuses[rows].map { Self.labelStatusName($0) })
      },
      FlatColumn(name: "first_count", kind: .long, hasGaps: false) {
        .integers(Array(run.firstCounts[$0]))
      },
      FlatColumn(name: "top_count", kind: .long, hasGaps: false) {
        .integers(Array(run.topCounts[$0]))
      },
    ]
  }

  /// What became of a label, in a word.
  static func labelStatusName(_ code: Int) -> String {
    labelStatusNames.indices.contains(code) ? labelStatusNames[code] : "\(code)"
  }
}

extension VerdictFiles.Column {
  /// Whether the values are ids of the run's labels: those of other vocabularies are of labels that the run
  /// does not have.
  var holdsLabelIDs: Bool {
    let last = name.split(separator: ".").last ?? ""
    return (last == "label_id" || last == "least_label_id") && !name.hasPrefix("vocabulary.")
  }

  /// The name of the column of texts beside one of ids: `label` in the place of `label_id`.
  var nameOfTexts: String? { holdsLabelIDs ? String(name.dropLast("_id".count)) : nil }
}
