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
    /// The rank of the true label, from 1; 0 where there is none, and nothing without truth.
    var trueRanks: [Int32] = []
    /// The best score of each feature in each null bank, [r, n].
    var nullScores: [[Float]] = []
  }

  /// One for each score.
  private(set) var namings: [Naming]

  /// v · m of each feature, [n].
  private(set) var meanCosines: [Float] = []

  /// v · ū of each feature, [n], with ū the mean of the features over the sample.
  private(set) var bankMeanCosines: [Float] = []

  /// Reads a bank.
  ///
  /// - Parameters:
  ///   - bank: The features.
  ///   - banks: The real bank first, then null banks, which may have fewer scores.
  ///   - truth: The true label of each feature, -1 for none, [n]; nil without truth.
  ///   - workers: The number of threads; the results are the same for any.
  init(
    _ bank: JointBank, banks: [(view: BankView, scores: [Score])],
    truth: [Int32]? = nil, workers: Int
  ) {
    precondition(!banks.isEmpty, "no bank is read")
    let nulls = banks.dropFirst()
    var namings = banks[0].scores.map { score in
      let count = nulls.count { $0.scores.contains { $0.kind == score.kind } }
      return Naming(kind: score.kind, nullScores: [[Float]](repeating: [], count: count))
    }
    var (meanCosines, bankMeanCosines) = ([Float](), [Float]())
    bank.forEachTile(
      workers: workers,
      makeState: { banks.map { BankView.Room(rows: JointBank.tileRows, view: $0.view) } }
    ) { rooms, tile in
      Self.read(tile, banks: banks, truth: truth, rooms: &rooms)
    } _: { part in
      meanCosines += part.meanCosines
      bankMeanCosines += part.bankMeanCosines
      for index in namings.indices {
        namings[index].labels += part.namings[index].labels
        namings[index].scores += part.namings[index].scores
        namings[index].trueRanks += part.namings[index].trueRanks
        for replicate in namings[index].nullScores.indices {
          namings[index].nullScores[replicate] += part.namings[index].nullScores[replicate]
        }
      }
    }
    self.namings = namings
    self.meanCosines = meanCosines
    self.bankMeanCosines = bankMeanCosines
  }

  private struct Part: Sendable {
    var namings: [Naming]
    var meanCosines: [Float] = []
    var bankMeanCosines: [Float] = []
  }

  private static func read(
    _ tile: JointBank.Tile, banks: [(view: BankView, scores: [Score])], truth: [Int32]?,
    rooms: inout [BankView.Room]
  ) -> Part {
    var part = Part(namings: banks[0].scores.map { Naming(kind: $0.kind) })
    for (index, bank) in banks.enumerated() {
      let facts = bank.view.multiply(
        tile.images.span, rows: tile.rows, into: &rooms[index])
      if index == 0 {
        let isRead = tile.statuses.map { $0 == .read }
        part.meanCosines = zip(isRead, facts).map { $0 ? $1.meanCosine : .nan }
        part.bankMeanCosines = zip(isRead, facts).map { $0 ? $1.bankMeanCosine : .nan }
      }
      for score in bank.scores {
        guard let naming = part.namings.firstIndex(where: { $0.kind == score.kind }) else {
          continue
        }
        let best = bestScores(score, bank.view, tile: tile, facts: facts, room: rooms[index])
        if index > 0 {
          part.namings[naming].nullScores.append(best.scores)
        } else {
          (part.namings[naming].labels, part.namings[naming].scores) = best
          part.namings[naming].trueRanks = ranks(
            score, bank.view, tile: tile, facts: facts, truth: truth, room: rooms[index])
        }
      }
    }
    return part
  }

  private static func bestScores(
    _ score: Score, _ view: BankView, tile: JointBank.Tile, facts: [Score.RowFacts],
    room: BankView.Room
  ) -> (labels: [Int32], scores: [Float]) {
    var labels = [Int32](repeating: -1, count: tile.rows)
    var scores = [Float](repeating: .nan, count: tile.rows)
    let products = room.products.span
    for row in 0..<tile.rows where tile.statuses[row] == .read {
      let start = row * view.columnCount
      (labels[row], scores[row]) = score.best(
        products.extracting(start..<(start + view.labelCount)), facts[row])
    }
    return (labels, scores)
  }

  private static func ranks(
    _ score: Score, _ view: BankView, tile: JointBank.Tile, facts: [Score.RowFacts],
    truth: [Int32]?, room: BankView.Room
  ) -> [Int32] {
    guard let truth else { return [] }
    var ranks = [Int32](repeating: 0, count: tile.rows)
    let products = room.products.span
    for row in 0..<tile.rows where tile.statuses[row] == .read {
      let label = Int(truth[tile.positions.lowerBound + row])
      guard label >= 0 else { continue }
      let start = row * view.columnCount
      ranks[row] = Int32(
        score.rank(of: label, products.extracting(start..<(start + view.labelCount)), facts[row]))
    }
    return ranks
  }
}
