import Foundation
import Testing

@testable import Engine

/// The whole way from files to a run directory, on small models and autoencoders.
@Suite struct LensRunTests {
  static let autoencoder = ClipFixture.fixtures + "/sae/standard-new"

  /// The labels and templates of the fixtures' prompts, with a limit of memory of 1 GiB: what else
  /// runs on the machine must not decide how a test's run is planned.
  func request(
    _ fixture: ClipFixture, in directory: TemporaryDirectory, _ direction: Direction = .decoder,
    _ map: LensMap? = nil
  ) throws -> ScanRequest {
    let labels = (fixture.expected["labels"]?.array ?? []).compactMap(\.string)
    let templates = try (fixture.expected["templates"]?.array ?? []).compactMap(\.string)
      .map { try PromptTemplate($0) }
    let path = try directory.write("labels.txt", labels.map { $0 + "\n" }.joined())
    var request = ScanRequest(
      model: fixture.model.directory, autoencoder: Self.autoencoder, direction: direction, map: map,
      labels: .vocabulary(path, templates: templates), workers: 2)
    request.memoryLimit = 1 << 30
    return request
  }

  /// The label embeddings by their definition, and how far computed ones may be from them.
  ///
  /// Prompts are within 2e-6 of the expected rows (`TextTowerTests`); so is the mean of several,
  /// and scaling it to unit length divides by its length.
  private func labels(_ fixture: ClipFixture) throws -> (rows: [[Double]], tolerance: Double) {
    let prompts = try fixture.rows("text_embeddings")
    var rows: [[Double]] = []
    var tolerance = 0.0
    for label in 0..<7 {
      let mean = prompts[0].indices.map { j in
        (0..<3).reduce(0) { $0 + prompts[3 * label + $1][j] } / 3
      }
      tolerance = max(tolerance, 2e-6 / LensOracle.norm(mean) + 4 * 0x1p-24)
      rows.append(LensOracle.unit(mean))
    }
    return (rows, tolerance)
  }

  private func expect(
    _ run: RunDirectory, row: Int, matches direction: [Double], _ labels: [[Double]],
    tolerance: Double
  ) {
    let cosines = labels.map { LensOracle.dot($0, direction) }
    let kept = (row * run.features.topCount)..<((row + 1) * run.features.topCount)
    #expect(Set(run.features.topLabelIDs[kept]).count == labels.count)
    for index in kept {
      let cosine = cosines[Int(run.features.topLabelIDs[index])]
      #expect(abs(Double(run.features.topCosines[index]) - cosine) <= tolerance)
    }
  }

  @Test(arguments: ClipFixture.names)
  func everyVariantMatchesItsDefinition(name: String) throws {
    let fixture = try ClipFixture(name)
    let directory = try TemporaryDirectory()
    let head = try fixture.model.imageHead()
    let rows = try TensorFile(contentsOf: ClipFixture.fixtures + "/sae/expected.safetensors")
    func tensor(_ part: String) throws -> [Double] {
      try rows.tensor("standard-new/\(part)").doubles
    }
    let bias = try tensor("b_dec")
    let (labels, tolerance) = try labels(fixture)
    let variants: [(Direction, LensMap, Double?, String)] = [
      (.encoder, .full, nil, "enc.full"), (.encoder, .linear, nil, "enc.lin"),
      (.decoder, .full, nil, "dec.full"), (.decoder, .linear, nil, "dec.lin"),
      (.shifted, .full, 13, "dec.abs"),
    ]
    for (direction, map, alpha, id) in variants {
      var request = try request(fixture, in: directory, direction, map)
      request.alpha = alpha
      let path = directory.path + "/" + id
      let json = try LensRun(request).write(to: path)
      let run = try RunDirectory(contentsOf: path)
      #expect(run.description == json && run.lensID == id)
      #expect(run.labels == fixture.expected["labels"]?.array?.compactMap(\.string))
      #expect(run.features.topCount == 7)
      let stored = try tensor(direction == .encoder ? "W_enc" : "W_dec").split(intoRowsOf: 32)
      for (row, elements) in stored.enumerated() {
        let x = alpha.map { alpha in zip(bias, elements).map { $0 + alpha * $1 } } ?? elements
        let isLinear = map == .linear
        expect(
          run, row: row, matches: LensOracle.unit(LensOracle.map(x, head, isLinear: isLinear)),
          labels, tolerance: tolerance + DirectionMapTests.bound(x, head, isLinear: isLinear))
      }
    }
  }

  @Test func nativeDirectionsMatchTheirDefinition() throws {
    let fixture = try ClipFixture("quick-gelu")
    let directory = try TemporaryDirectory()
    let decoder = Matrix.random(rows: 50, columns: 16, seed: 3)
    var builder = SafetensorsBuilder()
    builder.add("D", [50, 16], decoder.elements.map(Double.init))
    var request = try request(fixture, in: directory, .decoder, .native)
    request.autoencoder = try directory.write("sae.safetensors", builder.file)
    request.keys = "W_dec=D:N"
    _ = try LensRun(request).write(to: directory.path + "/run")
    let run = try RunDirectory(contentsOf: directory.path + "/run")
    #expect(run.lensID == "native")
    let (labels, tolerance) = try labels(fixture)
    for (row, x) in decoder.doubleRows.enumerated() {
      expect(run, row: row, matches: LensOracle.unit(x), labels, tolerance: tolerance + 2e-6)
    }
  }

  /// The columns and labels of two runs are the same bytes.
  func expectSameRun(_ first: String, _ second: String) throws {
    for name in ["features.safetensors", "labels.safetensors", "labels.txt"] {
      let (a, b) = (
        try RunWriterTests.bytes(first + "/" + name), try RunWriterTests.bytes(second + "/" + name)
      )
      #expect(a == b, "\(name)")
    }
  }

  @Test func anyNumberOfWorkersGivesTheSameBytes() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("tanh"), in: directory)
    for workers in [1, 2, 5] {
      request.workers = workers
      _ = try LensRun(request).write(to: directory.path + "/run\(workers)")
      try expectSameRun(directory.path + "/run1", directory.path + "/run\(workers)")
    }
  }

  @Test func aSecondRunTakesTheBankFromTheCache() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("sharded"), in: directory)
    request.bankCache = BankCache(environment: ["LENSCTL_CACHE": directory.path + "/cache"])
    func run(_ name: String) throws -> (encodes: Bool, JSONObject) {
      var encodes = false
      var plans: [MemoryPlan] = []
      let run = try LensRun(request) { progress in
        if case .encoding = progress { encodes = true }
        if case .planned(let plan) = progress { plans.append(plan) }
      }
      #expect(plans == [run.memory], "\(name)")
      return (encodes, try run.write(to: directory.path + "/" + name))
    }
    let (firstEncodes, first) = try run("first")
    let (secondEncodes, second) = try run("second")
    #expect(firstEncodes && !secondEncodes)
    try expectSameRun(directory.path + "/first", directory.path + "/second")
    for name in ["labels", "warnings", "inputs", "counts", "files", "lens"] {
      #expect(first[name] == second[name], "\(name)")
    }
    // Other labels, templates or a spoilt file are encoded again.
    try directory.write("labels.txt", "tench\nstone\n")
    #expect(try run("third").encodes)
    #expect(try !run("fourth").encodes)
    let banks = directory.path + "/cache/banks"
    for name in try FileManager.default.contentsOfDirectory(atPath: banks) {
      try directory.write("cache/banks/" + name, "spoilt")
    }
    #expect(try run("fifth").encodes)
    try expectSameRun(directory.path + "/third", directory.path + "/fifth")
  }

  @Test func anInputThatChangesDuringARunLeavesNoRun() throws {
    let directory = try TemporaryDirectory()
    let request = try request(try ClipFixture("tanh"), in: directory)
    let run = try LensRun(request)
    let labels = try directory.write("labels.txt", "tench\n")
    #expect(
      message { _ = try run.write(to: directory.path + "/run") }
        == "\(labels): has changed since it was opened, expected it to stay as it is")
    #expect(try RunWriterTests.names(in: directory) == ["labels.txt"])
  }

  @Test func theStagesOfARunAreTimed() throws {
    let directory = try TemporaryDirectory()
    let run = try LensRun(try request(try ClipFixture("tanh"), in: directory))
    _ = try run.write(to: directory.path + "/run")
    let environment = try RunDirectory(contentsOf: directory.path + "/run").environment
    let seconds = try #require(environment["seconds"]?.object)
    let stages = ["open", "labels", "prepare", "scan", "digests", "writing"]
    #expect(seconds.names == stages + ["total"])
    let sum = stages.reduce(0) { $0 + (seconds[$1]?.double ?? .nan) }
    #expect(abs(sum - (seconds["total"]?.double ?? .nan)) <= 1e-9)
  }

  @Test func embeddingsOfAFileNeedNoModel() throws {
    let directory = try TemporaryDirectory()
    let fixture = try ClipFixture("quick-gelu")
    let withModel = try LensRun(try request(fixture, in: directory, .decoder, .linear))
    let bank = directory.path + "/bank.safetensors"
    try withModel.labels.write(to: bank)
    _ = try withModel.write(to: directory.path + "/first")
    var request = ScanRequest(
      model: fixture.model.directory, autoencoder: Self.autoencoder, direction: .decoder,
      map: .linear, labels: .embeddings(bank, key: nil, namesPath: nil), workers: 1)
    request.memoryLimit = 1 << 30
    _ = try LensRun(request).write(to: directory.path + "/second")
    try expectSameRun(directory.path + "/first", directory.path + "/second")
    request.model = nil
    #expect(
      message { _ = try LensRun(request) }
        == "scan: found no --model, expected one for a linear map")
  }

  // MARK: - The factor on cosines

  @Test func theFactorIsThatOfTheModelTheBankOrTheDefault() throws {
    let directory = try TemporaryDirectory()
    let fixture = try ClipFixture("tanh")
    let whole = try LensRun(try request(fixture, in: directory))
    #expect(whole.logitScaleSource == "checkpoint")
    #expect(whole.scan.logitScale == (try fixture.model.logitScale()))
    let bank = directory.path + "/bank.safetensors"
    try whole.labels.write(to: bank)
    var builder = SafetensorsBuilder()
    builder.add(
      "D", [5, 12], Matrix.random(rows: 5, columns: 12, seed: 1).elements.map(Double.init))
    let sae = try directory.write("sae.safetensors", builder.file)
    var request = ScanRequest(
      model: nil, autoencoder: sae, map: .native,
      labels: .embeddings(bank, key: nil, namesPath: nil), workers: 1)
    request.memoryLimit = 1 << 30
    request.keys = "W_dec=D:N"
    let byBank = try LensRun(request)
    #expect(byBank.logitScaleSource == "bank")
    #expect(byBank.scan.logitScale == whole.scan.logitScale)
    request.temperature = 0.5
    #expect(try LensRun(request).scan.logitScale == 2)
    #expect(try LensRun(request).logitScaleSource == "temperature")
    request.temperature = nil
    var plain = SafetensorsBuilder()
    plain.add("t", [3, 12], Matrix.random(rows: 3, columns: 12, seed: 2).elements.map(Double.init))
    let path = try directory.write("plain.safetensors", plain.file)
    request.labels = .embeddings(path, key: nil, namesPath: nil)
    #expect(try LensRun(request).scan.logitScale == 100)
    #expect(try LensRun(request).logitScaleSource == "default")
    for text in ["nan", "inf", "-1", "0", "1e9", "many"] {
      plain.metadata = ["logit_scale": text]
      try directory.write("plain.safetensors", plain.file)
      #expect(
        message { _ = try LensRun(request) }
          == "\(path): logit_scale: found \(text), "
          + "expected one number that gives a factor from 1e-6 to 1e6")
    }
  }

  @Test(arguments: [0, -1, 1e30, 1e-30, Double.nan, .infinity])
  func temperaturesOutOfRangeAreRefused(temperature: Double) throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("tanh"), in: directory)
    request.temperature = temperature
    #expect(
      message { _ = try LensRun(request) }
        == "scan: temperature: found \(temperature), expected a number from 1e-6 to 1e6")
  }

  @Test func wrongOptionsAreFoundBeforeLabelsAreEncoded() throws {
    let directory = try TemporaryDirectory()
    let good = try request(try ClipFixture("tanh"), in: directory)
    var requests = [good, good, good]
    requests[0].temperature = -1
    requests[1].features = "48"
    requests[2].topCount = 0
    for request in requests {
      var encodes = false
      #expect(
        message { _ = try LensRun(request) { if case .encoding = $0 { encodes = true } } } != nil)
      #expect(!encodes)
    }
  }

  // MARK: - Warnings

  @Test func whatIsReducedOrMaskedIsToldAndStrictRefusesIt() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory)
    request.autoencoder = ClipFixture.fixtures + "/sae/masked"
    let reduced = "top 10 reduced to 7, the number of usable labels"
    let masked = "4 features masked: dead, not finite, or without image"
    let risk =
      "2 labels that another tokenizer of CLIP may cut otherwise (non-ASCII and the like); "
      + "lensctl inspect tells which"
    // Slow kernels may have been chosen for the tests.
    let expected = [risk] + BLAS.kernel.warnings + [reduced]
    #expect(try LensRun(request).warnings == expected)
    let json = try LensRun(request).write(to: directory.path + "/run")
    #expect(json["warnings"]?.array?.compactMap(\.string) == expected + [masked])
    #expect(
      json["counts"] == ["features": 48, "read": 44, "dead": 1, "nonfinite": 3, "unmapped": 0])
    request.isStrict = true
    #expect(
      message { _ = try LensRun(request).write(to: directory.path + "/strict") }
        == "\(request.autoencoder): refused by --strict: \(masked)")
    request.features = "0-4"
    #expect(
      try LensRun(request).write(to: directory.path + "/strict")["warnings"]?.array?
        .compactMap(\.string) == expected)
    #expect(try RunWriterTests.names(in: directory) == ["labels.txt", "run", "strict"])
  }

  @Test func oneLabelIsReadWithAWarning() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory)
    request.labels = .vocabulary(try directory.write("one.txt", "tench\n"), templates: [])
    request.topCount = 1
    let run = try LensRun(request)
    #expect(
      run.warnings == BLAS.kernel.warnings + [
        "one usable label: its probability is 1, margin and entropy are undefined"
      ])
    _ = try run.write(to: directory.path + "/run")
    let features = try RunDirectory(contentsOf: directory.path + "/run").features
    #expect(features.topProbabilities.allSatisfy { $0 == 1 })
    #expect(features.margins.allSatisfy(\.isNaN) && features.entropies.allSatisfy(\.isNaN))
  }

  @Test func aRunInWhichNothingCanBeReadLeavesNothing() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory)
    request.autoencoder = ClipFixture.fixtures + "/sae/masked"
    request.features = "5,7,9-10"
    #expect(
      message { _ = try LensRun(request).write(to: directory.path + "/run") }
        == "\(request.autoencoder): all 4 features are masked, "
        + "expected at least one that can be read")
    #expect(try RunWriterTests.names(in: directory) == ["labels.txt"])
  }

  @Test func aRunIsNeverWrittenOverItsInputs() throws {
    let directory = try TemporaryDirectory()
    let whole = try request(try ClipFixture("quick-gelu"), in: directory)
    _ = try LensRun(whole).write(to: directory.path + "/run")
    var again = whole
    let embeddings = directory.path + "/run/labels.safetensors"
    again.labels = .embeddings(embeddings, key: "embeddings", namesPath: nil)
    for path in [directory.path + "/run", embeddings, directory.path + "/x/../run/"] {
      let text = message {
        _ = try LensRun(again).write(to: path, WritingOptions(replacesExisting: true))
      }
      let named = path.hasSuffix("/") ? String(path.dropLast()) : path
      #expect(text == "\(named): is an input too, expected another path")
    }
    #expect(MappedFile.exists(embeddings))
  }

  @Test func everyOptionIsRecorded() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory, .shifted, .full)
    (request.alpha, request.topCount, request.features) = (2, 3, "4,7-9")
    let json = try LensRun(request).write(to: directory.path + "/run")
    let options = try #require(json["options"])
    #expect(options["alpha"]?.double == 2 && options["top"] == 3 && options["threads"] == nil)
    #expect(options["direction"] == "shifted" && options["map"] == "full")
    #expect(options["features"] == "4,7-9" && options["temperature"] == JSONValue.null)
    #expect(options["templates"]?.array?.count == 3 && options["strict"] == false)
    #expect(json["lens"]?["id"] == "dec.abs" && json["block_size"] == 960)
    let roles = (json["inputs"]?.array ?? []).compactMap { $0["role"]?.string }
    #expect(Set(roles) == ["model", "tokenizer", "labels", "autoencoder"])
    #expect(
      try RunDirectory(contentsOf: directory.path + "/run").features.featureIDs == [4, 7, 8, 9])
  }
}
