internal import Foundation

/// The activations of some inputs, from their products with the encoder directions.
///
/// One value belongs to one thread. Everything is in `Float`, as the families' own code has it; of
/// equal values the feature of lower index is kept first, as in `Autoencoder.encode`.
struct ActivationRows: Sendable {
  /// How products become activations.
  struct Rules: Sendable {
    /// How inputs are encoded.
    let encoding: Encoding
    /// What is done to the values.
    let activation: Encoding.Activation
    /// The lengths of the decoder directions, [n], where values are scaled by them.
    let decoderLengths: [Float]?
    /// The scales of a gated encoder, exp(logScale), [n].
    let gateScales: [Double]
    /// The number of features, n.
    let featureCount: Int
  }

  /// The activations of a row that are not zero.
  struct Entries: Sendable {
    var indices: [Int32] = []
    var values: [Float] = []
  }

  private let rules: Rules
  private var places: [Int32] = []
  private var scratch: [Float] = []

  init(_ rules: Rules) {
    self.rules = rules
  }

  /// Appends the activations of one input.
  ///
  /// - Parameters:
  ///   - row: Which row.
  ///   - rows: Products, of which the row is changed.
  ///   - entries: Receives the activations that are not zero, in the order of features. A value
  ///     that is not finite is none.
  mutating func append(row: Int, of rows: inout [Float], to entries: inout Entries) {
    complete(row: row, of: &rows)
    let start = row * rules.featureCount
    let values = rows.span.extracting(start..<(start + rules.featureCount))
    switch rules.activation {
    case .relu, .tanhReLU:
      let count = placesAbove(0, in: values, into: &places)
      append(at: places[..<count], to: &entries) { values[$0] }
    case .topK(let top): appendGreatest(top, of: values, to: &entries)
    case .jumpReLU(let threshold, let atThreshold):
      let count = placesAbove(0, in: values, into: &places)
      append(at: places[..<count], to: &entries) { place in
        let (value, threshold) = (values[place], threshold[place])
        return value > threshold || (atThreshold && value == threshold) ? value : 0
      }
    case .gated(let gate): appendGated(gate, of: values, to: &entries)
    case .groupMax(let groups): appendGroups(groups, of: values, to: &entries)
    }
  }

  /// Turns the products of one input into what the activation is given.
  ///
  /// - Parameters:
  ///   - row: Which row.
  ///   - rows: Products, [rows, n], of which the row is changed.
  mutating func complete(row: Int, of rows: inout [Float]) {
    if case .gated = rules.activation { return }
    let (start, count) = (row * rules.featureCount, rules.featureCount)
    var span = rows.mutableSpan
    shiftAndScaleEach(
      &span, at: start, count: count, shifts: rules.encoding.encoderBias,
      factors: rules.decoderLengths)
    guard let norm = rules.encoding.featureNorm else { return }
    let (mean, variance) = meanAndVariance(span.span.extracting(start..<(start + count)))
    let scale = 1 / (variance + norm.epsilon).squareRoot()
    for j in 0..<count {
      let value = (Double(span[start + j]) - mean) * scale
      span[start + j] = Float(value * Double(norm.gain[j]) + Double(norm.shift[j]))
    }
  }

  /// The activation that a kept value gives.
  func activated(_ value: Float) -> Float {
    var value = value
    if case .tanhReLU = rules.activation { value = Float(tanh(Double(value))) }
    guard let cap = rules.encoding.softCap else { return value }
    return Float(cap * tanh(Double(value) / cap))
  }
}

extension ActivationRows {
  /// Appends the values at some places, which rise.
  private func append(
    at places: ArraySlice<Int32>, to entries: inout Entries, _ value: (Int) -> Float
  ) {
    for place in places { append(value(Int(place)), at: place, to: &entries) }
  }

  private func append(_ value: Float, at place: Int32, to entries: inout Entries) {
    let value = activated(value)
    guard value != 0, value.isFinite else { return }
    entries.indices.append(place)
    entries.values.append(value)
  }

  private mutating func appendGreatest(
    _ top: Encoding.TopK, of values: Span<Float>, to entries: inout Entries
  ) {
    let count = placesOfGreatest(
      top.k, in: values, isByMagnitude: top.isByMagnitude, scratch: &scratch, into: &places)
    var kept = places[..<count]
    kept.sort()
    append(at: kept, to: &entries) { top.isRectified ? max(0, values[$0]) : values[$0] }
  }

  private mutating func appendGated(
    _ gate: Encoding.Gate, of values: Span<Float>, to entries: inout Entries
  ) {
    var opened = [Float](repeating: 0, count: values.count)
    var span = opened.mutableSpan
    copy(values, into: &span, at: 0)
    shiftAndScaleEach(&span, at: 0, count: values.count, shifts: gate.bias, factors: nil)
    let count = placesAbove(0, in: opened.span, into: &places)
    append(at: places[..<count], to: &entries) { place in
      let value = rules.gateScales[place] * Double(values[place])
      return Float(max(0, value + Double(gate.magnitudeBias[place])))
    }
  }

  private func appendGroups(
    _ groups: Int, of values: Span<Float>, to entries: inout Entries
  ) {
    let size = values.count / groups
    for group in 0..<groups {
      var best = group * size
      for j in (group * size)..<((group + 1) * size) where values[j] > values[best] { best = j }
      append(max(0, values[best]), at: Int32(best), to: &entries)
    }
  }
}
