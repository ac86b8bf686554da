/// What the scores σ(s · cos + b) of a model that was trained with a sigmoid say of a bank.
///
/// They are no distribution over labels: their sum is the number of labels that the model expects to go with
/// a vector, were it an image.
struct SigmoidTally: Sendable {
  /// Which bank.
  let kind: BankView.Kind

  /// The sum of the scores of all labels for each feature, [n]; NaN where it is not read; of null
  /// banks as well.
  private(set) var sums: [Float] = []

  /// How many labels score over a half, [n]; 0 where not read.
  private(set) var counts: [Int32] = []

  /// Makes a tally of no feature.
  init(kind: BankView.Kind) {
    self.kind = kind
  }

  /// Adds a feature.
  mutating func append(_ row: (sum: Double, above: Int)) {
    sums.append(Float(row.sum))
    counts.append(Int32(row.above))
  }

  /// Adds a feature that is not read.
  mutating func appendUnread() {
    sums.append(.nan)
    counts.append(0)
  }

  /// Adds the features of the next tile.
  mutating func add(_ next: SigmoidTally) {
    sums += next.sums
    counts += next.counts
  }
}

extension SigmoidTally {
  /// The features that are read.
  var readCount: Int { sums.count { !$0.isNaN } }

  /// How many features have a label that scores over a half.
  var featureCount: Int { counts.count { $0 > 0 } }

  /// How many labels score over a half, on average over the features that are read.
  var meanCount: Double {
    Double(counts.reduce(0) { $0 + Int($1) }) / Double(readCount)
  }

  /// The expected number of labels, on average over the features that are read.
  var meanSum: Double {
    sums.reduce(0.0) { $1.isNaN ? $0 : $0 + Double($1) } / Double(readCount)
  }
}
