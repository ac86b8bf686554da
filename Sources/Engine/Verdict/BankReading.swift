/// What all features of a bank score best, and what null features do, by several scores.
struct BankReading: Sendable {
  /// What one score says of each feature, [n]; -1 and NaN where a feature is not read.
  struct Naming: Sendable {
    /// The score.
    let kind: ScoreKind
    /// The label that scores best, as a position among those that take part.
    var labels: [Int32] = []
    /// Its score.
    var scores: [Float] = []
    /// Of a signed score, the label that scores least, [n], and nothing of others.
    var leastLabels: [Int32] = []
    /// Its score.
    var leastScores: [Float] = []
    /// The rank of the true label, from 1; 0 where there is none, and nothing without truth.
    var trueRanks: [Int32] = []
    /// The best score of each feature in each rotated bank, [r, n]; NaN where there is no null feature.
    var rotatedScores: [[Float]] = []
    /// The best scores of random vectors in the place of the features, [g, n].
    var gaussianScores: [[Float]] = []
    /// The features of each rotated bank whose least score is greater in size than their best, [r], and
    /// nothing of scores that are not signed.
    var rotatedOpposed: [Int] = []
    /// The same of random vectors, [g].
    var gaussianOpposed: [Int] = []
  }

  /// One for each score.
  private(set) var namings: [Naming]

  /// v · m of each feature, [n].
  private(set) var meanCosines: [Float] = []

  /// v · ū of each feature, [n], with ū the mean of the features over the sample.
  private(set) var bankMeanCosines: [Float] = []

  /// What the model's own scores say of each bank that is not whitened; nothing without such scores.
  private(set) var sigmoids: [SigmoidTally] = []

  /// A bank and the scores that are taken of it.
  typealias Bank = (view: BankView, scores: [Score])

  /// Reads a bank.
  ///
  /// - Parameters:
  ///   - bank: The features.
  ///   - banks: The real bank first, then null banks, which may have fewer scores; then the same ones
  ///     whitened.
  ///   - whitening: What whitens the real bank, if banks are.
  ///   - sigmoid: The model's own scores of labels, if it was trained with a sigmoid.
  ///   - truth: The true label of each feature, -1 for none, [n]; nil without truth.
  ///   - nullTiles: The tiles that null banks are read of; all if nil.
  ///   - workers: The number of threads; the results are the same for any.
  init(
    _ bank: JointBank, banks: [Bank], whitening: BankWhitening? = nil,
    sigmoid: SigmoidScores? = nil, truth: [Int32]? = nil, nullTiles: NullTiles? = nil,
    workers: Int
  ) {
    precondition(!banks.isEmpty, "no bank is read")
    let reader = TileReader(
      banks: banks, whitening: whitening, sigmoid: sigmoid, truth: truth,
      nullTiles: nullTiles ?? NullTiles(featureCount: bank.count))
    var namings = reader.emptyNamings
    var sigmoids = reader.emptyTallies
    var (meanCosines, bankMeanCosines) = ([Float](), [Float]())
    bank.forEachTile(
      workers: workers,
      makeState: { banks.map { BankView.Room(rows: JointBank.tileRows, view: $0.view) } }
    ) { rooms, tile in
      reader.read(tile, rooms: &rooms)
    } _: { part in
      meanCosines += part.meanCosines
      bankMeanCosines += part.bankMeanCosines
      for index in namings.indices { namings[index].add(part.namings[index]) }
      for index in sigmoids.indices { sigmoids[index].add(part.sigmoids[index]) }
    }
    self.namings = namings
    self.sigmoids = sigmoids
    self.meanCosines = meanCosines
    self.bankMeanCosines = bankMeanCosines
  }
}

extension BankReading.Naming {
  /// Adds what the next tile found.
  fileprivate mutating func add(_ next: Self) {
    labels += next.labels
    scores += next.scores
    leastLabels += next.leastLabels
    leastScores += next.leastScores
    trueRanks += next.trueRanks
    for bank in rotatedScores.indices { rotatedScores[bank] += next.rotatedScores[bank] }
    for bank in gaussianScores.indices { gaussianScores[bank] += next.gaussianScores[bank] }
    for bank in rotatedOpposed.indices { rotatedOpposed[bank] += next.rotatedOpposed[bank] }
    for bank in gaussianOpposed.indices { gaussianOpposed[bank] += next.gaussianOpposed[bank] }
  }
}
