import Engine
import Foundation
import Testing

/// Truths and autoencoders of which no verdict can be given, or only a degenerate one.
@Suite struct VerdictFaultTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  /// The autoencoder of the tests: 48 features of width 32; the joint space has 16 dimensions.
  private static let (features, width) = (48, 32)
  private static let sae = ["--sae", "\(Commands.fixtures)/sae/standard-new"]

  private func judge(_ arguments: [String]) throws -> CommandRun {
    try place.run(
      ["verdict"] + Workplace.model
        + [
          "--labels", "labels.txt", "--out", "run", "--quiet", "--plain", "--null-banks", "20",
          "--rotations", "2",
        ] + arguments)
  }

  // MARK: - Files

  /// A matrix of the file of a truth.
  struct Part: Sendable {
    var name: String
    var rows: [[Float]]
  }

  /// Activations of 20 pictures; every feature fires, and on pictures of each class.
  private static var activations: [[Float]] {
    (0..<20).map { picture in
      (0..<features).map { feature -> Float in
        let (place, value) = (feature * 7 + picture * 3, 1 + (feature + picture) % 4)
        return place % 5 == 0 ? Float(value) : 0
      }
    }
  }

  private static func replaced(
    _ rows: [[Float]], _ row: Int, _ column: Int, by value: Float
  ) -> [[Float]] {
    var rows = rows
    rows[row][column] = value
    return rows
  }

  /// Writes `truth.safetensors` with class ids, if there are any.
  private func write(_ parts: [Part], classes: [Int32]?) throws {
    var entries: [String] = []
    var body = Data()
    func add(_ name: String, _ dtype: String, _ shape: [Int], _ words: [UInt32]) {
      let start = body.count
      for word in words {
        body.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
      }
      entries.append(
        #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":[\#(start),\#(body.count)]}"#
      )
    }
    for part in parts {
      add(
        part.name, "F32", [part.rows.count, part.rows.first?.count ?? Self.features],
        part.rows.joined().map(\.bitPattern))
    }
    if let classes {
      add("class_ids", "I32", [classes.count], classes.map { UInt32(bitPattern: $0) })
    }
    try place.write(
      "truth.safetensors", header: "{" + entries.joined(separator: ",") + "}", body: body)
  }

  /// The classes 0 to `count` - 1 of 20 pictures, in turn.
  private static func classes(_ count: Int) -> [Int32] { (0..<20).map { Int32($0 % count) } }

  // MARK: - Refusals

  /// A truth that is wrong in one way.
  struct Fault: CustomTestStringConvertible, Sendable {
    var name: String
    var message: String
    var write: @Sendable (VerdictFaultTests) throws -> Void

    var testDescription: String { name }

    init(_ name: String, _ message: String, _ parts: [Part], classes: [Int32]?) {
      (self.name, self.message) = (name, message)
      write = { try $0.write(parts, classes: classes) }
    }
  }

  /// Pictures that do not fit.
  static var pictureFaults: [Fault] {
    func fault(_ name: String, _ message: String, _ tensor: String, _ rows: [[Float]]) -> Fault {
      Fault(name, message, [Part(name: tensor, rows: rows)], classes: classes(5))
    }
    func embedded(_ name: String, _ message: String, _ rows: [[Float]]) -> Fault {
      Fault(
        name, message,
        [Part(name: "activations", rows: activations), Part(name: "embeddings", rows: rows)],
        classes: classes(5))
    }
    let inputs = Workplace.rows(20, width: width)
    var embeddings = Workplace.rows(20, width: 16)
    embeddings[6] = [Float](repeating: 0, count: 16)
    return [
      fault(
        "inputs of another width", "residuals: shape [20, 31], expected [20, 32]", "residuals",
        inputs.map { Array($0.prefix(31)) }),
      fault(
        "other features", "activations: shape [20, 47], expected [20, 48]", "activations",
        activations.map { Array($0.prefix(47)) }),
      fault(
        "other pictures", "activations: shape [19, 48], expected [20, 48]", "activations",
        Array(activations.prefix(19))),
      fault(
        "NaN in activations", "activations: row 7 is not finite", "activations",
        replaced(activations, 7, 3, by: .nan)),
      fault(
        "infinity in activations", "activations: row 7 is not finite", "activations",
        replaced(activations, 7, 3, by: .infinity)),
      fault(
        "NaN in inputs", "residuals: row 4 is not finite", "residuals",
        replaced(inputs, 4, 0, by: .nan)),
      embedded(
        "embeddings of another model", "embeddings: shape [20, 15], expected [20, 16]",
        Workplace.rows(20, width: 15)),
      embedded(
        "an embedding of zeros",
        "embeddings: row 6 has no length, expected the embedding of a picture", embeddings),
    ]
  }

  /// Classes that do not fit.
  static var classFaults: [Fault] {
    func fault(_ name: String, _ message: String, _ ids: [Int32]) -> Fault {
      Fault(
        name, message,
        [Part(name: "activations", rows: Array(activations.prefix(ids.count)))], classes: ids)
    }
    func table(_ name: String, _ message: String, _ rows: [[Float]]) -> Fault {
      Fault(name, message, [Part(name: "class_means", rows: rows)], classes: nil)
    }
    let (ids, means) = (classes(5), Workplace.rows(5, width: features))
    return [
      fault(
        "a class beyond the labels", "class_ids: element 3 is 5, expected 0 to 4",
        Array(ids.prefix(3)) + [5] + ids.suffix(16)),
      fault(
        "a negative class", "class_ids: element 3 is -1, expected 0 to 4",
        Array(ids.prefix(3)) + [-1] + ids.suffix(16)),
      fault("no pictures", "found no pictures, expected at least 1", []),
      table(
        "means of other features", "class_means: shape [5, 47], expected [5, 48]",
        means.map { Array($0.prefix(47)) }),
      table(
        "means of other classes", "class_means: shape [4, 48], expected [5, 48]",
        Array(means.prefix(4))),
      table(
        "NaN in means", "class_means: row 2 is not finite", replaced(means, 2, 5, by: .nan)),
      table(
        "infinity in means", "class_means: row 2 is not finite",
        replaced(means, 2, 5, by: -.infinity)),
    ]
  }

  @Test(arguments: pictureFaults + classFaults)
  func truthsThatDoNotFitAreRefused(fault: Fault) throws {
    try fault.write(self)
    let run = try judge(Self.sae + ["--variant", "dec.lin", "--truth", "truth.safetensors"])
    #expect(run.messages == "lensctl: truth.safetensors: \(fault.message)\n")
    #expect(run.status == 65 && run.output == "")
    #expect(!place.has("run") && !place.has("run.partial"))
  }

  @Test(arguments: [
    (
      "cat\nwolf\nbear\nfire engine\ntree\n",
      "classes.txt: 2 classes have no label of exactly their name: wolf, bear"
    ),
    ("cat\ndog\ntree\n", "truth.safetensors: class_ids: element 3 is 3, expected 0 to 2"),
    ("", "classes.txt: found no labels, expected at least 1"),
  ])
  func classesThatDoNotMatchTheLabelsAreRefused(names: String, message: String) throws {
    try write([Part(name: "activations", rows: Self.activations)], classes: Self.classes(5))
    try place.write("classes.txt", names)
    let run = try judge(
      Self.sae + [
        "--variant", "dec.lin", "--truth", "truth.safetensors", "--classes", "classes.txt",
      ])
    #expect(run.messages == "lensctl: \(message)\n")
    #expect(run.status == 65 && !place.has("run"))
  }

  /// Autoencoders of which fewer than two features can be read.
  @Test(arguments: ["dead", "NaN", "one", "chosen"])
  func autoencodersWithoutFeaturesAreRefused(kind: String) throws {
    let rows = (0..<40).map { row -> [Float] in
      (0..<Self.width).map { column in
        switch kind {
        case "NaN": .nan
        case "one": row == 7 ? Float(column % 5) : 0
        case "chosen": Float((row + column * 3) % 7)
        default: 0
        }
      }
    }
    try place.write("sae.safetensors", matrices: [("W_dec", rows)])
    let chosen = kind == "chosen" ? ["--features", "3"] : []
    let run = try judge(["--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N"] + chosen)
    #expect(
      run.messages
        == "lensctl: sae.safetensors: variants: found none that can be judged: fewer than two of "
        + "\(kind == "chosen" ? 1 : 40) features can be read\n")
    #expect(run.status == 65)
    #expect(!place.has("run") && !place.has("run.partial"))
  }

  // MARK: - Degenerate verdicts

  /// The verdict that stands in the run directory, in which every number is one that JSON has.
  private func verdict(_ run: CommandRun) throws -> JSONValue {
    #expect(run.status == 0 && run.messages == "")
    let json = try JSONValue(parsing: place.contents("run/verdict.json"))
    #expect(json["findings"]?.array?.count == 17)
    return json
  }

  /// Why a verdict was not judged; nil if it was.
  private static func open(_ name: String, _ verdict: JSONValue) -> String? {
    verdict["findings"]?.array?.first { $0["name"]?.string == name }?["not_judged"]?.string
  }

  private func judgeTruth(_ parts: [Part], _ classes: [Int32]?) throws -> JSONValue {
    try write(parts, classes: classes)
    return try verdict(
      try judge(
        Self.sae + [
          "--variant", "dec.lin", "--direction", "decoder", "--map", "linear", "--truth",
          "truth.safetensors",
        ]))
  }

  /// What a truth that says little is said to be, and why nothing is compared with it; nil if it is compared.
  struct Degenerate: CustomTestStringConvertible, Sendable {
    var name: String
    var notices: [String]
    var reason: String?
    var table: [[Float]]?
    var activations: [[Float]] = []
    var classes: [Int32] = []

    var testDescription: String { name }
  }

  static var degenerate: [Degenerate] {
    let one = "all pictures are of one class, which is the true class of every feature"
    let same = "all features that are read and have a true class have the same one"
    let silent = "no feature that is read has a true class"
    return [
      Degenerate(
        name: "an empty class", notices: ["1 of 5 classes have no picture"],
        activations: activations, classes: classes(4)),
      Degenerate(
        name: "one class", notices: ["4 of 5 classes have no picture", one], reason: same,
        activations: activations, classes: classes(1)),
      Degenerate(
        name: "fewer pictures than classes",
        notices: [
          "3 pictures are fewer than the 5 classes", "2 of 5 classes have no picture",
          "18 of 48 features never fire",
        ], activations: Array(activations.prefix(3)), classes: [0, 1, 2]),
      Degenerate(
        name: "one picture",
        notices: [
          "1 pictures are fewer than the 5 classes", "4 of 5 classes have no picture", one,
          "38 of 48 features never fire",
        ], reason: same, activations: Array(activations.prefix(1)), classes: [2]),
      Degenerate(
        name: "no activations", notices: ["no feature fires, so none has a true class"],
        reason: silent, activations: activations.map { $0.map { _ in 0 } }, classes: classes(5)),
      Degenerate(
        name: "one feature that fires", notices: ["47 of 48 features never fire"], reason: same,
        activations: activations.map { $0.enumerated().map { $0 == 5 ? $1 : 0 } },
        classes: classes(5)),
      Degenerate(
        name: "means of nothing",
        notices: ["no feature has a value above 0 for any class, so none has a true class"],
        reason: silent, table: (0..<5).map { _ in (0..<features).map { -Float($0 % 3) } }),
    ]
  }

  @Test(arguments: degenerate)
  func truthsThatSayLittleGiveADegenerateVerdict(truth: Degenerate) throws {
    let parts = [
      Part(
        name: truth.table == nil ? "activations" : "class_means",
        rows: truth.table ?? truth.activations)
    ]
    let json = try judgeTruth(parts, truth.table == nil ? truth.classes : nil)
    #expect(json["truth"]?["notices"]?.array?.compactMap(\.string) == truth.notices)
    #expect(Self.open("SIGNIFICANT-BUT-WRONG", json) == truth.reason)
    #expect((Self.open("AT-REFERENCE", json) ?? "") != "" && Self.open("WORKS", json) == nil)
  }

  @Test func activationsOfAnySizeGiveFiniteFigures() throws {
    let json = try judgeTruth(
      [Part(name: "activations", rows: Self.activations.map { $0.map { $0 * 8e37 } })],
      Self.classes(5))
    let scores = json["variants"]?.array?.first?["scores"]?.array ?? []
    #expect(scores.count == 13)
    for score in scores {
      #expect(score["agreement"]?["excess"]?["lower"]?.double != nil)
    }
  }

  /// Two features are the least that are judged, of any number.
  @Test(arguments: ["3-4", "3-5", "3-7"])
  func fewFeaturesAreUnderpowered(features: String) throws {
    let json = try verdict(
      try judge(
        Self.sae + [
          "--variant", "dec.lin", "--direction", "decoder", "--map", "linear", "--features",
          features,
        ]))
    #expect(json["verdicts"]?.array?.contains("UNDERPOWERED") == true)
    #expect(json["verdicts"]?.array?.contains("WORKS") == false)
  }

  /// Of 40 features 38 are dead, or all are the same.
  @Test(arguments: ["dead", "same"])
  func autoencodersThatSayLittleAreJudged(kind: String) throws {
    let rows = (0..<40).map { row -> [Float] in
      let isDead = kind == "dead" && ![5, 9].contains(row)
      return (0..<Self.width).map {
        isDead ? 0 : Float(($0 * $0 + (kind == "same" ? 0 : row)) % 11) - 4
      }
    }
    try place.write("sae.safetensors", matrices: [("W_dec", rows)])
    let json = try verdict(
      try judge([
        "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--variant", "dec.lin",
        "--direction", "decoder", "--map", "linear",
      ]))
    let variant = try #require(json["variants"]?.array?.first)
    #expect(variant["masked"]?.integer == (kind == "dead" ? 38 : 0))
    #expect(json["verdicts"]?.array?.contains("WORKS") == false)
  }

  // MARK: - The run directory

  /// What a verdict that was stopped has left is no reason not to give it again.
  @Test func whatAStoppedVerdictLeftIsReplaced() throws {
    try FileManager.default.createDirectory(
      atPath: place.path + "/run.partial", withIntermediateDirectories: false)
    for name in ["features.safetensors", "verdict.safetensors", "verdict.json.tmp.17"] {
      try place.write("run.partial/" + name, "")
    }
    let run = try judge(Self.sae + ["--variant", "dec.lin"])
    #expect(run.status == 0 && !place.has("run.partial"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path + "/run").sorted() == [
        "environment.json", "features.safetensors", "labels.safetensors", "labels.txt", "run.json",
        "verdict.json",
        "verdict.safetensors",
      ])
  }

  /// The files of a truth are inputs of the run.
  @Test func filesOfTheTruthAreRecorded() throws {
    _ = try judgeTruth(
      [Part(name: "activations", rows: Self.activations)], Self.classes(5))
    let json = try JSONValue(parsing: place.contents("run/run.json"))
    let inputs = (json["inputs"]?.array ?? []).filter { $0["role"] == "truth" }
    #expect(
      inputs.compactMap { $0["path"]?.string.map { URL(filePath: $0).lastPathComponent } } == [
        "truth.safetensors"
      ])
  }
}
