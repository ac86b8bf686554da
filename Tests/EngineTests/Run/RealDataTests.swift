import Foundation
import Testing

@testable import Engine

/// Lenses on real CLIP embeddings; the figures were measured with NumPy beforehand.
@Suite(.enabled(if: RealData.isThere)) struct RealDataTests {
  private func scan(
    _ autoencoder: String, keys: String, labels: String, key: String? = nil, names: String? = nil,
    top: Int = 10
  ) throws -> (run: LensRun, features: FeatureBlock) {
    var request = ScanRequest(
      model: nil, autoencoder: autoencoder, map: .native,
      labels: .embeddings(labels, key: key, namesPath: names), workers: 2)
    request.keys = keys
    request.topCount = top
    let run = try LensRun(request)
    var features = FeatureBlock(topCount: run.scan.topCount)
    try run.forEachBlock { features.append($0) }
    return (run, features)
  }

  /// Learned directions of ViT-L/14-336 against the texts they were learned for: 62 of 168.
  @Test func learnedConceptsAreNamedAsOftenAsMeasured() throws {
    let path = RealData.path("clip-vit-l14-336/concepts168_cnnspot.safetensors")
    let features = try scan(
      path, keys: "W_dec=W_concepts.weight:N", labels: path, key: "text_embeddings", top: 1
    ).features
    #expect(features.rows == 168)
    #expect(features.topLabelIDs.indices.count { features.topLabelIDs[$0] == $0 } == 62)
  }

  /// The published probabilities of one picture and three texts, to eight digits.
  @Test func goldenProbabilitiesAreMet() throws {
    let (run, features) = try scan(
      RealData.path("clip-vit-b32/image_features.npy"), keys: "W_dec=array:N",
      labels: RealData.path("clip-vit-b32/text_features.npy"))
    #expect(run.scan.logitScale == 100 && features.topLabelIDs == [0, 1, 2])
    for (found, golden) in zip(features.topProbabilities, [0.99279357, 0.00421068, 0.00299575]) {
      #expect(abs(Double(found) - golden) <= 1e-6)
    }
  }

  /// Texts of LVIS against texts of ImageNet: each name that both have is first for itself, names
  /// that stand twice counted as one.
  @Test func namesThatTwoListsShareFindEachOther() throws {
    let lvis = RealData.path("clip-vit-b32/text_lvis1203.safetensors")
    let (run, features) = try scan(
      lvis, keys: "W_dec=text:N",
      labels: RealData.path("clip-vit-b32/text_imagenet1000.safetensors"), key: "text_first_name",
      names: RealData.path("clip-vit-b32/text_imagenet1000.names.txt"), top: 1)
    let names = try LabelSet(contentsOf: RealData.path("clip-vit-b32/text_lvis1203.names.txt"))
      .labels.map(RealData.plainName)
    let labels = run.labels.labels.map(RealData.plainName)
    let shared = names.indices.filter { labels.contains(names[$0]) }
    #expect(shared.count == 227)
    #expect(shared.allSatisfy { labels[Int(features.topLabelIDs[$0])] == names[$0] })
  }
}

/// Where the real data lies that is no part of this package.
enum RealData {
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../../shared/data/\(name)").standardizedFileURL
      .path(percentEncoded: false)
  }

  static let isThere = MappedFile.exists(path("README.md"))

  /// A name in lower case, with spaces for underscores.
  static func plainName(_ name: String) -> String {
    name.lowercased().replacing("_", with: " ")
  }
}
