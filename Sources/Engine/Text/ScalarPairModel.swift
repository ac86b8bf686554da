/// Byte-pair encoding of scalars, with a token for each byte of those that have none: the model of
/// Gemma's tokenizer, which SigLIP 2 uses.
struct ScalarPairModel: Sendable {
  /// The tokens of one scalar.
  let scalarTokens: [Unicode.Scalar: Int32]
  /// The token of each byte, and the merges.
  let merges: BytePairMerges

  /// The tokens of one piece.
  ///
  /// - Parameter piece: Its scalars, not empty.
  /// - Returns: The token ids.
  /// - Complexity: O(n log n) for n scalars.
  func tokens(of piece: [Unicode.Scalar]) -> [Int32] {
    merges.merged(
      piece.flatMap { scalar -> [Int32] in
        if let token = scalarTokens[scalar] { return [token] }
        return Character(scalar).utf8.map { merges.byteTokens[Int($0)] }
      })
  }
}
