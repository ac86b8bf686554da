/// Reads a tile of features and of every null bank by all scores.
struct TileReader: Sendable {
  /// The banks and their scores; the real bank comes first.
  let banks: [BankReading.Bank]
  /// What whitens the real bank, if banks are whitened.
  let whitening: BankWhitening?
  /// The model's own scores of labels, if it was trained with a sigmoid.
  let sigmoid: SigmoidScores?
  /// The true label of each feature, -1 for none, [n]; nil without truth.
  let truth: [Int32]?
  /// The tiles that null banks are read of.
  let nullTiles: NullTiles

  /// What a tile says.
  struct Part: Sendable {
    /// One for each score of the real bank, then those of the whitened one.
    var namings: [BankReading.Naming]
    /// One for each bank that is not whitened, if there is a sigmoid.
    var sigmoids: [SigmoidTally]
    /// v · m of each feature.
    var meanCosines: [Float] = []
    /// v · ū of each feature.
    var bankMeanCosines: [Float] = []
  }

  /// Namings of no feature, with a place for each null bank.
  var emptyNamings: [BankReading.Naming] {
    scoreKinds.map { kind in
      var naming = BankReading.Naming(kind: kind)
      for bank in banks where bank.scores.contains(where: { $0.kind == kind }) {
        naming.appendNull(bank.view.kind, scores: [], opposed: kind.isSigned ? 0 : nil)
      }
      return naming
    }
  }

  /// Tallies of no feature.
  var emptyTallies: [SigmoidTally] {
    sigmoid == nil
      ? [] : banks.filter { $0.view.whitening == nil }.map { SigmoidTally(kind: $0.view.kind) }
  }

  /// The scores of the real bank, as it is and whitened.
  private var scoreKinds: [ScoreKind] {
    banks.filter(\.view.isReal).flatMap { $0.scores.map(\.kind) }
  }

  /// Reads a tile.
  ///
  /// - Parameters:
  ///   - tile: The tile of the real bank.
  ///   - rooms: Room for the products of each bank.
  /// - Returns: What it says.
  func read(_ tile: JointBank.Tile, rooms: inout [BankView.Room]) -> Part {
    let kinds = scoreKinds
    var part = Part(namings: kinds.map { BankReading.Naming(kind: $0) }, sigmoids: [])
    let white =
      whitening?.unitRows(
        tile.images.span, factors: [Float](repeating: 1, count: tile.rows)) ?? []
    let number = tile.positions.lowerBound / JointBank.tileRows
    let hasNull = nullTiles.contains(number)
    // Whitened banks stand in the order of the banks as they are.
    let drawn = banks.filter { $0.view.whitening == nil }
      .map { hasNull ? $0.view.draw(tile: number, rows: tile.rows) : nil }
    for (index, bank) in banks.enumerated() {
      guard hasNull || bank.view.isReal else {
        skip(bank, rows: tile.rows, in: &part)
        continue
      }
      let images = bank.view.whitening == nil ? tile.images : white
      let facts = bank.view.multiply(
        images.span, rows: tile.rows, drawn: drawn[index % drawn.count], tile: number,
        into: &rooms[index])
      if index == 0 {
        let isRead = tile.statuses.map { $0 == .read }
        part.meanCosines = zip(isRead, facts).map { $0 ? $1.meanCosine : .nan }
        part.bankMeanCosines = zip(isRead, facts).map { $0 ? $1.bankMeanCosine : .nan }
      }
      let rows = Rows(tile: tile, facts: facts, view: bank.view, products: rooms[index].products)
      if let sigmoid, bank.view.whitening == nil {
        part.sigmoids.append(rows.tally(sigmoid))
      }
      for score in bank.scores {
        guard let naming = kinds.firstIndex(of: score.kind) else { continue }
        rows.corrected(for: score).add(score, truth: truth, to: &part.namings[naming])
      }
    }
    return part
  }

  /// Says of a null bank that no feature of a tile is read.
  private func skip(_ bank: BankReading.Bank, rows: Int, in part: inout Part) {
    for score in bank.scores {
      guard let index = part.namings.firstIndex(where: { $0.kind == score.kind }) else { continue }
      part.namings[index].appendNull(
        bank.view.kind, scores: [Float](repeating: .nan, count: rows),
        opposed: score.kind.isSigned ? 0 : nil)
    }
    guard sigmoid != nil, bank.view.whitening == nil else { return }
    var tally = SigmoidTally(kind: bank.view.kind)
    for _ in 0..<rows { tally.appendUnread() }
    part.sigmoids.append(tally)
  }
}

// MARK: - The products of a tile

extension TileReader {
  /// The features of a tile, or of its null bank, and their products with labels.
  fileprivate struct Rows {
    let tile: JointBank.Tile
    let facts: [Score.RowFacts]
    let view: BankView
    /// Products with labels first, [rows, stride].
    var products: [Float]
    /// The number of columns; those of the view if nil.
    var stride: Int?

    /// The products that a score is taken of.
    func corrected(for score: Score) -> Rows {
      guard let correction = score.correction else { return self }
      var rows = self
      rows.products = correction.corrected(
        products, rows: tile.rows, stride: view.columnCount, axes: view.axes)
      rows.stride = view.labelCount
      return rows
    }

    private func labels(of row: Int) -> Range<Int> {
      let start = row * (stride ?? view.columnCount)
      return start..<(start + view.labelCount)
    }

    /// Adds what a score says.
    func add(_ score: Score, truth: [Int32]?, to naming: inout BankReading.Naming) {
      let best = extremes { score.best($0, $1) }
      let least = score.opposite.map { opposite in
        extremes { score.least($0, $1, opposite: opposite) }
      }
      if view.isReal {
        (naming.labels, naming.scores) = best
        if let least { (naming.leastLabels, naming.leastScores) = least }
        naming.trueRanks = ranks(score, truth: truth)
      } else {
        naming.appendNull(
          view.kind, scores: best.scores,
          opposed: least.map { zip($0.scores, best.scores).count { -$0 > $1 } })
      }
    }

    private func extremes(
      _ find: (Span<Float>, Score.RowFacts) -> (label: Int32, score: Float)
    ) -> (labels: [Int32], scores: [Float]) {
      var labels = [Int32](repeating: -1, count: tile.rows)
      var scores = [Float](repeating: .nan, count: tile.rows)
      let products = products.span
      for row in 0..<tile.rows where tile.statuses[row] == .read {
        (labels[row], scores[row]) = find(
          products.extracting(self.labels(of: row)), facts[row])
      }
      return (labels, scores)
    }

    private func ranks(_ score: Score, truth: [Int32]?) -> [Int32] {
      guard let truth else { return [] }
      var ranks = [Int32](repeating: 0, count: tile.rows)
      let products = products.span
      for row in 0..<tile.rows where tile.statuses[row] == .read {
        let label = Int(truth[tile.positions.lowerBound + row])
        guard label >= 0 else { continue }
        ranks[row] = Int32(
          score.rank(of: label, products.extracting(labels(of: row)), facts[row]))
      }
      return ranks
    }

    /// What the model's own scores say.
    func tally(_ sigmoid: SigmoidScores) -> SigmoidTally {
      var tally = SigmoidTally(kind: view.kind)
      let products = products.span
      for row in 0..<tile.rows {
        guard tile.statuses[row] == .read else {
          tally.appendUnread()
          continue
        }
        tally.append(
          sigmoidSum(
            products.extracting(labels(of: row)),
            scale: Float(sigmoid.scale) * facts[row].productFactor, bias: Float(sigmoid.bias)))
      }
      return tally
    }
  }
}

extension BankView {
  /// Whether it is the bank itself.
  var isReal: Bool { if case .real = kind { true } else { false } }
}

extension BankView.Kind {
  /// Whether it is a rotated bank.
  var isRotated: Bool { if case .rotated = self { true } else { false } }
}

extension BankReading.Naming {
  /// Adds what a null bank says to those of its kind; the real bank has none.
  fileprivate mutating func appendNull(_ kind: BankView.Kind, scores: [Float], opposed: Int?) {
    switch kind {
    case .real: break
    case .rotated:
      rotatedScores.append(scores)
      if let opposed { rotatedOpposed.append(opposed) }
    case .gaussian:
      gaussianScores.append(scores)
      if let opposed { gaussianOpposed.append(opposed) }
    }
  }
}
