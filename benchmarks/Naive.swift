import Engine
import Foundation

/// The lens as someone would write it first: three nested loops over plain arrays.
///
/// In `Float` this is what is timed; in `Double` it is the definition that results are compared
/// with.
struct NaiveLens<Value: BinaryFloatingPoint> {
  let map: LensMap
  let logitScale: Value
  /// γ and β, [d].
  let (weight, bias): ([Value], [Value])
  let epsilon: Value
  /// [D, d]
  let projection: [[Value]]
  /// [C, D], unit rows.
  let labels: [[Value]]

  init(head: ImageHead, labels: Matrix, map: LensMap, logitScale: Double) {
    self.map = map
    self.logitScale = Value(logitScale)
    weight = head.weight.map { Value($0) }
    bias = head.bias.map { Value($0) }
    epsilon = Value(head.epsilon)
    projection = (0..<head.projection.rows).map { head.projection.row($0).map { Value($0) } }
    self.labels = (0..<labels.rows).map { labels.row($0).map { Value($0) } }
  }

  /// The image of a direction in the joint space, [D].
  func image(of direction: [Value]) -> [Value] {
    guard map != .native else { return direction }
    var mean: Value = 0
    for element in direction { mean += element }
    mean /= Value(direction.count)
    var variance: Value = 0
    for element in direction { variance += (element - mean) * (element - mean) }
    variance /= Value(direction.count)
    let deviation = (variance + epsilon).squareRoot()
    var normalized = direction
    for j in direction.indices {
      normalized[j] = (direction[j] - mean) * weight[j]
      if map == .full { normalized[j] = normalized[j] / deviation + bias[j] }
    }
    var image = [Value](repeating: 0, count: projection.count)
    for i in projection.indices {
      for j in normalized.indices { image[i] += projection[i][j] * normalized[j] }
    }
    return image
  }

  /// Reads one direction against all labels.
  func reading(of direction: [Value]) -> NaiveReading<Value> {
    var unit = image(of: direction)
    var square: Value = 0
    for element in unit { square += element * element }
    for i in unit.indices { unit[i] /= square.squareRoot() }
    var cosines = [Value](repeating: 0, count: labels.count)
    for label in labels.indices {
      for i in unit.indices { cosines[label] += labels[label][i] * unit[i] }
    }
    return NaiveReading(cosines: cosines, logitScale: logitScale)
  }
}

/// What is read of one direction.
struct NaiveReading<Value: BinaryFloatingPoint> {
  /// The cosines, [C].
  let cosines: [Value]
  /// The labels, best first, [C].
  let order: [Int]
  /// The softmax of the cosines times the factor, [C].
  let probabilities: [Value]
  /// In nats.
  let entropy: Value
  /// The logarithm of the sum of `exp(logitScale · cosine)`.
  let logPartition: Value

  init(cosines: [Value], logitScale: Value) {
    self.cosines = cosines
    order = cosines.indices.sorted { (-cosines[$0], $0) < (-cosines[$1], $1) }
    let greatest = cosines[order[0]]
    let weights = cosines.map { Value(exp(Double(logitScale * ($0 - greatest)))) }
    var sum: Value = 0
    for weight in weights { sum += weight }
    probabilities = weights.map { $0 / sum }
    logPartition = logitScale * greatest + Value(log(Double(sum)))
    var entropy: Value = 0
    for probability in probabilities where probability > 0 {
      entropy -= probability * Value(log(Double(probability)))
    }
    self.entropy = entropy
  }
}
