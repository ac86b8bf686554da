import Testing

@testable import Engine

/// The reading of one checkpoint of each family against the definition, from the canonical
/// directions that the family's own code gives.
@Suite struct FamilyLensTests {
  /// One fixture of each family; square ones where there are some.
  static let fixtures: [AutoencoderCheckpoint] = [
    ("saelens", "topk"), ("fry", "square"), ("patchsae", "gated"), ("prisma", "standard-relu"),
    ("dictionary_learning", "BatchTopKSAE-square"), ("sparsify", "square"), ("openai", "square"),
    ("saev", "schema-4-shared"), ("msae", "tied-normalized"), ("dncbm", "relu"),
    ("clipscope", "square"), ("attributing-clip", "lightning"), ("overcomplete", "RA-TopK-raw"),
  ].map { AutoencoderCheckpoint(family: $0.0, variant: $0.1) }

  /// Cosines may differ by the bound of `DirectionMapTests`, 30·u for labels and the last sum, and
  /// by 1e-5 where the directions themselves are computed in another precision.
  @Test(arguments: fixtures)
  func cosinesAreThoseOfTheCanonicalDirections(fixture: AutoencoderCheckpoint) throws {
    let head = DirectionMapTests.head(width: 16, embeddingWidth: 12)
    let labels = try LensParts.bank(Matrix.random(rows: 9, columns: 12, seed: 61))
    let labelRows = labels.embeddings.doubleRows.map(LensOracle.unit)
    let autoencoder = try Autoencoder(contentsOf: fixture.checkpoint)
    let expected = try fixture.expected()
    for (direction, name) in [(Direction.encoder, "W_enc"), (.decoder, "W_dec")] {
      let scan = try LensScan(
        autoencoder: autoencoder, variant: try LensParts.variant(direction, .full), head: head,
        labels: labels, logitScale: 100, topCount: 9)
      var block = FeatureBlock(topCount: 9)
      scan.run(workers: 1) { block.append($0) }
      let rows = try expected.tensor(name).matrix().doubleRows
      try #require(block.rows == rows.count)
      for (feature, row) in rows.enumerated() {
        let exact = LensOracle.unit(LensOracle.map(row, head, isLinear: false))
        let tolerance = DirectionMapTests.bound(row, head, isLinear: false) + 30 * 0x1p-24 + 1e-5
        for index in (feature * 9)..<(feature * 9 + 9) {
          let label = Int(block.topLabelIDs[index])
          let cosine = LensOracle.dot(exact, labelRows[label])
          #expect(abs(Double(block.topCosines[index]) - cosine) <= tolerance)
        }
      }
    }
  }

  @Test func theLayerNormSideOfATranscoderIsRefused() throws {
    let fixture = AutoencoderCheckpoint(family: "prisma", variant: "transcoder-skip")
    let autoencoder = try Autoencoder(contentsOf: fixture.checkpoint)
    #expect(autoencoder.space == .other)
    #expect(autoencoder.decoderSpace == .residual)
    let labels = try LensParts.bank(Matrix.random(rows: 9, columns: 12, seed: 61))
    let head = DirectionMapTests.head(width: 16, embeddingWidth: 12)
    func scan(_ direction: Direction) throws {
      _ = try LensScan(
        autoencoder: autoencoder, variant: try LensParts.variant(direction, .full), head: head,
        labels: labels, logitScale: 100)
    }
    #expect(
      message { try scan(.encoder) }
        == "\(fixture.checkpoint): encoder directions: hook \"blocks.9.ln2.hook_normalized\" is in "
        + "another space, expected the residual stream or the image embedding")
    #expect(message { try scan(.decoder) } == nil)
    #expect(
      autoencoder.notes.contains(
        "hook blocks.9.ln2.hook_normalized is the output of a LayerNorm: encoder directions cannot "
          + "be read"))
  }
}
