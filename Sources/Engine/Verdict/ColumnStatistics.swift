internal import Foundation

/// Statistics of the centred scores of each label over the features of a sample.
///
/// c_ij is the centred score of feature i and label j, T = 1 / logit scale.
struct ColumnStatistics: Sendable {
  /// The mean of c_ij over features, [C].
  let means: [Double]

  /// Its deviation (population), [C].
  let deviations: [Double]

  /// The mean of the `neighbourCount` greatest, [C].
  let neighbourMeans: [Double]

  /// ln Σ_i exp(c_ij / τ), [C].
  let logSums: [Double]

  /// The ln of the mean over features of softmax_j(c_ij / T), [C].
  let logMeanProbabilities: [Double]

  /// τ ln of what the columns of exp(c_ij / τ) are multiplied by so that all labels weigh the same
  /// and all features do, [C]; their mean is 0.
  let potentials: [Double]

  /// T.
  let temperature: Double

  /// The features that are near a label.
  static let neighbourCount = 10

  /// The temperature of inverted softmax and of the potentials.
  static let tau = 0.02

  /// The alternating normalisations of the potentials.
  static let iterations = 20

  /// Takes statistics of a sample.
  ///
  /// - Parameters:
  ///   - scores: c_ij, [m, C].
  ///   - labelCount: C.
  ///   - temperature: T, over 0.
  ///   - isWhole: Whether more than means and deviations are taken; the others are empty if not.
  init(scores: [Float], labelCount: Int, temperature: Double, isWhole: Bool) {
    let rows = scores.count / max(labelCount, 1)
    self.temperature = temperature
    (means, deviations) = Self.moments(scores, rows: rows, columns: labelCount)
    guard isWhole else {
      (neighbourMeans, logSums, logMeanProbabilities, potentials) = ([], [], [], [])
      return
    }
    neighbourMeans = Self.neighbourMeans(scores, rows: rows, columns: labelCount)
    var exponentials = [Float](repeating: 0, count: scores.count)
    // Exponents are at most 2 / τ = 100 below the greatest; those under -87 count for nothing.
    let greatest = scores.max() ?? 0
    var target = exponentials.mutableSpan
    writeExponentials(
      of: scores.span, scale: Float(1 / Self.tau), offset: greatest, into: &target, at: 0)
    let sums = Self.sums(exponentials, rows: rows, columns: labelCount)
    logSums = sums.map {
      log(max($0, .leastNormalMagnitude)) + Double(greatest) / Self.tau
    }
    potentials = Self.potentials(exponentials, rows: rows, columns: labelCount)
    logMeanProbabilities = Self.logMeanProbabilities(
      scores, rows: rows, columns: labelCount, temperature: temperature)
  }

  /// States means and deviations; the others are empty.
  ///
  /// - Parameters:
  ///   - moments: The mean and the deviation of each label, [C].
  ///   - temperature: T, over 0.
  init(moments: (means: [Double], deviations: [Double]), temperature: Double) {
    (means, deviations) = moments
    self.temperature = temperature
    (neighbourMeans, logSums, logMeanProbabilities, potentials) = ([], [], [], [])
  }

  /// Means and deviations over rows, in two passes.
  static func moments(
    _ scores: [Float], rows: Int, columns: Int
  ) -> (means: [Double], deviations: [Double]) {
    let scale = rows > 0 ? 1 / Double(rows) : 0
    let means = sums(scores, rows: rows, columns: columns).map { $0 * scale }
    var squares = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for j in 0..<columns {
        let difference = Double(scores[row * columns + j]) - means[j]
        squares[j] += difference * difference
      }
    }
    return (means, squares.map { ($0 * scale).squareRoot() })
  }

  /// Sums over rows, [C].
  private static func sums(_ elements: [Float], rows: Int, columns: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for j in 0..<columns { sums[j] += Double(elements[row * columns + j]) }
    }
    return sums
  }

  private static func neighbourMeans(_ scores: [Float], rows: Int, columns: Int) -> [Double] {
    let kept = min(neighbourCount, rows)
    guard kept > 0 else { return [Double](repeating: 0, count: columns) }
    // The greatest of each column, rising; a new one enters from the left.
    var greatest = [Float](repeating: -.infinity, count: columns * kept)
    for row in 0..<rows {
      for j in 0..<columns where scores[row * columns + j] > greatest[j * kept] {
        let score = scores[row * columns + j]
        var place = j * kept
        while place + 1 < (j + 1) * kept, greatest[place + 1] < score {
          greatest[place] = greatest[place + 1]
          place += 1
        }
        greatest[place] = score
      }
    }
    return (0..<columns).map { j in
      greatest[(j * kept)..<((j + 1) * kept)].reduce(0.0) { $0 + Double($1) } / Double(kept)
    }
  }

  private static func logMeanProbabilities(
    _ scores: [Float], rows: Int, columns: Int, temperature: Double
  ) -> [Double] {
    var means = [Double](repeating: 0, count: columns)
    var row = [Float](repeating: 0, count: columns)
    for i in 0..<rows {
      let elements = scores.span.extracting((i * columns)..<((i + 1) * columns))
      var greatest = -Float.infinity
      for j in 0..<columns { greatest = max(greatest, elements[j]) }
      var target = row.mutableSpan
      let sum = writeExponentials(
        of: elements, scale: Float(1 / temperature), offset: greatest, into: &target, at: 0)
      for j in 0..<columns { means[j] += Double(row[j]) / sum }
    }
    // A label that no feature of the sample finds likely keeps the least number there is.
    return means.map { log(max($0 / Double(max(rows, 1)), .leastNormalMagnitude)) }
  }

  /// The column potentials of Sinkhorn's iteration (Cuturi 2013), columns normalised last.
  private static func potentials(_ kernel: [Float], rows: Int, columns: Int) -> [Double] {
    var columnFactors = [Double](repeating: 1, count: columns)
    guard rows > 0 else { return columnFactors.map { _ in 0 } }
    for _ in 0..<iterations {
      var sums = [Double](repeating: 0, count: columns)
      for i in 0..<rows {
        var sum = 0.0
        for j in 0..<columns { sum += Double(kernel[i * columns + j]) * columnFactors[j] }
        let factor = 1 / max(sum * Double(rows), .leastNormalMagnitude)
        for j in 0..<columns { sums[j] += Double(kernel[i * columns + j]) * factor }
      }
      columnFactors = sums.map { 1 / max($0 * Double(columns), .leastNormalMagnitude) }
    }
    let potentials = columnFactors.map { tau * log($0) }
    let mean = potentials.reduce(0, +) / Double(columns)
    return potentials.map { $0 - mean }
  }
}
