import Foundation
import Testing

@testable import Engine

/// Truths that are wrong in exactly one way.
@Suite struct TruthFaultTests {
  private typealias Files = TruthFileTests

  @Test(arguments: [
    ([0.0, -1, 2, 1], "class_ids: element 1 is -1, expected 0 to 2"),
    ([0, 1, 2, 3], "class_ids: element 3 is 3, expected 0 to 2"),
  ])
  func classesOutOfRangeAreNamed(ids: [Double], message: String) {
    let found = Files.fault {
      $0.add("activations", [4, 3], Files.activations)
      $0.add("class_ids", .i64, [4], ids)
    }
    #expect(found == "truth.safetensors: " + message)
  }

  @Test func classesThatAreNotWholeAreNamed() {
    for type in [DType.f32, .f16] {
      let found = Files.fault {
        $0.add("activations", [4, 3], Files.activations)
        $0.add("class_ids", type, [4], [0, 1, 1.5, 0])
      }
      #expect(found == "truth.safetensors: class_ids: element 2 is no whole number")
    }
  }

  @Test(arguments: [
    ("width", "activations: shape [4, 2], expected [4, 3]"),
    ("count", "activations: shape [3, 3], expected [4, 3]"),
    ("nan", "activations: row 1 is not finite"),
    ("embeddings", "embeddings: shape [3, 2], expected [4, any]"),
    ("embedding", "embeddings: row 2 is not finite"),
    ("none", "found no pictures, expected at least 1"),
    ("square", "class_ids: shape [2, 2], expected [pictures]"),
    ("whole", "activations: shape [4, 3], expected real numbers, found i64"),
  ])
  func picturesThatDoNotFitAreNamed(fault: String, message: String) {
    let found = Files.fault {
      switch fault {
      case "width": $0.add("activations", [4, 2], [Double](repeating: 1, count: 8))
      case "count": $0.add("activations", [3, 3], [Double](repeating: 1, count: 9))
      case "nan": $0.add("activations", [4, 3], [0, 0, 0, 0, .nan] + Files.activations.suffix(7))
      case "whole": $0.add("activations", .i64, [4, 3], [Double](repeating: 1, count: 12))
      case "none": $0.add("activations", [0, 3], [])
      default: $0.add("activations", [4, 3], Files.activations)
      }
      switch fault {
      case "embeddings": $0.add("embeddings", [3, 2], [1, 1, 1, 1, 1, 1])
      case "embedding": $0.add("embeddings", [4, 2], [1, 1, 1, 1, .infinity, 1, 1, 1])
      default: break
      }
      let shape = fault == "none" ? [0] : fault == "square" ? [2, 2] : [4]
      $0.add("class_ids", .i64, shape, fault == "none" ? [] : Files.classIDs)
    }
    #expect(found == "truth.safetensors: " + message)
  }

  @Test(arguments: [
    ([0.0, 1, 3, 4], [0.0, 0, 1, 1, 1], "indptr: shape [4], expected [5]"),
    (
      [0, 3, 1, 4, 5], [0, 0, 1, 1, 1],
      "indptr: element 2 is less than the one before, or the "
        + "last is not the number of entries"
    ),
    (
      [1, 1, 3, 4, 5], [0, 0, 1, 1, 1],
      "indptr: element 0 is less than the one before, or the "
        + "last is not the number of entries"
    ),
    (
      [0, 1, 3, 4, 4], [0, 0, 1, 1, 1],
      "indptr: element 4 is less than the one before, or the "
        + "last is not the number of entries"
    ),
    ([0, 1, 3, 4, 9], [0, 0, 1, 1, 1], "indptr: element 4 is 9, expected 0 to 5"),
    ([0, 1, 3, 4, 5], [0, 0, 1, 3, 1], "indices: element 3 is 3, expected 0 to 2"),
    ([0, 1, 3, 4, 5], [0, 0, 0, 1, 1], "found feature 0 of picture 1 twice, expected once"),
  ])
  func rowsThatContradictThemselvesAreNamed(
    starts: [Double], columns: [Double], message: String
  ) {
    let found = Files.fault {
      $0.add("indptr", .i64, [starts.count], starts)
      $0.add("indices", .i64, [5], columns)
      $0.add("values", [5], [1, 2, 0.5, 0.25, 4])
      $0.add("class_ids", .i64, [4], Files.classIDs)
    }
    #expect(found == "truth.safetensors: " + message)
  }

  @Test(arguments: [
    ("values", "values: shape [2], expected [3]"), ("columns", "columns: shape [2], expected [3]"),
    ("rows", "rows: element 2 is 4, expected 0 to 3"), ("nan", "values: row 1 is not finite"),
  ])
  func triplesThatDoNotFitAreNamed(fault: String, message: String) {
    let found = Files.fault {
      $0.add("rows", .i64, [3], fault == "rows" ? [0, 1, 4] : [0, 1, 3])
      $0.add(
        "columns", .i64, [fault == "columns" ? 2 : 3], fault == "columns" ? [0, 1] : [0, 1, 1])
      let values = [1, fault == "nan" ? .nan : 1, 1.0]
      $0.add("values", [fault == "values" ? 2 : 3], fault == "values" ? [1, 1] : values)
      $0.add("class_ids", .i64, [4], Files.classIDs)
    }
    #expect(found == "truth.safetensors: " + message)
  }

  @Test func filesThatSayNothingOrTwoThingsAreRefused() {
    let unknown = Files.fault { $0.add("weights", [1], [1]) }
    let expected = "truth.safetensors: no truth that is known here; found weights, expected "
    #expect(
      unknown == expected
        + "residuals, class_ids; or embeddings, class_ids; or activations, class_ids; "
        + "or indptr, indices, values, class_ids; or rows, columns, values, class_ids; "
        + "or class_means; or class_histogram; "
        + "or max_activating_image_values, max_activating_image_label_indices")
    #expect(
      Files.fault {
        $0.add("activations", [4, 3], Files.activations)
        $0.add("class_means", [3, 3], [Double](repeating: 1, count: 9))
      } == "truth.safetensors: found activations, class_ids and class_means, expected one of them")
    #expect(
      Files.fault {
        $0.add("activations", [4, 3], Files.activations)
        $0.add("labels", .i64, [4], Files.classIDs)
        $0.add("class_ids", .i64, [4], Files.classIDs)
      } == "truth.safetensors: found class_ids and labels, expected one of them")
    #expect(
      Files.fault { $0.add("activations", [4, 3], Files.activations) }
        == "truth.safetensors: no tensor class_ids; found activations")
    #expect(
      Files.fault { $0.add("class_means", [2, 3], [1, 1, 1, 1, 1, 1]) }
        == "truth.safetensors: class_means: shape [2, 3], expected [3, 3]")
    #expect(
      Files.fault { $0.add("class_histogram", .i64, [3, 3], [0, 0, -1, 0, 0, 0, 0, 0, 0]) }
        == "truth.safetensors: class_histogram: element 2 is -1, expected 0 or more")
  }

  // MARK: - Names of classes

  private func names(_ text: String) throws -> ClassNames {
    let directory = try TemporaryDirectory()
    return try ClassNames(contentsOf: directory.write("names.txt", text))
  }

  @Test func classesAreFoundAmongLabelsByExactText() throws {
    let names = try names("cat\nant\n")
    let request = Files.request(classes: names)
    let truth = try Files.truth(request) {
      $0.add("activations", [4, 3], Files.activations)
      $0.add("class_ids", .i64, [4], [0, 1, 1, 0])
    }
    #expect(truth.classIDs == [2, 0, 0, 2] && truth.pictureCounts == [2, 0, 2])
    let means = try Files.truth(request) { $0.add("class_means", [2, 3], [1, 2, 0, 2, 1, 0]) }
    #expect(FeatureClasses(means, workers: 1).classIDs == [0, 2, -1])
    let found = Files.fault(request) {
      $0.add("activations", [4, 3], Files.activations)
      $0.add("class_ids", .i64, [4], [0, 1, 2, 0])
    }
    #expect(found == "truth.safetensors: class_ids: element 2 is 2, expected 0 to 1")
  }

  @Test func namesThatNoLabelOrSeveralHaveAreListed() throws {
    let unmatched = try names("ant\nBee\ncat \nx\ny\nz\nw\n")
    let labels = ["ant", "bee", "cat", "ant"]
    let missing = message { _ = try unmatched.labelIDs(among: labels) }
    #expect(
      missing?.lastComponent
        == "names.txt: 6 classes have no label of exactly their name: Bee, cat , x, y, z and 1 more"
    )
    let ambiguous = try names("bee\nant\n")
    let several = message { _ = try ambiguous.labelIDs(among: labels) }
    #expect(
      several?.lastComponent
        == "names.txt: 1 classes have more than one label of their name: ant")
    let none = message { _ = try names("") }
    #expect(none?.lastComponent == "names.txt: found no labels, expected at least 1")
  }

  @Test func twoClassesOfOneLabelAreOneInPicturesAndRefusedInTables() throws {
    let request = Files.request(classes: try names("bee\nant\nbee\n"))
    let truth = try Files.truth(request) {
      $0.add("activations", [4, 3], Files.activations)
      $0.add("class_ids", .i64, [4], Files.classIDs)
    }
    #expect(truth.classIDs == [1, 1, 1, 0])
    let found = Files.fault(request) {
      $0.add("class_means", [3, 3], [Double](repeating: 1, count: 9))
    }
    #expect(
      found == "names.txt: classes [0, 2] have the same label \"bee\", expected one each in a "
        + "table of classes")
  }
}

/// Writes files of one array.
enum NPY {
  /// A file of NumPy's, version 1.0.
  static func file(_ dtype: DType, _ shape: [Int], _ values: [Double]) -> Data {
    let code = [DType.f32: "<f4", .f64: "<f8", .i64: "<i8", .i32: "<i4"][dtype] ?? "?"
    let sizes = shape.map { "\($0)," }.joined()
    var header = "{'descr': '\(code)', 'fortran_order': False, 'shape': (\(sizes)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = header.utf8.count
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)])
      + Data(header.utf8) + SafetensorsBuilder.bytes(of: values, dtype: dtype)
  }
}
