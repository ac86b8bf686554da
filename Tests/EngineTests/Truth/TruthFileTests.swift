import Foundation
import Testing

@testable import Engine

/// Every form of truth, and files that are wrong in one way.
@Suite struct TruthFileTests {
  /// Activations of 4 pictures of classes 0, 2, 2, 1 for 3 features; the last never fires.
  static let activations = [1.0, 0, 0, 2, 0.5, 0, 0, 0.25, 0, 0, 4, 0]
  static let classIDs = [0.0, 2, 2, 1]
  static let labels = ["ant", "bee", "cat"]

  static func request(
    labels: [String] = labels, features: Int = 3, classes: ClassNames? = nil,
    encoder: SparseEncoder? = nil, readsEmbeddings: Bool = false
  ) -> TruthFile.Request {
    TruthFile.Request(
      featureCount: features, labels: labels, classes: classes, encoder: encoder,
      readsEmbeddings: readsEmbeddings, workers: 2)
  }

  static func file(_ add: (inout SafetensorsBuilder) -> Void) throws -> (
    TemporaryDirectory, String
  ) {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    add(&builder)
    return (directory, try directory.write("truth.safetensors", builder.file))
  }

  static func truth(
    _ request: TruthFile.Request = request(), _ add: (inout SafetensorsBuilder) -> Void
  ) throws -> GroundTruth {
    let (directory, path) = try file(add)
    return try withExtendedLifetime(directory) {
      try TruthFile(contentsOf: path).truth(request)
    }
  }

  /// The message without the directory.
  static func fault(
    _ request: TruthFile.Request = request(), _ add: (inout SafetensorsBuilder) -> Void
  ) -> String? {
    message { _ = try truth(request, add) }?.lastComponent
  }

  /// The same activations in every form, with zeros stored, columns out of order, and whole numbers
  /// as real ones.
  @Test(arguments: ["dense", "f16", "csr", "unordered", "f32 indices", "coo", "padded"])
  func everyFormOfActivationsIsTheSame(form: String) throws {
    let truth = try Self.truth { file in
      switch form {
      case "dense": file.add("activations", [4, 3], Self.activations)
      case "f16": file.add("activations", .f16, [4, 3], Self.activations)
      case "csr", "unordered", "f32 indices":
        let type = form == "f32 indices" ? DType.f32 : .i64
        let isOrdered = form != "unordered"
        file.add("indptr", type, [5], [0, 1, 3, 4, 5])
        file.add("indices", type, [5], isOrdered ? [0, 0, 1, 1, 1] : [0, 1, 0, 1, 1])
        file.add("data", [5], isOrdered ? [1, 2, 0.5, 0.25, 4] : [1, 0.5, 2, 0.25, 4])
      case "padded":
        file.add("indptr", .i32, [5], [0, 2, 4, 5, 7])
        file.add("indices", .i32, [7], [0, 2, 0, 1, 1, 0, 1])
        file.add("values", [7], [1, 0, 2, 0.5, 0.25, 0, 4])
      default:
        file.add("row", .i32, [5], [3, 1, 0, 1, 2])
        file.add("col", .u8, [5], [1, 1, 0, 0, 1])
        file.add("values", .f64, [5], [4, 0.5, 1, 2, 0.25])
      }
      file.add("class_ids", form == "coo" ? .f32 : .i64, [4], Self.classIDs)
    }
    let expected = Matrix(rows: 4, columns: 3, elements: [1, 0, 0, 2, 0.5, 0, 0, 0.25, 0, 0, 4, 0])
    #expect(truth.activations?.dense == expected.transposed())
    #expect(truth.classIDs == [0, 2, 2, 1] && truth.pictureCounts == [1, 1, 2])
    #expect(truth.notices == ["1 of 3 features never fire"])
    let classes = FeatureClasses(truth, workers: 2)
    #expect(classes.classIDs == [0, 1, -1])
    #expect(classes.values == [1, 4, 0])
    #expect(classes.densities == [0.5, 0.75, 0])
    #expect(classes.meansWhenOn[0] == 1.5 && classes.meansWhenOn[2].isNaN)
    #expect(classes.maxima == [2, 4, 0])
  }

  @Test(arguments: ["class_ids", "picture_ids", "labels"])
  func classesHaveSeveralNames(name: String) throws {
    let truth = try Self.truth {
      $0.add("activations", [4, 3], Self.activations)
      $0.add(name, .i32, [4], Self.classIDs)
    }
    #expect(truth.classIDs == [0, 2, 2, 1])
  }

  @Test func tablesOfClassesHaveNoPictures() throws {
    let means = try Self.truth { $0.add("class_means", [3, 3], [0, 1, 0, 2, 1, 0, 2, -1, 0]) }
    #expect(FeatureClasses(means, workers: 1).classIDs == [1, 0, -1])
    #expect(FeatureClasses(means, workers: 1).densities.allSatisfy { $0.isNaN })
    #expect(means.activations == nil && means.pictureCount == 0)
    for type in [DType.f32, .i64] {
      let counts = try Self.truth {
        $0.add("class_histogram", type, [3, 3], [0, 2, 2, 1, 1, 0, 0, 0, 0])
      }
      #expect(FeatureClasses(counts, workers: 1).classIDs == [1, 0, -1])
      #expect(counts.notices == ["1 of 3 features have no value above 0 for any class"])
    }
  }

  /// The padding of the original experiment: value 0, label 0.
  @Test func paddedTopPicturesAreDropped() throws {
    let directory = try TemporaryDirectory()
    let arrays: [(String, DType, [Int], [Double])] = [
      ("max_activating_image_values", .f32, [3, 3], [2, 1.5, 1.5, 9, 0, 0, 0, 0, 0]),
      ("max_activating_image_label_indices", .i64, [3, 3], [1, 2, 2, 1, 0, 0, 0, 0, 0]),
      ("max_activating_image_indices", .f32, [3, 3], [7, 8, 9, 3, 0, 0, 0, 0, 0]),
      ("sae_sparsity", .f32, [3], [0.5, 0.25, 0]), ("sae_mean_acts", .f32, [3], [1, 2, .nan]),
    ]
    for (name, type, shape, values) in arrays {
      try directory.write("\(name).pt", NPY.file(type, shape, values))
    }
    let file = try TruthFile(contentsOf: directory.path + "/")
    #expect(file.form == .topPictures && file.filePaths.count == 5)
    let truth = try file.truth(Self.request())
    let classes = FeatureClasses(truth, workers: 1)
    #expect(classes.classIDs == [2, 1, -1] && classes.values == [3, 9, 0])
    #expect(classes.densities == [0.5, 0.25, 0] && classes.meansWhenOn[1] == 2)
    try FileManager.default.removeItem(
      atPath: directory.path + "/max_activating_image_values.pt")
    let fault = message { _ = try TruthFile(contentsOf: directory.path) }
    #expect(fault?.lastComponent == "max_activating_image_values.pt: no such file or directory")
  }

  @Test func residualsAreEncodedAndEmbeddingsByAnAutoencoderOfThem() throws {
    let autoencoder = try SparseEncoderTests.autoencoder(n: 3, d: 2)
    var encoding = Encoding()
    encoding.activation = .relu
    let encoder = try SparseEncoder(autoencoder, with: encoding)
    let inputs = [1.0, 2, -1, 0, 0, 0.5, 2, 2]
    let expected = try autoencoder.encode(
      Matrix(rows: 4, columns: 2, elements: inputs.map { Float($0) }), with: encoding)
    let both: (inout SafetensorsBuilder) -> Void = {
      $0.add("residuals", .f16, [4, 2], inputs)
      $0.add("embeddings", .f16, [4, 2], inputs.reversed())
      $0.add("class_ids", .i64, [4], Self.classIDs)
    }
    let truth = try Self.truth(Self.request(encoder: encoder), both)
    #expect(truth.activations?.dense == expected.transposed())
    #expect(truth.residuals?.name == "residuals" && truth.embeddings?.name == "embeddings")
    #expect(truth.notices.first == "residuals are encoded with the autoencoder")
    let read = try Self.truth(Self.request(encoder: encoder, readsEmbeddings: true), both)
    #expect(read.notices.first == "embeddings are encoded with the autoencoder")
    #expect(
      Self.fault(Self.request(), both)
        == "truth.safetensors: residuals: found no encoder to encode them with")
  }

  @Test func picturesMayBeFewAndClassesEmpty() throws {
    let few = try Self.truth(Self.request(labels: ["a", "b", "c", "d", "e"])) {
      $0.add("activations", [4, 3], Self.activations)
      $0.add("class_ids", .i64, [4], [0, 0, 0, 0])
    }
    #expect(
      few.notices == [
        "4 pictures are fewer than the 5 classes", "4 of 5 classes have no picture",
        "all pictures are of one class, which is the true class of every feature",
        "1 of 3 features never fire",
      ])
    let silent = try Self.truth(Self.request(labels: ["a"])) {
      $0.add("activations", [2, 3], [Double](repeating: 0, count: 6))
      $0.add("class_ids", .i64, [2], [0, 0])
    }
    #expect(silent.notices.last == "no feature fires, so none has a true class")
    #expect(FeatureClasses(silent, workers: 1).classIDs == [-1, -1, -1])
  }

  @Test func equalMeansAreOfTheLowestClassAndNegativeOnesOfNone() throws {
    let truth = try Self.truth(Self.request(features: 2)) {
      $0.add("activations", [4, 2], [0, -1, 2, 0, 2, 0, 2, 0])
      $0.add("class_ids", .i64, [4], [0, 2, 2, 1])
    }
    #expect(FeatureClasses(truth, workers: 1).classIDs == [1, -1])
  }
}

extension String {
  /// A message without the directory of its file.
  var lastComponent: String { split(separator: "/").last.map(String.init) ?? self }
}
