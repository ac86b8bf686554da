internal import Foundation

/// The true labels of those features of a sample that have one.
struct SampleTruth: Sendable {
  /// The rows of these features in the sample, [m].
  let features: [Int]

  /// The position of the true label of each among the labels that take part, [m].
  let positions: [Int]

  /// A number for each label that labels of one embedding share, [C].
  let labelGroups: [Int]

  /// The labels of each group, by its number.
  private let members: [Int: [Int]]

  /// For each label how many features have it, or one of the same embedding, as their true one, [C].
  let weights: [Double]

  /// Counts true labels.
  ///
  /// - Parameters:
  ///   - positions: The position of the true label of each feature of the sample, -1 for none.
  ///   - labelGroups: A number for each label that labels of one embedding share, [C].
  init(positions: [Int], labelGroups: [Int]) {
    features = positions.indices.filter { positions[$0] >= 0 }
    self.positions = features.map { positions[$0] }
    self.labelGroups = labelGroups
    members = Dictionary(grouping: labelGroups.indices) { labelGroups[$0] }
    var counts: [Int: Double] = [:]
    for position in self.positions { counts[labelGroups[position], default: 0] += 1 }
    weights = labelGroups.map { counts[$0] ?? 0 }
  }

  /// The labels that are right for a feature, by its place in `features`; one at least.
  func labels(at place: Int) -> [Int] { members[labelGroups[positions[place]]] ?? [] }
}

/// All scores of a sample of features and the labels, [m, C].
struct SampleScores: Sendable {
  /// The scores, [m, C].
  private(set) var elements: [Float]

  /// The number of features, m.
  let rows: Int

  /// The number of labels, C.
  let columns: Int

  /// Multiplies features by labels.
  ///
  /// - Parameters:
  ///   - images: v, unit images of the features, [m, D].
  ///   - labels: t_j.
  ///   - isCentred: Whether both are less their means, and unit vectors again: `ScoreKind.both` instead of `raw`.
  init(_ images: [Float], labels: LabelSide, isCentred: Bool) {
    let width = labels.width
    rows = images.count / width
    columns = labels.count
    let left = isCentred ? Self.centred(images, width: width) : images
    let right = isCentred ? labels.centredRows : labels.rows
    var products = Matrix(rows: rows, columns: columns)
    BLAS.gemm(
      Matrix(rows: rows, columns: width, elements: left),
      Matrix(rows: columns, columns: width, elements: right), opB: .transpose, into: &products)
    elements = products.elements
  }

  /// (v - μ_V) / |v - μ_V|; zeros where nothing is left.
  private static func centred(_ images: [Float], width: Int) -> [Float] {
    let count = images.count / width
    var mean = [Double](repeating: 0, count: width)
    for index in images.indices { mean[index % width] += Double(images[index]) / Double(count) }
    var result = images
    for row in 0..<count {
      let places = (row * width)..<((row + 1) * width)
      var square = 0.0
      for place in places {
        let difference = Double(images[place]) - mean[place - places.lowerBound]
        square += difference * difference
      }
      let scale = square > leastSquare ? 1 / square.squareRoot() : 0
      for place in places {
        result[place] = Float((Double(images[place]) - mean[place - places.lowerBound]) * scale)
      }
    }
    return result
  }

  /// The squared length under which what is left of a unit vector is rounding noise.
  private static let leastSquare = 1e-6

  /// Gives the scores of every label the same deviation over features, and leaves them their mean:
  /// m_j + (s_ij - m_j) σ̄ / σ_j, with σ̄ the mean deviation.
  ///
  /// A label whose scores vary most is first most often, and does not deserve it. A label that all features score high
  /// is another matter, which centring is for.
  mutating func equaliseDeviations() {
    let (means, deviations) = ColumnStatistics.moments(elements, rows: rows, columns: columns)
    let usual = deviations.reduce(0, +) / Double(max(1, columns))
    let factors = deviations.map { $0 > 0 ? usual / $0 : 1 }
    for row in 0..<rows {
      for j in 0..<columns {
        let place = row * columns + j
        elements[place] = Float(means[j] + (Double(elements[place]) - means[j]) * factors[j])
      }
    }
  }
}

// MARK: - What they say

extension SampleScores {
  /// The best label of each feature, of equal ones the first.
  func names(of features: [Int]) -> [Int] {
    features.map { row in
      let first = row * columns
      var best = 0
      for j in 1..<columns where elements[first + j] > elements[first + best] { best = j }
      return best
    }
  }

  /// The terms of agreement of first labels beyond chance.
  ///
  /// - Parameter truth: The true labels.
  /// - Returns: A term for each feature that has one.
  func nameTerms(_ truth: SampleTruth) -> NamingTerms {
    NamingTerms(
      names: names(of: truth.features).map { truth.labelGroups[$0] },
      classes: truth.positions.map { truth.labelGroups[$0] })
  }

  /// The terms of the probability of true labels beyond chance, by softmax(scale · score) over labels.
  ///
  /// - Parameters:
  ///   - truth: The true labels.
  ///   - scale: 1 / temperature, over 0.
  /// - Returns: A term for each feature that has one.
  func probabilityTerms(_ truth: SampleTruth, scale: Double) -> NamingTerms {
    var (matches, classSums) = ([Double](), [Double]())
    var labelSums = [Double](repeating: 0, count: columns)
    var row = [Float](repeating: 0, count: columns)
    for (place, feature) in truth.features.enumerated() {
      let sum = exponentials(of: feature, scale: scale, into: &row)
      matches.append(truth.labels(at: place).reduce(0) { $0 + Double(row[$1]) } / sum)
      var classSum = 0.0
      for j in 0..<columns {
        let probability = Double(row[j]) / sum
        labelSums[j] += probability
        classSum += probability * truth.weights[j]
      }
      classSums.append(classSum)
    }
    return NamingTerms(
      matches: matches, classSums: classSums,
      nameSums: truth.features.indices.map {
        truth.labels(at: $0).reduce(0) { $0 + labelSums[$1] }
      })
  }

  /// The scale at which the true labels are most likely, β = argmin mean of ln Σ_j exp(β s_j) - β s_true.
  ///
  /// The function is convex in β; its derivative, the mean score under the probabilities less that of the true
  /// label, is followed to 0 by halving of ln β. Source: Guo et al. 2017 (temperature scaling).
  ///
  /// - Parameter truth: The true labels.
  /// - Returns: β, an end of `scaleLimits` if the least lies outside.
  func fittedScale(_ truth: SampleTruth) -> Double {
    let step = max(1, truth.features.count / Self.fitLimit)
    let places = Array(stride(from: 0, to: truth.features.count, by: step))
    var row = [Float](repeating: 0, count: columns)
    var (low, high) = (log(Self.scaleLimits.lowerBound), log(Self.scaleLimits.upperBound))
    for _ in 0..<Self.fitSteps {
      let middle = (low + high) / 2
      var slope = 0.0
      for place in places {
        let feature = truth.features[place]
        let sum = exponentials(of: feature, scale: exp(middle), into: &row)
        var weighted = 0.0
        for j in 0..<columns {
          weighted += Double(row[j]) * Double(elements[feature * columns + j])
        }
        slope += weighted / sum - Double(elements[feature * columns + truth.positions[place]])
      }
      if slope < 0 { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  /// The scales that are looked at.
  static let scaleLimits = 0.1...10_000.0

  private static let fitSteps = 18

  /// The features that are enough to fit a scale.
  private static let fitLimit = 2048

  private func exponentials(of feature: Int, scale: Double, into row: inout [Float]) -> Double {
    let scores = elements.span.extracting((feature * columns)..<((feature + 1) * columns))
    var greatest = -Float.infinity
    for j in scores.indices { greatest = max(greatest, scores[j]) }
    var target = row.mutableSpan
    return writeExponentials(
      of: scores, scale: Float(scale), offset: greatest, into: &target, at: 0)
  }
}
