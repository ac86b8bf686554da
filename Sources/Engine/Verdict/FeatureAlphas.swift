/// Where the factors a of `b + a d` come from.
public enum AlphaKind: String, Sendable, CaseIterable {
  /// The mean of each feature's activations where it fires.
  case mean
  /// The greatest activation of each feature.
  case maximum = "max"
}

/// The factor a of each feature, taken from its activations.
struct FeatureAlphas: Sendable {
  /// What they are.
  let kind: AlphaKind

  /// The file that they come from.
  let path: String

  /// The factors, [n]; those of features without a finite one other than 0 are the median of the rest.
  let values: [Float]

  /// The median of the factors that were found.
  let median: Double

  /// How many features have none of their own.
  let missingCount: Int

  /// Takes factors from what features fire on.
  ///
  /// - Parameters:
  ///   - kind: What they are.
  ///   - truth: The truth.
  ///   - path: Its file, for messages.
  ///   - workers: The number of threads.
  /// - Throws: `VerdictError` if no feature has one.
  init(
    _ kind: AlphaKind, of truth: GroundTruth, path: String, workers: Int
  ) throws(VerdictError) {
    let classes = FeatureClasses(truth, workers: workers)
    try self.init(
      kind, path: path,
      found: kind == .mean ? classes.meansWhenOn.map { Float($0) } : classes.maxima)
  }

  /// Reads factors from a file of tensors.
  ///
  /// - Parameters:
  ///   - kind: What they are.
  ///   - path: The file: `mean_activations` or `sae_mean_acts`, or `max_activations`, [n], or one
  ///     tensor of any name.
  ///   - featureCount: n.
  /// - Throws: `CheckpointError` if there is no such tensor of that shape, `VerdictError` if no
  ///   feature has a factor.
  init(_ kind: AlphaKind, contentsOf path: String, featureCount: Int) throws {
    let file = try TensorFile(contentsOf: path)
    let names = Self.names(kind)
    let only = file.names.count == 1 ? file.names.first : nil
    let name = names.first { file.tensors[$0] != nil } ?? only ?? names[0]
    try self.init(
      kind, path: path, found: try file.weights(name, shape: [featureCount]).floats())
  }

  private init(_ kind: AlphaKind, path: String, found: [Float]) throws(VerdictError) {
    let usable = found.filter { $0.isFinite && $0 != 0 }.sorted()
    guard !usable.isEmpty else {
      throw VerdictError(subject: path, reason: .noActivations(kind))
    }
    let median = usable[(usable.count - 1) / 2]
    self.kind = kind
    self.path = path
    self.median = Double(median)
    values = found.map { $0.isFinite && $0 != 0 ? $0 : median }
    missingCount = found.count - usable.count
  }

  private static func names(_ kind: AlphaKind) -> [String] {
    switch kind {
    case .mean: ["mean_activations", "sae_mean_acts"]
    case .maximum: ["max_activations"]
    }
  }
}
