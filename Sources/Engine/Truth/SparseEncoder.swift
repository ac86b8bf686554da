internal import Foundation

/// Encodes many inputs with an autoencoder, by blocks of matrix products.
///
/// The results are those of `Autoencoder.encode` but for the rounding of products in `Float`, in
/// which a value nearer to a threshold, or to the next greatest, than d·2^-24·‖x‖‖w‖ may go either
/// way. They have the same bytes for any number of threads and any size of blocks.
///
/// Memory: the encoder directions, and for each worker a block of inputs and of their products.
public struct SparseEncoder: Sendable {
  /// The inputs of a block, unless stated otherwise: what one product has at least with every
  /// kernel (see `ProductLayout`).
  public static let blockRows = 480

  /// The number of features, n.
  public var featureCount: Int { rules.featureCount }

  /// The width of an input, d.
  public var inputWidth: Int { operand.width }

  /// The features whose encoder direction has an element that is not finite, rising.
  ///
  /// They are never on.
  public let nonfiniteFeatures: [Int]

  /// The encoder directions, [n, d].
  private let operand: ProductOperand

  let rules: ActivationRows.Rules

  /// Prepares to encode.
  ///
  /// - Parameters:
  ///   - autoencoder: The autoencoder.
  ///   - encoding: How to encode; that of the files if nil.
  /// - Throws: `AutoencoderError` if there is no encoder, or the files leave open what is needed.
  public init(
    _ autoencoder: Autoencoder, with encoding: Encoding? = nil
  ) throws(AutoencoderError) {
    let (bank, encoding, activation) = try autoencoder.encodingParts(with: encoding)
    var rows = bank.rows(0..<bank.count)
    var nonfinite: [Int] = []
    for feature in 0..<bank.count {
      let row = (feature * bank.width)..<((feature + 1) * bank.width)
      guard !sumOfSquares(rows.span.extracting(row)).isFinite else { continue }
      nonfinite.append(feature)
      // A product with NaN exceeds no bound, whatever the input.
      for j in row { rows[j] = .nan }
    }
    nonfiniteFeatures = nonfinite
    operand = ProductOperand(rows, count: bank.count, width: bank.width)
    var gateScales: [Double] = []
    if case .gated(let gate) = activation { gateScales = gate.logScale.map { exp(Double($0)) } }
    rules = ActivationRows.Rules(
      encoding: encoding, activation: activation,
      decoderLengths: encoding.scalesByDecoderNorm
        ? autoencoder.decoderLengths().map { Float($0) } : nil,
      gateScales: gateScales, featureCount: bank.count)
  }

  /// The activations of inputs.
  ///
  /// Where an autoencoder keeps the greatest values of a batch, the batch is all inputs.
  ///
  /// - Parameters:
  ///   - inputs: Inputs, [N, d], of a floating-point type.
  ///   - path: The file that they are from, for messages.
  ///   - workers: The number of threads.
  ///   - blockRows: How many inputs are worked on together.
  /// - Returns: Activations, [N, n].
  /// - Throws: `TruthError` if the width is another, or an input is not finite.
  /// - Complexity: 2 · N · n · d floating-point operations, three times that where the greatest
  ///   values of a batch are kept.
  public func encode(
    _ inputs: Tensor, path: String, workers: Int, blockRows: Int = blockRows
  ) throws(TruthError) -> SparseMatrix {
    guard inputs.shape.count == 2, inputs.shape[1] == inputWidth else {
      throw TruthError(
        path: path,
        reason: .shape(inputs.name, found: inputs.shape, expected: "[pictures, \(inputWidth)]"))
    }
    let blocks = InputBlocks(
      encoder: self, inputs: inputs, path: path, workers: workers, blockRows: blockRows)
    if case .topK(let top) = rules.activation, top.isOverBatch, inputs.shape[0] > 0 {
      return try BatchSelection(top, of: blocks).activations(of: blocks)
    }
    var builder = SparseRowsBuilder(columns: featureCount)
    try blocks.forEach { (rows, activations, products) -> [ActivationRows.Entries] in
      (0..<rows).map { row in
        var entries = ActivationRows.Entries()
        activations.append(row: row, of: &products, to: &entries)
        return entries
      }
    } _: { (block: [ActivationRows.Entries]) throws(TruthError) in
      for row in block { builder.append(row) }
    }
    return builder.matrix
  }

  /// The products of a block of prepared inputs with the encoder directions.
  ///
  /// - Parameters:
  ///   - inputs: Inputs, with room for as many as are multiplied.
  ///   - rows: How many are used.
  ///   - products: Receives the products, [rows, n]; grows as needed.
  ///   - scratch: Room for products.
  func multiply(
    _ inputs: [Float], rows: Int, into products: inout [Float], scratch: inout [Float]
  ) {
    let padded = operand.layout.paddedRows(rows)
    if products.count < padded * featureCount {
      products = [Float](repeating: 0, count: padded * featureCount)
    }
    operand.multiply(
      inputs.span, rows: padded, columns: 0..<featureCount, into: &products, scratch: &scratch)
  }

  /// The inputs that are multiplied for so many.
  func paddedRows(_ rows: Int) -> Int { operand.layout.paddedRows(rows) }
}

/// Rows of a sparse matrix, one after another.
struct SparseRowsBuilder {
  private let columns: Int
  private var starts = [0]
  private var indices: [Int32] = []
  private var values: [Float] = []

  init(columns: Int) {
    self.columns = columns
  }

  mutating func append(_ row: ActivationRows.Entries) {
    indices += row.indices
    values += row.values
    starts.append(values.count)
  }

  var matrix: SparseMatrix {
    SparseMatrix(
      rows: starts.count - 1, columns: columns, starts: starts, indices: indices, values: values)
  }
}
