internal import Foundation

/// How sure of its names the softmax over labels is, at the temperature in use, beside rotated features.
struct NamingConfidence: Sendable, Equatable {
  /// The median over features of H / ln C, the entropy of the probabilities of labels over that of equal ones.
  let entropy: Double

  /// The median over features of the greatest probability.
  let best: Double

  /// The 99 % quantile of the greatest probability over rotated features.
  let nullBest: Double

  /// How the same readings are spread; nil where only the figures above are known.
  let shapes: ReadingShapes?

  /// The quantile of `nullBest`.
  static let nullQuantile = 0.99

  /// Reads the sample of a bank by the raw score.
  ///
  /// - Parameters:
  ///   - views: The bank, then rotated banks, one at least.
  ///   - sample: Unit images of features, [m, D], one at least.
  ///   - labels: The labels, two at least.
  ///   - temperature: T, over 0.
  ///   - workers: The number of threads; the result is the same for any.
  init(
    _ views: [BankView], sample: [Float], labels: LabelSide, temperature: Double, workers: Int
  ) {
    let readings = mapInParallel(count: views.count, workers: workers) {
      Self.read(
        views[$0], sample: sample, labels: labels, temperature: temperature, hasCurve: $0 < 2)
    }
    func quantile(_ share: Double, _ values: [Double]) -> Double {
      interpolatedQuantile(ofSorted: values.sorted(), share: share)
    }
    let (features, rotated) = (readings[0].shapes, readings.dropFirst().flatMap(\.shapes))
    entropy = quantile(0.5, features.map(\.entropy)) / log(Double(labels.count))
    best = quantile(0.5, features.map(\.bestProbability))
    nullBest = quantile(Self.nullQuantile, rotated.map(\.bestProbability))
    let curves = readings.prefix(2).map {
      ReadingShapes.curve($0.softmaxes, labelCount: labels.count)
    }
    shapes = ReadingShapes(
      features: features, rotated: rotated,
      curves: (curves[0], curves[curves.count - 1], readings[0].softmaxes.count))
  }

  /// Joins figures.
  init(entropy: Double, best: Double, nullBest: Double) {
    (self.entropy, self.best, self.nullBest) = (entropy, best, nullBest)
    shapes = nil
  }

  /// What was read of a bank: the shape of each feature, and of the first features their softmax at each scale of
  /// `ReadingShapes`.
  private typealias Reading = (
    shapes: [ReadingShape], softmaxes: [[(entropy: Double, best: Double)]]
  )

  private static func read(
    _ view: BankView, sample: [Float], labels: LabelSide, temperature: Double, hasCurve: Bool
  ) -> Reading {
    let (width, tileRows) = (labels.width, JointBank.tileRows)
    let count = sample.count / width
    let curveCount = hasCurve ? ReadingShapes.curveFeatures(labelCount: labels.count) : 0
    var room = BankView.Room(rows: tileRows, view: view)
    var tile = [Float](repeating: 0, count: tileRows * width)
    var result: Reading = ([], [])
    for start in stride(from: 0, to: count, by: tileRows) {
      let rows = min(tileRows, count - start)
      for index in 0..<(rows * width) { tile[index] = sample[start * width + index] }
      let facts = view.multiply(tile.span, rows: rows, tile: start / tileRows, into: &room)
      for row in 0..<rows {
        let first = row * view.columnCount
        let scores = room.products.span.extracting(first..<(first + labels.count))
        let factor = Double(facts[row].productFactor)
        result.shapes.append(ReadingShape(scores, factor: factor, temperature: temperature))
        guard start + row < curveCount else { continue }
        var softmaxes: [(entropy: Double, best: Double)] = []
        for scale in ReadingShapes.scales {
          softmaxes.append(softmaxSummary(scores, scale: factor * scale))
        }
        result.softmaxes.append(softmaxes)
      }
    }
    return result
  }

  /// The entropy, in nats, and the greatest of softmax(scale x), in `Double`.
  ///
  ///     z_j = scale (x_j - max x)     H = ln Σ e^z - Σ z e^z / Σ e^z     p = 1 / Σ e^z
  static func softmaxSummary(
    _ scores: Span<Float>, scale: Double
  ) -> (entropy: Double, best: Double) {
    var greatest = -Float.infinity
    for j in scores.indices { greatest = max(greatest, scores[j]) }
    var (sum, weighted) = (0.0, 0.0)
    for j in scores.indices {
      let z = scale * (Double(scores[j]) - Double(greatest))
      let weight = exp(z)
      sum += weight
      weighted += z * weight
    }
    return (log(sum) - weighted / sum, 1 / sum)
  }
}
