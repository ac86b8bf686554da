/// Inputs of an autoencoder and their products with its encoder directions, block by block.
struct InputBlocks: Sendable {
  /// The encoder.
  let encoder: SparseEncoder

  /// The inputs, [N, d].
  let inputs: Tensor

  /// The file that they are from, for messages.
  let path: String

  /// The number of threads.
  let workers: Int

  /// How many inputs are worked on together.
  let blockRows: Int

  /// What a thread keeps from one block to the next.
  private struct State {
    var activations: ActivationRows
    var stored: [Float] = []
    var inputs: [Float] = []
    var products: [Float] = []
    var scratch: [Float] = []
  }

  /// Computes a value of each block on several threads, and hands them over in order.
  ///
  /// - Parameters:
  ///   - produce: Computes the value of a block. Receives the number of its inputs, the rules, and
  ///     the products, which it may change.
  ///   - body: Receives each value, on the calling thread.
  /// - Throws: `TruthError` if an input is not finite, or what `body` throws.
  func forEach<Value: Sendable>(
    _ produce:
      @escaping @Sendable (
        _ rows: Int, inout ActivationRows, _ products: inout [Float]
      ) -> Value,
    _ body: (Value) throws(TruthError) -> Void
  ) throws(TruthError) {
    precondition(blockRows > 0, "blocks of \(blockRows) inputs")
    let count = inputs.shape[0]
    try forEachInOrder(
      count: (count + blockRows - 1) / blockRows, workers: workers,
      makeState: { State(activations: ActivationRows(encoder.rules)) },
      produce: { state, block -> Result<Value, TruthError> in
        let range = (block * blockRows)..<min((block + 1) * blockRows, count)
        if let row = read(range, into: &state) {
          return .failure(TruthError(path: path, reason: .nonfinite(inputs.name, row: row)))
        }
        encoder.multiply(
          state.inputs, rows: range.count, into: &state.products, scratch: &state.scratch)
        return .success(produce(range.count, &state.activations, &state.products))
      }
    ) { (value: Result<Value, TruthError>) throws(TruthError) in
      try body(value.get())
    }
  }

  /// Reads inputs and prepares them for the encoder.
  ///
  /// - Parameters:
  ///   - range: Which inputs.
  ///   - state: Receives them.
  /// - Returns: The first that is not finite, or nil.
  private func read(_ range: Range<Int>, into state: inout State) -> Int? {
    let (width, encoding) = (encoder.inputWidth, encoder.rules.encoding)
    let room = encoder.paddedRows(range.count) * width
    if state.inputs.count < room { state.inputs = [Float](repeating: 0, count: room) }
    let elements = (range.lowerBound * width)..<(range.upperBound * width)
    let negativeBias = encoding.inputBias?.map { -$0 }
    var prepared: [Float] = []
    swap(&prepared, &state.inputs)
    defer { swap(&prepared, &state.inputs) }
    return inputs.withFloats(in: elements, scratch: &state.stored) { stored in
      var target = prepared.mutableSpan
      copy(stored, into: &target, at: 0)
      for row in 0..<range.count {
        let place = (row * width)..<((row + 1) * width)
        let input = stored.extracting(place)
        guard sumOfSquares(input).isFinite else { return range.lowerBound + row }
        if !encoding.inputSteps.isEmpty {
          let values = encoding.prepared(place.map { Double(stored[$0]) })
          for (j, value) in zip(place, values) { target[j] = Float(value) }
        } else if let negativeBias {
          _ = scaleAndShift(&target, at: place.lowerBound, scale: 1, shift: negativeBias)
        }
      }
      return nil
    }
  }
}
