import Foundation
import Testing

@testable import Engine

/// What can be asked of a lens on the small real CLIP of `examples/emoji`.
///
/// Nothing here is tuned to it: the bounds say only what must hold of any model that works.
@Suite struct EmojiCeilingTests {
  @Test(arguments: ["sae-embed", "sae-resid"])
  func aDecoderReadsLessThanTheCeilingAndMoreThanChance(name: String) throws {
    let emoji = try Emoji(autoencoder: name)
    let question = try emoji.question(.decoder)
    let ceiling = LensCeiling(
      question, truth: emoji.truth, splits: 3, replicates: 200, seed: 1, workers: 2)
    #expect(ceiling.partSizes == [8, 8, 8])
    // The model tells 91 % of single views.
    #expect(ceiling.knownClasses > 0.9)
    let efficiency = try #require(ceiling.efficiency)
    #expect(efficiency.lower > 0.3 && efficiency.upper < 1.2)
    #expect(ceiling.known.agreement.lower > 100.0 / 1870)
    #expect(ceiling.all.agreement.estimate <= ceiling.known.agreement.estimate)
    #expect(ceiling.reliability.estimate > ceiling.all.agreement.estimate)
    #expect(ceiling.notices.isEmpty)
    let summary = NamingSummary(
      names: question.names, classes: FeatureClasses(emoji.truth, workers: 2).classIDs,
      clusters: question.clusters, labelGroups: question.labelGroups, replicates: 200, seed: 1,
      workers: 2)
    // The live features that the example's own description counts.
    #expect(summary.featureCount == (name == "sae-embed" ? 2531 : 2489))
    #expect(summary.excess.lower > 0.3 && summary.permuted < 0.01)
    #expect(summary.hubClass.share < 0.02)
  }

  /// The model's own embeddings tell as many pictures as its description says, 91.4 %.
  @Test func residualsTellPicturesThoughTheLastBlockIsSkipped() throws {
    let emoji = try Emoji(autoencoder: "sae-resid")
    let head = try emoji.model.imageHead()
    let control = ResidualControl(
      emoji.truth, text: emoji.text, labelGroups: Array(0..<1870), seed: 1, workers: 2
    ) { residuals in
      var images = Matrix(rows: residuals.rows, columns: head.embeddingWidth)
      BLAS.gemm(
        Emoji.normalized(residuals, head), head.projection, opB: .transpose, into: &images)
      return images
    }
    #expect(abs(control.model.estimate - 0.914) < 0.001)
    #expect(control.residuals.lower > 0.1 && control.residuals.upper < control.model.lower)
  }
}

/// The example, opened for one of its autoencoders.
struct Emoji {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../examples/emoji").standardizedFileURL.path(percentEncoded: false)

  let autoencoder: Autoencoder
  let truth: GroundTruth
  let model: CLIPModel
  let text: Matrix

  init(autoencoder name: String) throws {
    autoencoder = try Autoencoder(contentsOf: Self.directory + "/" + name)
    model = try CLIPModel(Self.directory + "/model")
    let labels = try LabelSet(contentsOf: Self.directory + "/labels.txt")
    text = try LabelBank.encoding(
      labels, templates: [.photo], model: model,
      tokenizer: TextTokenizer(
        resolving: Self.directory + "/model", rules: model.configuration.tokenizerRules),
      source: "test", workers: 2
    ).embeddings
    let request = TruthFile.Request(
      featureCount: autoencoder.featureCount, labels: labels.labels,
      encoder: try SparseEncoder(autoencoder), readsEmbeddings: autoencoder.space == .joint,
      workers: 2)
    truth = try TruthFile(contentsOf: Self.directory + "/activations.safetensors").truth(request)
  }

  /// Rows after the normalisation of a head.
  static func normalized(_ rows: Matrix, _ head: ImageHead) -> Matrix {
    var result = rows
    for row in 0..<rows.rows {
      let start = row * rows.columns
      let (mean, variance) = meanAndVariance(
        rows.elements.span.extracting(start..<(start + rows.columns)))
      let scale = Float(1 / (variance + head.epsilon).squareRoot())
      for j in 0..<rows.columns {
        let value = (rows.elements[start + j] - Float(mean)) * scale
        result.elements[start + j] = value * head.weight[j] + head.bias[j]
      }
    }
    return result
  }

  /// The directions by the linear map, named by the text with the largest centred product.
  func question(_ direction: Direction) throws -> LensCeiling.Question {
    let bank = try #require(direction == .encoder ? autoencoder.encoder : autoencoder.decoder)
    var rows = Matrix(
      rows: bank.count, columns: bank.width, elements: bank.rows(0..<bank.count))
    if autoencoder.space != .joint {
      let head = try model.imageHead()
      let linear = ImageHead(
        weight: head.weight, bias: head.bias.map { _ in 0 }, epsilon: 0, projection: head.projection
      )
      var images = Matrix(rows: rows.rows, columns: head.embeddingWidth)
      BLAS.gemm(Self.normalized(rows, linear), head.projection, opB: .transpose, into: &images)
      rows = images
    }
    let width = rows.columns
    var span = rows.elements.mutableSpan
    normalizeRows(&span, width: width)
    let count = Float(text.rows)
    var centred = text
    for j in 0..<text.columns {
      let mean = (0..<text.rows).reduce(0) { $0 + text[$1, j] } / count
      for label in 0..<text.rows { centred[label, j] -= mean }
    }
    var centredSpan = centred.elements.mutableSpan
    normalizeRows(&centredSpan, width: width)
    let names = BestRows(among: centred, isMasked: [Bool](repeating: false, count: text.rows))
      .indices(for: rows)
    return LensCeiling.Question(
      images: rows, features: Array(0..<rows.rows), names: names,
      clusters: Array(0..<rows.rows), text: text, labelGroups: Array(0..<text.rows))
  }
}
