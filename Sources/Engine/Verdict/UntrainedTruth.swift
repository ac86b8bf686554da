/// What features of an autoencoder that was never trained fire on: random directions that are encoder and decoder at once.
///
/// Such a feature fires on whatever happens to lie in its direction, and the lens reads the same direction; so its names agree
/// with what it fires on more often than exchanged ones, without anything having been learned. Agreement of a trained
/// autoencoder is to be seen beside this. Source: Heap et al. 2025.
struct UntrainedTruth: Sendable {
  /// The class of each feature, -1 for none, [m].
  let classIDs: [Int32]

  /// How many features fire on a picture.
  let activeCount: Int

  /// Encodes inputs: of each, less the mean of all, the greatest products with the directions are kept that are above 0.
  ///
  /// - Parameters:
  ///   - rows: The directions, [m, d].
  ///   - count: m.
  ///   - truth: What the trained features fire on, as many at a time as those: its share of features that fire is kept.
  ///   - inputs: Its inputs, [N, d].
  ///   - workers: The number of threads; the result is the same for any.
  init(_ rows: [Float], count: Int, truth: GroundTruth, inputs: Tensor, workers: Int) {
    let (pictures, width) = (inputs.shape[0], inputs.shape[1])
    precondition(rows.count == count * width, "\(rows.count) elements for [\(count), \(width)]")
    let entries = Double(truth.activations?.values.count ?? 0)
    let share = entries / Double(max(1, pictures * truth.featureCount))
    let active = min(count, max(1, Int((share * Double(count)).rounded())))
    let mean = Self.mean(inputs)
    let operand = ProductOperand(rows, count: count, width: width)
    let block = SparseEncoder.blockRows
    let parts = mapInParallel(count: (pictures + block - 1) / block, workers: workers) { index in
      Self.entries(
        of: (index * block)..<min((index + 1) * block, pictures), inputs, mean: mean,
        operand: operand, active: active)
    }
    var builder = SparseRowsBuilder(columns: count)
    for part in parts { for row in part { builder.append(row) } }
    let fired = GroundTruth(
      activations: builder.matrix, classIDs: truth.classIDs, labelCount: truth.labelCount)
    classIDs = FeatureClasses(fired, workers: workers).classIDs
    activeCount = active
  }

  /// The mean of all inputs, [d].
  private static func mean(_ inputs: Tensor) -> [Double] {
    let (pictures, width) = (inputs.shape[0], inputs.shape[1])
    var sums = [Double](repeating: 0, count: width)
    var scratch: [Float] = []
    for picture in 0..<pictures {
      inputs.withFloats(in: (picture * width)..<((picture + 1) * width), scratch: &scratch) {
        for p in 0..<width { sums[p] += Double($0[p]) }
      }
    }
    return sums.map { $0 / Double(max(1, pictures)) }
  }

  /// The activations of some inputs.
  private static func entries(
    of pictures: Range<Int>, _ inputs: Tensor, mean: [Double], operand: ProductOperand,
    active: Int
  ) -> [ActivationRows.Entries] {
    let (width, count) = (operand.width, operand.count)
    let padded = operand.layout.paddedRows(pictures.count)
    var centred = [Float](repeating: 0, count: padded * width)
    var scratch: [Float] = []
    for (row, picture) in pictures.enumerated() {
      inputs.withFloats(in: (picture * width)..<((picture + 1) * width), scratch: &scratch) {
        for p in 0..<width { centred[row * width + p] = Float(Double($0[p]) - mean[p]) }
      }
    }
    var products = [Float](repeating: 0, count: padded * count)
    var room: [Float] = []
    operand.multiply(
      centred.span, rows: padded, columns: 0..<count, into: &products, scratch: &room)
    var (greatest, places) = ([Float](), [Int32]())
    return pictures.indices.map { picture in
      let row = (picture - pictures.lowerBound) * count
      let values = products.span.extracting(row..<(row + count))
      let found = placesOfGreatest(
        active, in: values, isByMagnitude: false, scratch: &greatest, into: &places)
      var entries = ActivationRows.Entries()
      for place in places[..<found].sorted() where values[Int(place)] > 0 {
        entries.indices.append(place)
        entries.values.append(values[Int(place)])
      }
      return entries
    }
  }
}
