/// What can be asked of any lens: how reliable the truth is, what prototypes of pictures read in
/// place of text, and which classes the model connects to their labels.
///
/// Pictures of every class are split at random, again and again: in halves, and in three parts, for
/// knowledge, prototypes and truth. The lens and the prototypes are scored on the same truth pictures
/// by the same directions. Shares are over features and splits together; only features that fire in
/// the part at hand count. Source of the idea: noise ceilings, as Nili et al. 2014 have them.
public struct LensCeiling: Sendable, Equatable {
  /// What is asked.
  public struct Question: Sendable {
    /// The unit images of some features in the joint space, [m, D], or in another, [m, r].
    public var images: Matrix
    /// The rows of these features in the truth, [m].
    public var features: [Int]
    /// The label that the lens gives each of them, [m]; -1 for none.
    public var names: [Int32]
    /// A number for each of them that duplicates share, [m].
    public var clusters: [Int]
    /// The unit rows of the labels as the model gives them, [K, D]: not centred.
    public var text: Matrix
    /// A number for each label that labels share which count as one, [K].
    public var labelGroups: [Int]
    /// What takes the joint space to the space of the images, [r, D]; nil if that is the joint space.
    public var transform: Matrix?

    /// States what is asked.
    public init(
      images: Matrix, features: [Int], names: [Int32], clusters: [Int], text: Matrix,
      labelGroups: [Int]
    ) {
      self.images = images
      self.features = features
      self.names = names
      self.clusters = clusters
      self.text = text
      self.labelGroups = labelGroups
    }
  }

  /// The fewest pictures that a class must have, in the median, in the parts for prototypes and for
  /// truth, for an efficiency to be given: with 4 a flawless text reads 1.27 times what prototypes
  /// do, with 8 1.04 times (simulated).
  public static let leastPictures = 8

  /// The splits of each kind.
  public let splitCount: Int

  /// The pictures of a class in the parts for knowledge, prototypes and truth, in the median.
  public let partSizes: [Int]

  /// The share of features whose best class by one half of the pictures is that of the other.
  public let reliability: IntervalEstimate

  /// The share of classes that are known: of which the label's text, among all labels, is the nearest
  /// to the mean unit embedding of the class's pictures for knowledge.
  public let knownClasses: Double

  /// The share of features whose true class is known.
  public let knowledge: IntervalEstimate

  /// The figures over all features that have a true class.
  public let all: Reading

  /// The figures over the features whose true class is known.
  public let known: Reading

  /// The agreement of the lens on features whose true class is known over the ceiling there; nil if
  /// there are too few pictures, or the ceiling is not known to be over 0.
  public let efficiency: IntervalEstimate?

  /// What a reader should know, a line each.
  public let notices: [String]

  /// Shares of some features.
  public struct Reading: Sendable, Equatable {
    /// The share that the lens gives its true class.
    public let agreement: IntervalEstimate
    /// The share that prototypes give its true class, for each number of pictures.
    public let prototypes: [PrototypeReading]
    /// That share for ever more pictures: c of c + b/m fitted to `prototypes` by least squares, not
    /// limited to 0 to 1; NaN for fewer than two numbers of pictures.
    public let ceiling: IntervalEstimate
  }

  /// What prototypes read.
  public struct PrototypeReading: Sendable, Equatable {
    /// The pictures of a class that make its prototype, at most.
    public let pictures: Int
    /// The mean of 1/m over classes, m their pictures.
    public let meanInverse: Double
    /// The share of features that are given their true class.
    public let agreement: Double
  }
}

extension LensCeiling {
  /// The numbers of pictures that prototypes are made of: five, evenly from half of what there is.
  ///
  /// Smaller numbers bend the line, which then overshoots (0.95 for 0.89 from a quarter on, 0.91
  /// from half on, in a simulated world of 400 classes and 8 pictures).
  ///
  /// - Parameter most: The pictures of the part.
  /// - Returns: Rising numbers, at least 1 each; none if there are no pictures.
  static func prototypeSizes(most: Int) -> [Int] {
    guard most > 0 else { return [] }
    let least = (most + 1) / 2
    return Set((0...4).map { least + (most - least) * $0 / 4 }).sorted()
  }

  /// Finds what can be asked.
  ///
  /// - Parameters:
  ///   - question: What is asked.
  ///   - truth: The truth, with pictures and their embeddings.
  ///   - splits: The splits of each kind, at least 1.
  ///   - replicates: The replicates of the bootstrap, over splits and over clusters of features.
  ///   - seed: Determines splits and replicates.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Precondition: The truth has pictures and embeddings as wide as the images, and all shapes
  ///   agree.
  public init(
    _ question: Question, truth: GroundTruth, splits: Int = 10, replicates: Int = 2000,
    seed: UInt64, workers: Int
  ) {
    guard let activations = truth.activations, let embeddings = truth.embeddings else {
      preconditionFailure("a ceiling without pictures or without embeddings")
    }
    precondition(
      embeddings.shape[1] == question.transform?.columns ?? question.images.columns
        && question.images.columns == question.transform?.rows ?? question.images.columns
        && splits > 0
        && question.text.rows == truth.labelCount
        && question.labelGroups.count == truth.labelCount,
      "embeddings \(embeddings.shape), \(question.text.rows) texts, \(truth.labelCount) labels")
    precondition(
      question.features.count == question.images.rows
        && question.names.count == question.images.rows
        && question.clusters.count == question.images.rows,
      "\(question.images.rows) images of \(question.features.count) features")
    var generator = SplitMix64(seed: seed)
    let seeds = (0..<splits).map { _ in generator.next() }
    let reader = SplitReader(
      question: question, truth: truth, embeddings: embeddings,
      activations: activations.selecting(rows: question.features))
    let outcomes = mapInParallel(count: splits, workers: workers) {
      reader.outcome(seed: seeds[$0])
    }
    let table = CeilingTable(outcomes, clusters: question.clusters)
    self.init(
      outcomes, table: table, totals: truth.pictureCounts,
      draws: table.replicates(replicates, seed: generator.next(), workers: workers))
  }

  private init(
    _ outcomes: [SplitOutcome], table: CeilingTable, totals: [Int], draws: [CeilingTable.Sums]
  ) {
    splitCount = outcomes.count
    partSizes = outcomes.first?.partSizes ?? []
    let sums = table.total
    let estimate = { (figure: (CeilingTable.Sums) -> Double) in
      CeilingTable.interval(of: figure, sums, draws)
    }
    reliability = estimate(\.reliability)
    knowledge = estimate(\.knowledge)
    let classCounts = outcomes.map { Double($0.knownClassCount) / Double(max(1, $0.classCount)) }
    knownClasses = classCounts.reduce(0, +) / Double(classCounts.count)
    let inverses = table.meanInverses
    let weights = Self.interceptWeights(inverses)
    let sizes = outcomes.first?.sizes ?? []
    let reading = { (isKnown: Bool) in
      Reading(
        agreement: estimate { $0.agreement(isKnown: isKnown) },
        prototypes: sizes.indices.map {
          PrototypeReading(
            pictures: sizes[$0], meanInverse: inverses[$0],
            agreement: sums.prototypeAgreement($0, isKnown: isKnown))
        },
        ceiling: estimate { $0.ceiling(weights, isKnown: isKnown) })
    }
    all = reading(false)
    known = reading(true)
    var notices: [String] = []
    if partSizes.dropFirst().contains(where: { $0 < Self.leastPictures }) {
      efficiency = nil
      notices.append(
        "\(partSizes[1]) pictures of a class for prototypes and \(partSizes[2]) for truth, "
          + "expected at least \(Self.leastPictures) of each for an efficiency")
    } else if !(known.ceiling.lower > 0) {
      efficiency = nil
      notices.append("the ceiling is not known to be over 0, so that nothing can be a share of it")
    } else {
      efficiency = estimate { $0.agreement(isKnown: true) / $0.ceiling(weights, isKnown: true) }
    }
    let few = totals.count { $0 > 0 && $0 < 3 * Self.leastPictures }
    if few > 0, efficiency != nil {
      notices.append("\(few) classes have fewer than \(3 * Self.leastPictures) pictures")
    }
    self.notices = notices
  }

  /// What the intercept of a line fitted by least squares takes of each value.
  ///
  /// - Parameter x: Where the values stand.
  /// - Returns: Weights of sum 1, or NaN if there are fewer than two places.
  static func interceptWeights(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard spread > 0 else { return x.map { _ in .nan } }
    return x.map { 1 / Double(x.count) - mean * ($0 - mean) / spread }
  }
}
