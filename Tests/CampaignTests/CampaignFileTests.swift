import Engine
import Testing

@testable import Campaign

/// What a campaign's file says, and what is said of one that cannot be used.
@Suite struct CampaignFileTests {
  private let place: Place

  init() throws { place = try Place() }

  private func file(_ text: String) throws -> CampaignFile {
    try CampaignFile(contentsOf: place.write("c.toml", text))
  }

  /// The message of a file that cannot be used, and its kind.
  private func fault(_ text: String) throws -> (message: String, kind: FaultKind?) {
    do {
      _ = try file(text)
      return ("nothing thrown", nil)
    } catch let error as any EngineError {
      return ("\(error)".replacing(place.path + "/", with: ""), error.kind)
    }
  }

  private static let start = """
    out = "o"
    [[reading]]
    model = "org/name"
    saes = ["a"]
    labels = ["imagenet"]
    variants = ["dec.full"]

    """

  @Test func defaultsAreThoseOfScanAndVerdict() throws {
    let file = try file(Self.start + "[reading.verdict]\n")
    let reading = try #require(file.readings.first)
    #expect(file.out == place.path + "/o")
    #expect(file.shardFeatures == nil)
    #expect(reading.options.model == "org/name")
    #expect(reading.options.top == 10)
    #expect(reading.options.templates.isEmpty)
    #expect(!reading.options.dedupe && !reading.options.strict)
    #expect(reading.labels == ["imagenet"])
    #expect(reading.variants == [try LensVariant(direction: .decoder, map: .full)])
    let verdict = try #require(reading.verdict)
    #expect(verdict.rotations == 4 && verdict.nullBanks == 200 && verdict.seed == 1)
    #expect(verdict.controls == .usual && verdict.variants == nil && verdict.truth == nil)
  }

  @Test func everyKeyIsRead() throws {
    let file = try file(
      """
      out = "/tmp/o"
      shard_features = 61440
      [[reading]]
      name = "big"
      model = "org/name"
      saes = ["saes/layer-*", "/abs/x"]
      labels = ["imagenet-synsets", "words/colors.txt"]
      variants = ["dec.abs", "enc.lin", "native"]
      templates = ["a {label}"]
      tokenizer = "tok"
      keys = "W_dec=d:N,b_dec=b"
      orientation = "rows"
      alpha = 13
      dedupe = true
      temperature = 0.015
      top = 3
      features = "0-9"
      strict = true
      verdict = {variants = ["dec.jvp"], rotations = 2, null_banks = 0, controls = "none", seed = 7, truth = "{sae}/t", classes = "c.txt"}
      """)
    let reading = try #require(file.readings.first)
    #expect(file.out == "/tmp/o" && file.shardFeatures == 61440)
    #expect(reading.name == "big")
    #expect(reading.globs == ["saes/layer-*", "/abs/x"])
    #expect(reading.labels == ["imagenet-synsets", place.path + "/words/colors.txt"])
    #expect(reading.variants.map(\.id) == ["dec.abs", "enc.lin", "native"])
    #expect(reading.variants.map(\.alpha) == [13, nil, nil])
    let options = reading.options
    #expect(options.templates.map(\.text) == ["a {label}"])
    #expect(options.tokenizer == place.path + "/tok")
    #expect(options.keys == "W_dec=d:N,b_dec=b" && options.orientation == .rows)
    #expect(options.dedupe && options.strict && options.temperature == 0.015)
    #expect(options.top == 3 && options.features == "0-9")
    let verdict = try #require(reading.verdict)
    #expect(verdict.variants == [.decoderJacobian])
    #expect(verdict.rotations == 2 && verdict.nullBanks == 0 && verdict.seed == 7)
    #expect(verdict.controls == .none && verdict.classes == place.path + "/c.txt")
    #expect(verdict.truth(of: "/s/one") == "/s/one/t")
    let request = verdict.request(of: "/s/one")
    #expect(request.nullBanks == 0 && request.truth == "/s/one/t" && request.seed == 7)
  }

  @Test func aModelThatIsAPathIsAbsolute() throws {
    try place.write("m/config.json", "{}")
    let text = Self.start.replacing("org/name", with: "m")
    #expect(try file(text).readings[0].options.model == place.path + "/m")
  }

  @Test(arguments: ["\u{FEFF}", ""], ["\n", "\r\n"])
  func marksAndLineEndsDoNoHarm(mark: String, end: String) throws {
    let text = mark + Self.start.replacing("\n", with: end)
    #expect(try file(text).readings.count == 1)
  }

  @Test(arguments: [
    ("out = 3", "c.toml: out: found an integer, expected a string"),
    ("", "c.toml: out: found none, expected a directory to be made"),
    ("out = \"\"", "c.toml: out: found \"\", expected a path"),
    ("out = \"o\"", "c.toml: reading: found none, expected a list of tables, [[reading]]"),
    (
      "out = \"o\"\nreading = []",
      "c.toml: reading: found none, expected a list of tables, [[reading]]"
    ),
    (
      "out = \"o\"\nreading = 1",
      "c.toml: reading: found an integer, expected a list of tables, [[reading]]"
    ),
    ("out = \"o\"\nreading = [1]", "c.toml: reading[0]: found an integer, expected a table"),
    ("ouut = \"o\"", "c.toml: ouut: found a key that is not known here, did you mean out?"),
    (
      "xyz = 1",
      "c.toml: xyz: found a key that is not known here, expected one of out, reading, shard_features"
    ),
    (
      "shard_features = 0\nout = \"o\"", "c.toml: shard_features: found 0, expected 1 to 2147483647"
    ),
    (
      "shard_features = 1.5\nout = \"o\"",
      "c.toml: shard_features: found a number with a fraction, expected an integer"
    ),
    (
      "out = \"a\\u0007\"",
      "c.toml: out: found \"a\\u{7}\", expected text without control characters"
    ),
    ("out = 1979-05-27", "c.toml: out: found a date or time, expected a string"),
    ("out = true", "c.toml: out: found true or false, expected a string"),
    ("out = inf", "c.toml: out: found a number with a fraction, expected a string"),
    ("out = {a = 1}", "c.toml: out: found a table, expected a string"),
    ("out = [[1]]", "c.toml: out: found a list, expected a string"),
  ])
  func faultsAtTheTop(text: String, message: String) throws {
    let fault = try fault(text)
    #expect(fault.message == message)
    #expect(fault.kind == .configuration)
  }

  @Test(arguments: [
    (
      "varients = []",
      "reading[0].varients: found a key that is not known here, did you mean variants?"
    ),
    ("top = \"3\"", "reading[0].top: found a string, expected an integer"),
    ("top = 0", "reading[0].top: found 0, expected 1 to 2147483647"),
    ("temperature = 0", "reading[0].temperature: found 0.0, expected 1e-6 to 1e6"),
    ("temperature = nan", "reading[0].temperature: found nan, expected a finite number"),
    ("dedupe = 1", "reading[0].dedupe: found an integer, expected true or false"),
    (
      "templates = \"a {label}\"",
      "reading[0].templates: found a string, expected a list of strings"
    ),
    (
      "templates = [\"a\"]",
      "reading[0].templates[0]: a: found no placeholder, expected {label}, {c} or {}"
    ),
    (
      "templates = [\"{label}\", 2]", "reading[0].templates[1]: found an integer, expected a string"
    ),
    (
      "family = \"saelen\"",
      "reading[0].family: found \"saelen\", expected one of attributing-clip, clipscope, dictionary_learning, dncbm, fry, msae, openai, overcomplete, patchsae, prisma, saelens, saev, sparsify; did you mean saelens?"
    ),
    (
      "family = \"saelens\"\nkeys = \"W_dec\"",
      "reading[0].family: found keys besides, expected one of them"
    ),
    ("orientation = \"up\"", "reading[0].orientation: found \"up\", expected one of columns, rows"),
    (
      "features = \"5-3\"",
      "reading[0].features: 5-3: features: found \"5-3\", expected ids and ranges such as 17,200-299"
    ),
    (
      "alpha = 2",
      "reading[0].alpha: found no variant dec.abs, expected one, which alone has a factor"
    ),
    ("alpha = 0", "reading[0].alpha: found 0, expected another number"),
    ("verdict = 1", "reading[0].verdict: found an integer, expected a table"),
    (
      "[reading.verdict]\nrotation = 1",
      "reading[0].verdict.rotation: found a key that is not known here, did you mean rotations?"
    ),
    ("[reading.verdict]\nrotations = 0", "reading[0].verdict.rotations: found 0, expected 1 to 64"),
    (
      "[reading.verdict]\nrotations = 65",
      "reading[0].verdict.rotations: found 65, expected 1 to 64"
    ),
    (
      "[reading.verdict]\nnull_banks = 5",
      "reading[0].verdict.null_banks: found 5, expected 0 or 20 to 10000"
    ),
    (
      "[reading.verdict]\nseed = -1",
      "reading[0].verdict.seed: found -1, expected at least 0"
    ),
    (
      "[reading.verdict]\ncontrols = \"usal\"",
      "reading[0].verdict.controls: found \"usal\", expected one of all, none, usual; did you mean usual?"
    ),
    (
      "[reading.verdict]\nvariants = []",
      "reading[0].verdict.variants: found none, expected one at least, or no such key"
    ),
    (
      "[reading.verdict]\nclasses = \"c\"",
      "reading[0].verdict.classes: found no truth, expected one whose classes they are"
    ),
    (
      "[reading.verdict]\ntruth = \"t/{sae}\"",
      "reading[0].verdict.truth: found \"t/{sae}\", expected {sae} as the first name of a path alone"
    ),
    (
      "[reading.verdict]\ntruth = \"{sae}x\"",
      "reading[0].verdict.truth: found \"{sae}x\", expected {sae} as the first name of a path alone"
    ),
    ("[[reading]]\nmodel = 1", "reading[1].model: found an integer, expected a string"),
  ])
  func faultsInAReading(line: String, message: String) throws {
    let fault = try fault(Self.start + line + "\n")
    #expect(fault.message == "c.toml: " + message)
    #expect(fault.kind == .configuration)
  }

  @Test(arguments: [
    (
      "variants = [\"dec.full\"]", "variants = [\"dec.ful\"]",
      "variants[0]: found \"dec.ful\", expected one of dec.abs, dec.full, dec.lin, enc.full, enc.lin, enc.native, native; did you mean dec.full?"
    ),
    (
      "variants = [\"dec.full\"]", "variants = []",
      "variants: found none, expected a list of variants of the lens"
    ),
    (
      "variants = [\"dec.full\"]", "",
      "variants: found none, expected a list of variants of the lens"
    ),
    ("saes = [\"a\"]", "saes = [\"\"]", "saes[0]: found \"\", expected a path or glob"),
    ("saes = [\"a\"]", "saes = \"a\"", "saes: found a string, expected a list of strings"),
    ("saes = [\"a\"]", "", "saes: found none, expected a list of paths or globs"),
    (
      "labels = [\"imagenet\"]", "",
      "labels: found none, expected a list of paths, imagenet or imagenet-synsets"
    ),
    (
      "model = \"org/name\"", "",
      "model: found none, expected a model's path or its name in the hub's cache"
    ),
  ])
  func faultsInWhatMustBeThere(line: String, other: String, message: String) throws {
    let fault = try fault(Self.start.replacing(line, with: other))
    #expect(fault.message == "c.toml: reading[0]." + message)
    #expect(fault.kind == .configuration)
  }

  @Test(arguments: [
    (
      "out = \"o\"\nx ==",
      "line 2, column 4: not TOML: parsing value: could not determine value type"
    ),
    (
      "a = 1\na = 2",
      "line 2, column 5: not TOML: parsing key-value pair: cannot redefine existing integer 'a'"
    ),
    ("a = \"\\u0000\"", "line 1: not TOML: found an escaped NUL character"),
    ("a = 1\n\0", "line 2: not TOML: found a NUL character"),
    ("a = 1\rb = 2", "line 1: not TOML: found a carriage return without line feed"),
  ])
  func whatIsNotTOMLIsSaidWithItsLine(text: String, message: String) throws {
    let fault = try fault(text)
    #expect(fault.message == "c.toml: " + message)
    #expect(fault.kind == .configuration)
  }

  @Test func deepNestingIsRefused() throws {
    let fault = try fault("a = " + String(repeating: "[", count: 100_000))
    #expect(fault.kind == .configuration)
    #expect(fault.message.hasPrefix("c.toml: line 1, column "))
  }

  @Test func aMissingFileIsMissingInput() throws {
    let path = place.path + "/none.toml"
    #expect(
      throws: TextError(
        place: path, reason: .file(CheckpointError(path: path, reason: .notFound)))
    ) { try CampaignFile(contentsOf: path) }
  }
}
