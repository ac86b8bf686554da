/// The numbers that a run and its verdict have of each feature, by name.
///
/// Of a run: `best_cosine`, `best_probability`, `least_cosine`, `mean`, `sd`, `skewness`, `kurtosis`, `margin`,
/// `entropy` and `log_partition`. Of a verdict: each of its columns with one number a feature that is a measure and not
/// an id, a group or a status, such as `dec.lin.centred.p`; what stands behind the variant in use may be said alone.
public struct RunStatistics: Sendable {
  /// All names: those of the run, then those of the verdict in the order of its file.
  public let names: [String]

  private let run: RunDirectory
  private let columns: [String: VerdictFiles.Column]
  private let formInUse: String?

  /// Finds the numbers of a run.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - verdict: Its verdict, if it has one.
  public init(of run: RunDirectory, verdict: VerdictFiles?) {
    self.run = run
    let measures = (verdict?.columns ?? []).filter(\.isMeasure)
    columns = Dictionary(measures.map { ($0.name, $0) }) { first, _ in first }
    formInUse = verdict?.formInUse
    names = Self.ofRun.map(\.name) + measures.map(\.name)
  }

  /// The statistic that a user means: the one of that name, else that of the variant in use.
  ///
  /// - Parameter text: A name, or one without its variant, such as `centred.p`.
  /// - Returns: The full name.
  /// - Throws: `QueryError` that lists the nearest names if there is none.
  public func name(matching text: String) throws(QueryError) -> String {
    let known = Set(names)
    let prefix = formInUse.map { $0 + "." } ?? ""
    if let name = [text, prefix + text].first(where: { known.contains($0) }) { return name }
    let distances = names.map { name in
      let short =
        !prefix.isEmpty && name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
      return min(editDistance(name, text), editDistance(short, text))
    }
    let nearest = names.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    throw QueryError(
      subject: run.path, reason: .noStatistic(text, nearest: nearest.prefix(5).map { names[$0] }))
  }

  /// The numbers of a statistic.
  ///
  /// - Parameter name: One of `names`.
  /// - Returns: A number for each feature of the run, [n]; NaN where it has none.
  /// - Throws: `QueryError` if there is none of that name.
  public func values(_ name: String) throws(QueryError) -> [Float] {
    if let own = Self.ofRun.first(where: { $0.name == name }) { return own.values(run.features) }
    guard let column = columns[name] else {
      throw QueryError(subject: run.path, reason: .noStatistic(name, nearest: []))
    }
    return (0..<run.featureCount).map { row in
      run.features.isRead(row) ? column.number(ofRow: row) ?? .nan : .nan
    }
  }

  private static let ofRun: [(name: String, values: @Sendable (FeatureBlock) -> [Float])] = [
    ("best_cosine", { first($0.topCosines, of: $0) }),
    ("best_probability", { first($0.topProbabilities, of: $0) }),
    ("least_cosine", { first($0.bottomCosines, of: $0) }),
    ("mean", { $0.means }), ("sd", { $0.standardDeviations }), ("skewness", { $0.skewnesses }),
    ("kurtosis", { $0.kurtoses }), ("margin", { $0.margins }), ("entropy", { $0.entropies }),
    ("log_partition", { $0.logPartitions }),
  ]

  /// The first of K numbers of each feature.
  private static func first(_ numbers: [Float], of block: FeatureBlock) -> [Float] {
    (0..<block.rows).map { block.topCount > 0 ? numbers[$0 * block.topCount] : .nan }
  }
}

extension VerdictFiles.Column {
  /// Whether it has one number a feature that more or less of can be meant.
  fileprivate var isMeasure: Bool {
    width == 1 && tensor.dtype != .u8 && !lastPart.hasSuffix("label_id")
      && !lastPart.hasSuffix("group") && name != "enrichment.set"
  }

  /// The number of a feature; nil where it has none: where it is NaN, or a rank of 0.
  ///
  /// - Parameter row: The row of the feature.
  /// - Returns: The first number, if there are several.
  public func number(ofRow row: Int) -> Float? {
    let range = (row * width)..<(row * width + 1)
    guard width > 0 else { return nil }
    if tensor.dtype.isFloatingPoint {
      var scratch: [Float] = []
      let number = tensor.withFloats(in: range, scratch: &scratch) { $0[0] }
      return number.isNaN ? nil : number
    }
    let number = tensor.integers(in: range)?.first
    return number == missing ? nil : number.map { Float($0) }
  }

  /// The whole number of a feature; nil of other columns.
  public func integer(ofRow row: Int) -> Int? {
    width > 0 ? tensor.integers(in: (row * width)..<(row * width + 1))?.first : nil
  }
}
