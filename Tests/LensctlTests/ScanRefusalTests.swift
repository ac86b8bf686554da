import Engine
import Foundation
import Testing

/// What a scan refuses before it begins, and what it refuses for its data.
@Suite struct ScanRefusalTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  /// Arguments after the autoencoder, and the message that refuses them.
  static let wrongArguments: [(arguments: [String], message: String)] = [
    (
      model + ["--labels", "labels.txt"], "--out: found none, expected a directory to be made"
    ),
    (
      model + ["--out", "run"],
      "found neither --labels nor --text-embeddings, expected one of them"
    ),
    (
      whole + ["--text-embeddings", "bank"],
      "found both --labels and --text-embeddings, expected one of them"
    ),
    (
      ["--labels", "labels.txt", "--out", "run"],
      "--labels: found no --model, expected one to encode them"
    ),
    (whole + ["--names", "names.txt"], "--names and --embeddings-key go with --text-embeddings"),
    (whole + ["--threads", "0"], "--threads: found 0, expected 1 to 1024"),
    (whole + ["--threads=-2"], "--threads: found -2, expected 1 to 1024"),
    (whole + ["--threads", "1025"], "--threads: found 1025, expected 1 to 1024"),
    (
      whole + ["--max-memory", "0"],
      "--max-memory: found 0, expected bytes, at least 1, such as 512M or 4G"
    ),
    (
      whole + ["--max-memory", "4Q"],
      "--max-memory: found 4Q, expected bytes, at least 1, such as 512M or 4G"
    ),
    (whole + ["--alpha", "2"], "decoder: alpha: only a shifted direction has one"),
    (
      whole + ["--direction", "shifted", "--alpha", "0"],
      "shifted: alpha: found 0.0, expected a finite number other than 0"
    ),
    (
      whole + ["--direction", "shifted", "--map", "linear"],
      "shifted: map: found linear, expected full: the linear map has no reference point, so a "
        + "shift by the decoder bias means nothing"
    ),
    (
      whole + ["--direction", "shifted", "--map", "native"],
      "shifted: map: found native, expected full: in the joint space the bias is a mean that is "
        + "not part of a direction"
    ),
    (
      whole + ["--keys", "W_foo=x"], "--keys: found \"W_foo\", expected W_enc, W_dec, b_enc, b_dec"
    ),
    (
      whole + ["--keys", "b_dec"],
      "--keys: found neither W_enc nor W_dec, expected at least one of them"
    ),
    (whole + ["--template", "foo"], "foo: found no placeholder, expected {label}, {c} or {}"),
    (ready + ["--template", "a {label}"], labelOptions),
    (ready + ["--template-file", "templates.txt"], labelOptions),
    (ready + ["--tokenizer", "tokenizer"], labelOptions),
    (
      whole + ["--features", "5-3"],
      "5-3: features: found \"5-3\", expected ids and ranges such as 17,200-299"
    ),
    (whole + ["--features", "3,3"], "3,3: feature: found 3 twice, expected each once"),
  ]

  private static let model = Workplace.model
  private static let ready = model + ["--text-embeddings", "bank", "--out", "run"]
  private static let labelOptions =
    "--template, --template-file and --tokenizer go with --labels"
  private static let whole = model + ["--labels", "labels.txt", "--out", "run"]

  private func scan(_ arguments: [String]) throws -> CommandRun {
    try place.run(["scan", "--sae", "\(Commands.fixtures)/sae/standard-new"] + arguments)
  }

  @Test(arguments: wrongArguments)
  func argumentsThatDoNotGoTogetherAreRefused(arguments: [String], message: String) throws {
    let run = try scan(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.message == "Error: \(message)")
    #expect(!place.has("run"))
  }

  @Test func row60TopMustBePositive() throws {
    for top in ["0", "-3"] {
      let run = try scan(Self.whole + ["--top=\(top)"])
      #expect(run.status == 64)
      #expect(run.message == "Error: --top: found \(top), expected at least 1")
    }
  }

  @Test func row60TopIsReducedToTheLabelsThereAre() throws {
    let run = try scan(Self.whole + ["--top", "1000000000", "--features", "0"])
    #expect(run.status == 0)
    #expect(
      run.message == "warning: top 1000000000 reduced to 5, the number of usable labels")
  }

  @Test(arguments: [("0", "0.0"), ("-1", "-1.0"), ("nan", "nan"), ("1e30", "1e+30")])
  func row61TemperatureMustBePositive(text: String, shown: String) throws {
    let run = try scan(Self.whole + ["--temperature=\(text)"])
    #expect(run.status == 64)
    #expect(run.message == "Error: --temperature: found \(shown), expected 1e-6 to 1e6")
  }

  @Test func featuresMustBeThere() throws {
    let run = try scan(Self.whole + ["--features", "48"])
    #expect(run.status == 64)
    #expect(run.messages == "lensctl: 48: feature: found 48, expected less than 48\n")
    #expect(!place.has("cache/banks"))
  }

  @Test(arguments: [
    ("no/such/model", "no such file or directory"),
    ("some/model", "not in the local cache; to fetch it: hf download some/model"),
    (
      "some/model@v1", "not in the local cache; to fetch it: hf download some/model --revision v1"
    ),
  ])
  func modelsMustBeThere(model: String, message: String) throws {
    let run = try scan(["--model", model, "--labels", "labels.txt", "--out", "run"])
    #expect(run.status == 66)
    #expect(run.messages == "lensctl: \(model): \(message)\n")
  }

  @Test func row45InputsMustBeThere() throws {
    let labels = try scan(Self.model + ["--labels", "none.txt", "--out", "run"])
    #expect(labels.status == 66)
    #expect(labels.messages == "lensctl: none.txt: no such file or directory\n")
    let sae = try place.run(["scan", "--sae", "none"] + Self.whole)
    #expect(sae.status == 66)
    #expect(sae.messages == "lensctl: none: no such file or directory\n")
  }

  /// A directory without configuration, one that contradicts its tensors, and one of no known kind.
  @Test func row45ConfigurationsMustBeThereAndFit() throws {
    let fixture = "\(Commands.fixtures)/sae"
    for (name, contents) in [("bare", ""), ("unknown", #"{"architecture": "quantum"}"#)] {
      try FileManager.default.createDirectory(
        atPath: place.path + "/" + name, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: fixture + "/standard-new/sae_weights.safetensors",
        toPath: place.path + "/\(name)/sae_weights.safetensors")
      if !contents.isEmpty { try place.write("\(name)/cfg.json", contents) }
    }
    let architectures =
      "standard topk batchtopk matryoshka_batchtopk jumprelu gated abstopk transcoder "
      + "skip_transcoder jumprelu_transcoder"
    let cases: [(String, Int32, String)] = [
      ("bare", 66, "bare/cfg.json: no such file or directory"),
      (
        "\(fixture)/mismatch", 65,
        "\(fixture)/mismatch/sae_weights.safetensors: b_enc: shape [48], expected [64] by d_sae 64 "
          + "of cfg.json"
      ),
      (
        "unknown", 65,
        "unknown/cfg.json: architecture \"quantum\", expected one of \(architectures)"
      ),
    ]
    for (sae, status, message) in cases {
      let run = try place.run(["scan", "--sae", sae] + Self.whole)
      #expect(run.status == status)
      #expect(run.messages == "lensctl: \(message)\n")
      #expect(!place.has("run") && !place.has("run.partial"))
    }
  }

  @Test(arguments: [
    (
      "square-ambiguous",
      "sae_weights.safetensors: W_dec: features of [32, 32] may be rows or columns: W_dec lengths "
        + "vary by 0.0 % over rows and 0.0 % over columns, mean cosine of W_enc and W_dec is -0.015 "
        + "if stored alike and -0.079 if one is transposed; expected --orientation rows or columns"
    ),
    (
      "mlp-hook",
      "cfg.json: hook \"blocks.3.mlp.hook_post\": the hidden layer of a perceptron, expected the "
        + "residual stream or the image embedding"
    ),
    (
      "transposed",
      "sae_weights.safetensors: W_dec: shape [32, 48], expected [48, 32]: the matrix is "
        + "transposed; --orientation says which way the features of W_dec run"
    ),
  ])
  func row46AutoencodersThatWouldBeMisreadAreRefused(sae: String, message: String) throws {
    let run = try place.scan(sae, "--out", "run")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: \(Commands.fixtures)/sae/\(sae)/\(message)\n")
    #expect(!place.has("run"))
  }

  @Test func row47TheWidthMustBeThatOfTheModel() throws {
    let file = try place.write(
      "narrow.safetensors", matrices: [("W_dec", Workplace.rows(6, width: 30))])
    let run = try place.scan(file: file)
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(
      run.messages
        == "lensctl: \(file): width of the directions: found 30, expected 32, that of the residual "
        + "stream of the model's vision tower\n")
  }

  @Test func row48TheJointSpaceIsNotTheResidualStream() throws {
    let run = try place.scan("square", "--map", "native", "--out", "run")
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: \(Commands.fixtures)/sae/square: space: found residual (hook "
        + "blocks.1.hook_resid_post), expected joint for a native map\n")
  }

  @Test func row48AModelWithoutProjectionSaysWhichSpaceItReads() throws {
    let model = "\(Commands.fixtures)/clip-families/siglip"
    let run = try place.run(
      "scan", "--model", model, "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels",
      "labels.txt", "--out", "run")
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: \(model): image head: found SigLIP's attention pooling (vision_model.head), "
        + "expected a layer norm and a linear projection; --map native reads autoencoders of the "
        + "joint space\n")
    #expect(!place.has("run"))
  }

  @Test(arguments: ["directory", "jsonl"])
  func row64SomethingMustBeReadable(format: String) throws {
    let rows = [[Float]](repeating: [Float](repeating: .nan, count: 32), count: 6)
    let file = try place.write("nan.safetensors", matrices: [("W_dec", rows)])
    let run = try place.scan(file: file, "--format", format, "--out", "run")
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: \(file): all 6 features are masked, expected at least one that can be read\n")
    #expect(!place.has("run"))
    #expect(!place.has("run.partial"))
  }

  @Test func row53StrictScansRefuseBlankLabels() throws {
    try place.writeLabels(["cat", " ", "dog"])
    let run = try place.scan("standard-new", "--strict", "--out", "run")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: labels.txt: refused by --strict: 1 labels masked\n")
    #expect(!place.has("run"))
  }

  @Test func row54StrictScansRefuseLongPrompts() throws {
    try place.writeLabels([[String](repeating: "cat", count: 60).joined(separator: " "), "dog"])
    let run = try place.scan("standard-new", "--strict", "--out", "run")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: labels.txt: refused by --strict: 1 prompts truncated\n")
    #expect(!place.has("run"))
  }

  @Test func strictScansTakeDuplicatesAndAReducedTop() throws {
    try place.write("labels.txt", "\u{FEFF}cat\r\ndog\r\ncat\r\n")
    let run = try place.scan("standard-new", "--strict", "--top", "9", "--out", "run")
    #expect(run.status == 0)
    #expect(
      run.messages
        == "warning: byte order mark dropped\n"
        + "warning: 3 lines ended with CR LF, read as LF\n"
        + "warning: 1 group of labels that are equal, all kept: lines 1, 3\n"
        + "warning: top 9 reduced to 3, the number of usable labels\n"
        + "48 of 48 features read by dec.full against 3 labels; next: lensctl show run\n")
  }
}
