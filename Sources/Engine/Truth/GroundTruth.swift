/// What the features of an autoencoder fire on: pictures of known classes, or classes alone.
///
/// A class is a label, and its id is that of the label.
public struct GroundTruth: Sendable {
  /// How it is known.
  public enum Evidence: Sendable {
    /// The activations of each feature, [n, N], which are not zero.
    case pictures(SparseMatrix)
    /// What each feature has for each class, [n, K], where it is not zero: the mean activation over
    /// its pictures, or the weight of the class among the feature's top pictures.
    case classes(SparseMatrix)
  }

  /// How it is known.
  public let evidence: Evidence

  /// The number of labels, K.
  public let labelCount: Int

  /// The class of each picture, [N]; empty where classes alone are known.
  public let classIDs: [Int32]

  /// The pictures of each class, [K].
  public let pictureCounts: [Int]

  /// The image embeddings of the pictures, [N, D], if they are known.
  public let embeddings: Tensor?

  /// The inputs of the autoencoder that were encoded, [N, d], if they are known.
  public let residuals: Tensor?

  /// The share of inputs on which each feature fires, [n], where that was stored.
  public let storedDensities: [Float]?

  /// The mean of each feature's activations where it fires, [n], where that was stored; NaN for
  /// those that never fire.
  public let storedMeans: [Float]?

  /// What a reader of results should know about the truth, a line each.
  public let notices: [String]

  /// The number of features, n.
  public var featureCount: Int {
    switch evidence {
    case .pictures(let activations): activations.rows
    case .classes(let values): values.rows
    }
  }

  /// The number of pictures, N.
  public var pictureCount: Int { classIDs.count }

  /// The activations of the features, [n, N]; nil where classes alone are known.
  public var activations: SparseMatrix? {
    guard case .pictures(let activations) = evidence else { return nil }
    return activations
  }
}

extension GroundTruth {
  /// Makes a truth of activations at hand.
  ///
  /// - Parameters:
  ///   - activations: The activations, [N, n].
  ///   - classIDs: The class of each picture, [N], from 0 to below `labelCount`.
  ///   - labelCount: The number of labels, at least 1.
  ///   - embeddings: The image embeddings, [N, D].
  ///   - residuals: What was encoded, [N, d].
  ///   - notices: What is to be known about it.
  init(
    activations: SparseMatrix, classIDs: [Int32], labelCount: Int, embeddings: Tensor? = nil,
    residuals: Tensor? = nil, notices: [String] = []
  ) {
    precondition(
      activations.rows == classIDs.count, "\(classIDs.count) classes of \(activations.rows)")
    let byFeature = activations.transposed()
    evidence = .pictures(byFeature)
    self.labelCount = labelCount
    self.classIDs = classIDs
    self.embeddings = embeddings
    self.residuals = residuals
    (storedDensities, storedMeans) = (nil, nil)
    var counts = [Int](repeating: 0, count: labelCount)
    for id in classIDs { counts[Int(id)] += 1 }
    pictureCounts = counts
    self.notices = notices + Self.notices(activations: byFeature, pictureCounts: counts)
  }

  /// Makes a truth of a table of classes.
  ///
  /// - Parameters:
  ///   - classValues: What each feature has for each class, [n, K].
  ///   - densities: The share of inputs on which each feature fires, [n].
  ///   - means: The mean activation of each feature where it fires, [n].
  init(classValues: SparseMatrix, densities: [Float]? = nil, means: [Float]? = nil) {
    evidence = .classes(classValues)
    labelCount = classValues.columns
    classIDs = []
    pictureCounts = []
    (embeddings, residuals) = (nil, nil)
    (storedDensities, storedMeans) = (densities, means)
    let silent = (0..<classValues.rows).count { row in
      !classValues.entries(ofRow: row).contains { classValues.values[$0] > 0 }
    }
    notices =
      silent == 0
      ? []
      : [
        silent == classValues.rows
          ? "no feature has a value above 0 for any class, so none has a true class"
          : "\(silent) of \(classValues.rows) features have no value above 0 for any class"
      ]
  }

  private static func notices(activations: SparseMatrix, pictureCounts: [Int]) -> [String] {
    var notices: [String] = []
    let (pictures, classes) = (activations.columns, pictureCounts.count)
    let empty = pictureCounts.count { $0 == 0 }
    if pictures < classes {
      notices.append("\(pictures) pictures are fewer than the \(classes) classes")
    }
    if empty > 0 { notices.append("\(empty) of \(classes) classes have no picture") }
    if classes - empty == 1 {
      notices.append("all pictures are of one class, which is the true class of every feature")
    }
    return notices + self.notices(silent: activations)
  }

  private static func notices(silent values: SparseMatrix) -> [String] {
    let silent = (0..<values.rows).count { values.entries(ofRow: $0).isEmpty }
    guard silent > 0 else { return [] }
    return [
      silent == values.rows
        ? "no feature fires, so none has a true class"
        : "\(silent) of \(values.rows) features never fire"
    ]
  }
}
