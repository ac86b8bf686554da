/// What each feature fires on most, and how it fires.
public struct FeatureClasses: Sendable, Equatable {
  /// The true class of each feature, [n]: the one with the largest value above zero, of equal ones
  /// the lowest id; -1 if there is none.
  ///
  /// The value of a class is the mean activation over its pictures, pictures on which the feature
  /// does not fire included.
  public let classIDs: [Int32]

  /// The value of the true class of each feature, [n]; 0 if there is none.
  public let values: [Double]

  /// The share of pictures on which each feature fires, [n]; NaN if it is not known.
  public let densities: [Double]

  /// The mean of each feature's activations where it fires, [n]; NaN if it never does or it is not
  /// known.
  public let meansWhenOn: [Double]

  /// The greatest activation of each feature, [n]: 0 if it never fires, NaN if it is not known.
  public let maxima: [Float]

  /// Finds what features fire on.
  ///
  /// Sums are in `Double`, in the order of pictures, so that they are the same for any number of
  /// threads.
  ///
  /// - Parameters:
  ///   - truth: The truth.
  ///   - workers: The number of threads.
  /// - Complexity: Proportional to the entries.
  public init(_ truth: GroundTruth, workers: Int) {
    let size = 256
    let count = truth.featureCount
    let blocks = mapInParallel(count: (count + size - 1) / size, workers: workers) { block in
      var sums = ClassSums(truth)
      return ((block * size)..<min((block + 1) * size, count)).map { sums.summary(of: $0) }
    }
    let summaries = blocks.flatMap { $0 }
    classIDs = summaries.map(\.classID)
    values = summaries.map(\.value)
    switch truth.evidence {
    case .pictures:
      densities = summaries.map { Double($0.count) / Double(truth.pictureCount) }
      meansWhenOn = summaries.map { $0.sum / Double($0.count) }
      maxima = summaries.map(\.maximum)
    case .classes:
      let unknown = [Double](repeating: .nan, count: count)
      densities = truth.storedDensities?.map { Double($0) } ?? unknown
      meansWhenOn = truth.storedMeans?.map { Double($0) } ?? unknown
      maxima = [Float](repeating: .nan, count: count)
    }
  }
}

/// Sums over the pictures of each class, feature by feature.
struct ClassSums {
  /// What is found out about a feature.
  struct Summary {
    var classID: Int32 = -1
    var value = 0.0
    var count = 0
    var sum = 0.0
    var maximum: Float = 0
  }

  private let truth: GroundTruth
  /// The sum of each class, [K]; zeros between features.
  private var sums: [Double]
  /// The classes whose sum was touched.
  private var touched: [Int32] = []

  init(_ truth: GroundTruth) {
    self.truth = truth
    sums = [Double](repeating: 0, count: truth.labelCount)
  }

  /// What a feature fires on, by all pictures.
  mutating func summary(of feature: Int) -> Summary {
    var summary = Summary()
    switch truth.evidence {
    case .classes(let values):
      for entry in values.entries(ofRow: feature) {
        let value = Double(values.values[entry])
        guard value > summary.value else { continue }
        (summary.classID, summary.value) = (values.indices[entry], value)
      }
    case .pictures(let activations):
      for entry in activations.entries(ofRow: feature) {
        let value = activations.values[entry]
        summary.count += 1
        summary.sum += Double(value)
        summary.maximum = summary.count == 1 ? value : max(summary.maximum, value)
        add(Double(value), to: truth.classIDs[Int(activations.indices[entry])])
      }
      (summary.classID, summary.value) = takeBest(counts: truth.pictureCounts)
    }
    return summary
  }

  /// The true class of a feature by the pictures of one part.
  ///
  /// - Parameters:
  ///   - feature: The feature's row in `activations`.
  ///   - activations: Activations, [features, N].
  ///   - part: The part of a split.
  ///   - parts: The part of each picture, [N].
  ///   - counts: The pictures of each class in that part, [K].
  /// - Returns: The class, or -1.
  mutating func classID(
    of feature: Int, in activations: SparseMatrix, part: UInt8, of parts: [UInt8], counts: [Int]
  ) -> Int32 {
    for entry in activations.entries(ofRow: feature) {
      let picture = Int(activations.indices[entry])
      guard parts[picture] == part else { continue }
      add(Double(activations.values[entry]), to: truth.classIDs[picture])
    }
    return takeBest(counts: counts).classID
  }

  private mutating func add(_ value: Double, to id: Int32) {
    // A class may be listed twice, if its sum comes back to zero: that does no harm.
    if sums[Int(id)] == 0 { touched.append(id) }
    sums[Int(id)] += value
  }

  /// The class with the largest mean above zero, of equal ones the lowest; all sums are zero then.
  private mutating func takeBest(counts: [Int]) -> (classID: Int32, value: Double) {
    var best = (classID: Int32(-1), value: 0.0)
    for id in touched {
      let mean = sums[Int(id)] / Double(counts[Int(id)])
      if mean > best.value || (mean == best.value && mean > 0 && id < best.classID) {
        best = (id, mean)
      }
    }
    for id in touched { sums[Int(id)] = 0 }
    touched.removeAll(keepingCapacity: true)
    return best
  }
}
