/// How well the activations of features agree with the class that each is named, and with its true
/// class.
public struct ActivationAgreement: Sendable, Equatable {
  /// The pictures of the greatest activations that `topPrecision` looks at, where there are so many.
  public static let topPictures = 10

  /// With the class that each feature is named, [m]; nil where it has no name, or the class no picture.
  public let named: [BinaryAgreement?]

  /// The share of the named class among the pictures of the greatest activations, [m]; nil as above.
  public let namedTopPrecision: [Double?]

  /// With the true class of each feature, [m]; nil where it has none.
  public let ofTrueClass: [BinaryAgreement?]

  /// Compares activations with classes.
  ///
  /// - Parameters:
  ///   - truth: The truth, with pictures.
  ///   - features: The rows of the features in the truth, [m].
  ///   - names: The label that each is named, [m]; -1 for none.
  ///   - classes: The true class of each feature of the truth, [n]; -1 for none.
  ///   - labelGroups: A number for each label that labels share which count as one, [K]: pictures of
  ///     all of them are of the class.
  ///   - workers: The number of threads.
  /// - Precondition: The truth has pictures.
  public init(
    _ truth: GroundTruth, features: [Int], names: [Int32], classes: [Int32], labelGroups: [Int],
    workers: Int
  ) {
    guard let activations = truth.activations else {
      preconditionFailure("activations of a table of classes")
    }
    precondition(
      features.count == names.count && classes.count == truth.featureCount
        && labelGroups.count == truth.labelCount,
      "\(names.count) names of \(features.count) features, \(labelGroups.count) labels")
    var pictures: [Int: [Int]] = [:]
    for (picture, id) in truth.classIDs.enumerated() {
      pictures[labelGroups[Int(id)], default: []].append(picture)
    }
    let members = pictures
    let results = mapInParallel(count: features.count, workers: workers) { i -> Result in
      let entries = activations.entries(ofRow: features[i])
      let ranked = RankedActivations(
        count: truth.pictureCount, indices: activations.indices[entries].map { Int($0) },
        values: Array(activations.values[entries]))
      let positives = { (id: Int32) in id < 0 ? nil : members[labelGroups[Int(id)]] }
      let top = min(Self.topPictures, truth.pictureCount)
      return Result(
        named: positives(names[i]).map { ranked.agreement(with: $0) },
        topPrecision: positives(names[i]).map { ranked.topPrecision(top, positives: $0) },
        ofTrueClass: positives(classes[features[i]]).map { ranked.agreement(with: $0) })
    }
    named = results.map(\.named)
    namedTopPrecision = results.map(\.topPrecision)
    ofTrueClass = results.map(\.ofTrueClass)
  }

  private struct Result: Sendable {
    let named: BinaryAgreement?
    let topPrecision: Double?
    let ofTrueClass: BinaryAgreement?
  }
}
