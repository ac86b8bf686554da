import Engine
import Foundation
import Testing

/// What verdicts say of each feature's activations, beside their definitions in `Double`.
@Suite struct VerdictActivationTests {
  private static let (features, pictures, classes) = (48, 20, 4)

  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  /// Activations [N][n]; pictures are of four of the five labels in turn, and feature 7 never fires.
  private static var activations: [[Double]] {
    var state: UInt32 = 5
    return (0..<pictures).map { picture in
      (0..<features).map { feature in
        state = state &* 1_664_525 &+ 1_013_904_223
        let own = feature % classes == picture % classes
        guard feature != 7, state >> 30 == 0 || own else { return 0 }
        return Double(Float(state >> 8) / 16_777_216) + (own ? 0.5 : 0.1)
      }
    }
  }

  private func writeTruth() throws {
    let body = Self.activations.joined().flatMap { value -> [UInt8] in
      (0..<4).map { UInt8(truncatingIfNeeded: Float(value).bitPattern >> (8 * $0)) }
    }
    let ids = (0..<Self.pictures).flatMap { picture -> [UInt8] in
      [UInt8(picture % Self.classes), 0, 0, 0]
    }
    let end = Self.pictures * Self.features * 4
    try place.write(
      "truth.safetensors",
      header:
        #"{"activations":{"dtype":"F32","shape":[\#(Self.pictures),\#(Self.features)],"data_offsets":[0,\#(end)]},"#
        + #""class_ids":{"dtype":"I32","shape":[\#(Self.pictures)],"data_offsets":[\#(end),\#(end + 4 * Self.pictures)]}}"#,
      body: Data(body + ids))
  }

  private func columns() throws -> TensorFile {
    try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
  }

  private func judge() throws -> JSONValue {
    try writeTruth()
    let run = try place.judge([
      "--json", "--truth", "truth.safetensors", "--variant", "dec.full",
    ])
    #expect(run.status == 0 && run.messages == "")
    return try JSONValue(parsing: Data(run.output.utf8))
  }

  private static func column(_ feature: Int) -> [Double] { activations.map { $0[feature] } }

  private static func isOf(_ id: Int32) -> [Double] {
    (0..<pictures).map { $0 % classes == id ? 1 : 0 }
  }

  @Test func figuresOfFeaturesAreThoseOfTheDefinition() throws {
    let json = try judge()
    let file = try columns()
    let names = try #require(file.tensors["dec.full.centred.label_id"]?.integers())
    let truths = try #require(file.tensors["truth.label_id"]?.integers())
    #expect(truths[7] == -1)
    for (prefix, ids) in [("dec.full.centred", names), ("truth", truths)] {
      let pearson = try #require(file.tensors["\(prefix).pearson"]?.floats())
      let cosine = try #require(file.tensors["\(prefix).cosine"]?.floats())
      let iou = try #require(file.tensors["\(prefix).iou"]?.floats())
      for feature in 0..<Self.features {
        // Label 4 has no picture, feature 7 no activation.
        guard ids[feature] >= 0, ids[feature] < Self.classes, feature != 7 else {
          #expect(pearson[feature].isNaN)
          continue
        }
        let (a, c) = (Self.column(feature), Self.isOf(Int32(ids[feature])))
        #expect(abs(Double(pearson[feature]) - pearsonCorrelation(a, c)) <= 1e-5)
        let product = zip(a, c).reduce(0) { $0 + $1.0 * $1.1 }
        let squares = a.reduce(0) { $0 + $1 * $1 } * c.reduce(0, +)
        #expect(abs(Double(cosine[feature]) - product / squares.squareRoot()) <= 1e-5)
        let both = zip(a, c).count { $0 > 0 && $1 > 0 }
        let either = zip(a, c).count { $0 > 0 || $1 > 0 }
        #expect(abs(Double(iou[feature]) - Double(both) / Double(either)) <= 1e-6)
      }
    }
    let figures = try #require(json["activations"]?["agreement"]?.array)
    #expect(
      figures.map { $0["figure"]?.string } == [
        "pearson", "cosine", "average_precision", "best_f1", "f1", "iou",
      ])
    let own = figures[0]["true_class"]?["estimate"]?.double ?? 0
    #expect(own > 0.4 && own > figures[0]["exchanged"]?["estimate"]?.double ?? 1)
  }

  @Test func orderIsSpearmansOverLabelsWithPictures() throws {
    let json = try judge()
    let run = try TensorFile(contentsOf: place.path + "/run/features.safetensors")
    let ids = try #require(run.tensors["top_label_ids"]?.integers())
    let cosines = try #require(run.tensors["top_cosines"]?.floats())
    let width = ids.count / Self.features
    #expect(width == 5)
    let found = try #require(try columns().tensors["dec.full.raw.spearman"]?.floats())
    var sum = 0.0
    for feature in 0..<Self.features where feature != 7 {
      var row = [Double](repeating: 0, count: 5)
      for rank in 0..<5 {
        row[Int(ids[feature * 5 + rank])] = Double(cosines[feature * 5 + rank])
      }
      let means = (0..<Self.classes).map { id in
        zip(Self.column(feature), Self.isOf(Int32(id))).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let exact = spearmanCorrelation(Array(row[..<Self.classes]), means)
      #expect(abs(Double(found[feature]) - exact) <= 1e-6)
      sum += exact
    }
    #expect(found[7].isNaN)
    let mean = json["activations"]?["order"]
    #expect(mean?["features"]?.integer == 47)
    #expect(abs((mean?["spearman"]?["estimate"]?.double ?? 9) - sum / 47) <= 1e-6)
  }

  @Test func ranksOfTrueLabelsStandInColumns() throws {
    _ = try judge()
    let file = try columns()
    let truths = try #require(file.tensors["truth.label_id"]?.integers())
    let ranks = try #require(file.tensors["dec.full.raw.true_rank"]?.integers())
    let run = try TensorFile(contentsOf: place.path + "/run/features.safetensors")
    let ids = try #require(run.tensors["top_label_ids"]?.integers())
    for feature in 0..<Self.features {
      let rank = ids[(feature * 5)..<(feature * 5 + 5)].firstIndex(of: truths[feature])
      #expect(Int(ranks[feature]) == rank.map { $0 - feature * 5 + 1 } ?? 0)
    }
  }
}
