import Engine

/// Compares rows of a scan with the naive lens in `Double`.
///
/// A sum of n rounded products is within λ √n u Σ|aᵢbᵢ| of the exact one but for probability
/// 2 exp(-λ²/2) (Higham & Mary 2019, theorem 2.4), here with λ = 6 and u = ulp(1)/2. With
/// κ = (‖P γ‖ ‖x‖ / σ + ‖P β‖) / ‖E(x)‖, the image of a direction is therefore turned by at most
/// λ √d u κ, twice that since the operand is rounded too, and a cosine is off by that and by
/// λ √D u for its own sum, and by a few u for the unit lengths.
struct Comparison {
  let name: String
  let lens: NaiveLens<Double>
  /// The readings compared.
  private(set) var count = 0
  /// What is not within its bound, a line each.
  private(set) var differences: [String] = []
  /// The greatest difference of a cosine.
  private(set) var greatest = 0.0

  private let unit = Double(Float.ulpOfOne) / 2
  /// ‖P γ‖, the Frobenius norm, and ‖P β‖.
  private let norms: (projection: Double, shift: Double)

  init(name: String, lens: NaiveLens<Double>) {
    self.name = name
    self.lens = lens
    var (square, shiftSquare) = (0.0, 0.0)
    for row in lens.projection {
      var shift = 0.0
      for (j, element) in row.enumerated() {
        square += element * element * lens.weight[j] * lens.weight[j]
        shift += element * lens.bias[j]
      }
      shiftSquare += shift * shift
    }
    norms = (square.squareRoot(), shiftSquare.squareRoot())
  }

  /// Compares one row of a block with its direction.
  mutating func compare(_ block: FeatureBlock, row: Int, with direction: [Double]) {
    let exact = lens.reading(of: direction)
    let bound = cosineBound(direction)
    let id = block.featureIDs[row]
    count += 1
    guard block.statuses[row] == FeatureStatus.read.rawValue else {
      differences.append("\(name): feature \(id) was not read")
      return
    }
    let k = block.topCount
    let range = (row * k)..<((row + 1) * k)
    compare(
      block.topLabelIDs[range], block.topCosines[range], block.topProbabilities[range],
      with: exact, order: exact.order, bound: bound, what: "feature \(id), top")
    compare(
      block.bottomLabelIDs[range], block.bottomCosines[range], block.bottomProbabilities[range],
      with: exact, order: exact.order.reversed(), bound: bound, what: "feature \(id), bottom")
    compareStatistics(block, row: row, with: exact, bound: bound)
  }

  private func cosineBound(_ x: [Double]) -> Double {
    let dimensions = Double(x.count).squareRoot()
    let products = 6 * unit * (Double(lens.labels[0].count).squareRoot() + 4)
    guard lens.map != .native else { return products }
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let deviation = lens.map == .full ? (variance + lens.epsilon).squareRoot() : 1
    let shift = lens.map == .full ? norms.shift : 0
    let kappa =
      (norms.projection * euclideanNorm(x) / deviation + shift) / euclideanNorm(lens.image(of: x))
    return products + 12 * unit * dimensions * kappa
  }

  private func euclideanNorm(_ x: [Double]) -> Double {
    x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}

// MARK: - One end

extension Comparison {
  /// Compares the labels of one end: their cosines and probabilities, and which they are wherever
  /// the neighbours in the exact order are further away than rounding reaches.
  private mutating func compare(
    _ ids: ArraySlice<Int32>, _ cosines: ArraySlice<Float>, _ probabilities: ArraySlice<Float>,
    with exact: NaiveReading<Double>, order: [Int], bound: Double, what: String
  ) {
    for (rank, (id, (cosine, probability))) in zip(ids, zip(cosines, probabilities)).enumerated() {
      let label = Int(id)
      expect(Double(cosine), exact.cosines[label], within: bound, "\(what) cosine \(rank)")
      greatest = max(greatest, abs(Double(cosine) - exact.cosines[label]))
      expect(
        Double(cosine), exact.cosines[order[rank]], within: bound, "\(what) cosine by rank \(rank)")
      let likely = exact.probabilities[label]
      // d p / p ≤ 2 · logitScale · d cosine; the least normal Float bounds what underflows.
      expect(
        Double(probability), likely,
        within: likely * (2 * lens.logitScale * bound + 16 * unit)
          + Double(Float.leastNormalMagnitude), "\(what) probability \(rank)")
      let here = exact.cosines[order[rank]]
      let neighbours = [rank - 1, rank + 1].filter { order.indices.contains($0) }
      let isApart = neighbours.allSatisfy { abs(exact.cosines[order[$0]] - here) > 2 * bound }
      if isApart, label != order[rank] {
        differences.append("\(name): \(what) label \(rank): found \(label), expected \(order[rank])")
      }
    }
  }

  private mutating func expect(_ found: Double, _ exact: Double, within bound: Double, _ what: String) {
    guard !(abs(found - exact) <= bound) else { return }
    differences.append("\(name): \(what): found \(found), expected \(exact) within \(bound)")
  }
}

// MARK: - Statistics

extension Comparison {
  /// Compares the statistics of a row; each bound is what the bound of the cosines does to it, to
  /// first order, and 16 u for its own sums and its rounding.
  private mutating func compareStatistics(
    _ block: FeatureBlock, row: Int, with exact: NaiveReading<Double>, bound: Double
  ) {
    let number = Double(exact.cosines.count)
    let mean = exact.cosines.reduce(0, +) / number
    let deviation =
      (exact.cosines.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / number).squareRoot()
    var (cubes, sizes, fourths) = (0.0, 0.0, 0.0)
    for cosine in exact.cosines {
      let z = (cosine - mean) / deviation
      cubes += z * z * z / number
      sizes += abs(z * z * z) / number
      fourths += z * z * z * z / number
    }
    let best = exact.cosines[exact.order[0]]
    let second = exact.order.count > 1 ? exact.cosines[exact.order[1]] : .nan
    let turn = bound / deviation
    let scale = lens.logitScale
    let rows: [(String, Float, Double, Double)] = [
      ("mean", block.means[row], mean, bound),
      ("standard deviation", block.standardDeviations[row], deviation, bound),
      ("skewness", block.skewnesses[row], cubes, 3 * turn * (2 + sizes)),
      ("kurtosis", block.kurtoses[row], fourths, 4 * turn * (2 * sizes + fourths)),
      ("margin", block.margins[row], best - second, 2 * bound),
      ("entropy", block.entropies[row], exact.entropy, 2 * scale * bound * (exact.entropy + 1)),
      ("log partition", block.logPartitions[row], exact.logPartition, scale * bound),
    ]
    for (what, found, expected, bound) in rows {
      expect(
        Double(found), expected, within: bound + 16 * unit * (abs(expected) + 1),
        "feature \(block.featureIDs[row]) \(what)")
    }
  }
}
