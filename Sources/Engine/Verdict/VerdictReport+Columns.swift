internal import Foundation

extension VerdictReport {
  /// One column of `verdict.safetensors`.
  struct Column {
    /// The name of the tensor.
    let name: String
    let dtype: DType
    let shape: [Int]
    /// The values as they are stored.
    let bytes: () -> Data

    /// A column of `Float`.
    static func numbers(
      _ name: String, _ count: Int, _ values: @escaping () -> [Float]
    ) -> Column {
      Column(name: name, dtype: .f32, shape: [count]) { littleEndianBytes(values()) }
    }

    /// A column of `Int32`.
    static func integers(
      _ name: String, _ count: Int, _ values: @escaping () -> [Int32]
    ) -> Column {
      Column(name: name, dtype: .i32, shape: [count]) { littleEndianBytes(values()) }
    }
  }

  /// All columns, [n] each and in the order of `feature_id`, widest types first: for each variant and score
  /// the id of the best label (-1 where not read), its score, and where there are null banks the p-values beside rotated features and beside random vectors in
  /// their place.
  var columns: [Column] {
    let selection = verdict.run.scan.selection
    let count = selection.count
    func numbers(_ name: String, _ values: @escaping () -> [Float]) -> Column {
      .numbers(name, count, values)
    }
    func ids(_ name: String, _ values: @escaping () -> [Int32]) -> Column {
      .integers(name, count, values)
    }
    var columns = [
      ids("feature_id") { selection.ids(at: 0..<count).flatMap { $0.map { Int32($0) } } }
    ]
    var statuses: [Column] = []
    for report in reports {
      for naming in report.namings {
        let name = report.form.rawValue + "." + naming.reading.kind.rawValue
        columns.append(ids(name + ".label_id") { naming.reading.labels.map { labelID($0) } })
        columns.append(numbers(name + ".score") { naming.reading.scores })
        if !naming.reading.trueRanks.isEmpty {
          columns.append(ids(name + ".true_rank") { naming.reading.trueRanks })
        }
        if let rotated = naming.rotated {
          columns.append(numbers(name + ".p") { rotated.pValues.map { Float($0) } })
        }
        if let inPlace = naming.inPlace {
          columns.append(numbers(name + ".p_in_place") { inPlace.pValues.map { Float($0) } })
        }
      }
      columns += scoreFactColumns(report)
      statuses.append(
        Column(name: report.form.rawValue + ".status", dtype: .u8, shape: [count]) {
          littleEndianBytes(report.statuses.map(\.rawValue))
        })
    }
    return columns + truthColumns + groupColumns + statuses
  }

  /// The id of a label among all, -1 for none.
  func labelID(_ position: Int32) -> Int32 {
    position < 0 ? -1 : verdict.labelIDs[Int(position)]
  }
}

// MARK: - A summary

extension VerdictReport {
  /// How features compare with null features.
  public struct Comparison: Sendable {
    /// The share of features with a p-value of at most 0.05.
    public let share: IntervalEstimate
    /// How many features are found at a false discovery rate of 0.05.
    public let discoveries: Int
    /// The share of features with nothing to be found.
    public let nullShare: IntervalEstimate

    init(_ significance: Significance) {
      share = significance.share
      discoveries = significance.discoveries
      nullShare = significance.nullShare
    }
  }

  /// What is told of a variant and a score on one line.
  public struct Line: Sendable {
    /// The variant.
    public let form: LensForm
    /// The score.
    public let score: ScoreKind
    /// The ratio of alignment to that of rotated features, and its deviation over rotations.
    public let ratio: (value: Double, nullDeviation: Double)
    /// The comparison with rotated features; nil without null banks.
    public let rotated: Comparison?
    /// The comparison with random vectors in the place of the features; nil without null banks.
    public let inPlace: Comparison?
    /// The share of names that are right; nil without truth.
    public let right: IntervalEstimate?
    /// The share of what any lens could name right that this one does; nil where it is not known, and
    /// for other scores than the centred one.
    public let efficiency: IntervalEstimate?
    /// The effective number of best labels.
    public let effectiveLabels: Double
    /// The label that is best most often, and its share of the features.
    public let hub: (label: String, share: Double)?
  }

  /// The lines of all variants and scores, in order.
  public var lines: [Line] {
    reports.flatMap { report in
      report.namings.map { naming in
        let top = naming.hubs.top(1).first
        return Line(
          form: report.form, score: naming.reading.kind,
          ratio: (report.alignment.ratio, report.alignment.nullDeviation),
          rotated: naming.rotated.map { Comparison($0) },
          inPlace: naming.inPlace.map { Comparison($0) },
          right: naming.agreement?.names.agreement,
          efficiency: naming.reading.kind == .centred ? report.ceiling?.efficiency : nil,
          effectiveLabels: naming.hubs.concentration.effectiveCount,
          hub: top.map {
            (
              verdict.run.labels.labels[Int(verdict.labelIDs[$0.label])],
              naming.hubs.concentration.topShare
            )
          })
      }
    }
  }
}
