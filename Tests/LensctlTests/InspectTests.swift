import Engine
import Foundation
import Testing

@Suite struct InspectTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private func inspect(_ fixture: String, _ arguments: String...) throws -> CommandRun {
    try place.run(["inspect", "\(Commands.fixtures)/\(fixture)"] + arguments)
  }

  @Test(arguments: [
    ("sae/gated", "autoencoder"), ("sae/gated/cfg.json", "autoencoder"),
    ("sae/gated/sae_weights.safetensors", "autoencoder"), ("clip/gelu", "CLIP model"),
    ("clip/sharded", "CLIP model"), ("clip/gelu/model.safetensors", "safetensors"),
    ("clip/sharded/model.safetensors.index.json", "safetensors"),
    ("sae/decoder-only.safetensors", "safetensors"), ("tokenizer/small", "tokenizer"),
    ("tokenizer/small-json/tokenizer.json", "tokenizer"), ("README.md", "label file"),
    ("torch/config.pt", "checkpoint"), ("torch/legacy.pt", "checkpoint"),
    ("torch/config.pkl", "checkpoint"), ("torch/config-5.pkl.gz", "checkpoint"),
    ("torch/script.pt", "checkpoint"), ("torch/arrays.npz", "checkpoint"),
    ("torch/memmap_5_3.npy", "NPY array"),
    ("clip-families/open-clip", "CLIP model"), ("clip-families/openai", "CLIP model"),
    ("clip-families/custom-text/open_clip_config.json", "CLIP model"),
    ("clip-families/openai/model.safetensors", "CLIP model"),
    ("clip-families/siglip", "CLIP model"),
    ("clip-families/siglip2/tokenizer.json", "tokenizer"),
  ])
  func everyKindIsRecognised(fixture: String, kind: String) throws {
    let run = try inspect(fixture, "--json")
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    #expect(json["kind"]?.string == kind)
    #expect(json["refused"] == .null)
  }

  @Test func valuesOfTensorsAreSummarised() throws {
    let run = try inspect("sae/masked", "--plain")
    #expect(run.status == 0)
    #expect(
      run.lines.suffix(5).first
        == "tensor\tdtype\tshape\tmin\tmax\tnon-finite\tzero rows")
    #expect(run.lines.contains { $0.hasPrefix("W_dec\tF32\t[48, 32]\t") && $0.hasSuffix("\t3\t1") })
    #expect(
      run.lines.contains(
        "note\tW_dec [48, 32]: features are rows by d_sae 48 and d_in 32 of cfg.json"))
  }

  @Test func aRefusedAutoencoderIsShownAndItsReasonGiven() throws {
    let run = try inspect("sae/mlp-hook", "--plain")
    let reason =
      "\(Commands.fixtures)/sae/mlp-hook/cfg.json: hook \"blocks.3.mlp.hook_post\": the hidden "
      + "layer of a perceptron, expected the residual stream or the image embedding"
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: \(reason)\n")
    #expect(run.lines.contains("refused\t\(reason)"))
    #expect(run.lines.contains { $0.hasPrefix("W_dec\t") })
  }

  @Test func keysProveTheOrientationOfAnyFile() throws {
    let run = try inspect(
      "sae/generic.safetensors", "--keys",
      "W_dec=decoder.weight,W_enc=encoder.weight,b_dec=bias", "--plain")
    #expect(run.status == 0)
    #expect(run.lines.contains("is\tautoencoder by --keys"))
    #expect(
      run.lines.contains(
        "note\tdecoder.weight [32, 48]: features are columns by bias of length 32"))
  }

  @Test func poolingRulesAreSaid() throws {
    let greatest = try inspect("clip/quick-gelu", "--plain")
    #expect(greatest.lines.contains("pooling\tat the greatest token id (eos_token_id 2)"))
    let first = try inspect("clip/sharded", "--plain")
    #expect(first.lines.contains("pooling\tat the first token 833"))
    #expect(first.lines.contains("hidden act\tquick_gelu"))
  }

  @Test(arguments: [
    (
      "clip/gelu", "Hugging Face CLIP",
      "config.json: model type clip; tensors by transformers' CLIPModel"
    ),
    (
      "clip-families/open-clip", "OpenCLIP", "tensors by open_clip's names: token_embedding, visual"
    ),
    (
      "clip-families/custom-text", "OpenCLIP custom text",
      "tensors by open_clip's names: text.token_embedding, visual"
    ),
    (
      "clip-families/openai", "OpenAI CLIP",
      "no configuration: sizes of the tensors, heads of 64, quick_gelu, as OpenAI's build_model"
    ),
    (
      "clip-families/siglip", "Hugging Face SigLIP",
      "image head: SigLIP's attention pooling (vision_model.head); only --map native reads autoencoders"
    ),
  ])
  func familiesOfModelsAreNamedWithTheirEvidence(
    fixture: String, family: String, note: String
  ) throws {
    let run = try inspect(fixture, "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("family\t\(family)"))
    #expect(run.lines.contains("note\t\(note)"))
  }

  @Test func towersWithoutMaskAreSaid() throws {
    let run = try inspect("clip-families/siglip", "--plain")
    #expect(run.lines.contains("attention\tall tokens, without causal mask"))
    #expect(run.lines.contains("pooling\tat the last place"))
    #expect(run.lines.contains("logit bias\t-12.5"))
  }

  @Test func labelsAreCounted() throws {
    let labels = try place.write("labels.txt", "cat\n\ncaf\u{E9}\ncat\nR&D\n")
    let run = try place.run("inspect", labels, "--plain")
    #expect(run.status == 0)
    #expect(run.lines.contains("labels\t5"))
    #expect(run.lines.contains("masked\t1"))
    #expect(run.lines.contains("groups of duplicates\t1"))
    #expect(run.lines.contains("labels at risk\t2"))
    #expect(
      run.lines.contains(
        "note\tampersand in 1 label, such as \"R&D\": other CLIP tokenizers may give other ids"))
  }

  @Test func arraysOfNumPyAreRead() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
    let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let values: [Float] = [1, -0.5, 0, 0]
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let file = try place.write(
      "some.npy",
      Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(padded.utf8)
        + Data(bytes))
    let run = try place.run("inspect", file, "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("is\tNPY array"))
    #expect(run.lines.last == "array\tF32\t[2, 2]\t-0.5\t1\t0\t1")
  }

  @Test func torchFilesAreShownWithTheirAttributes() throws {
    let run = try inspect("torch/config.pt", "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("container\ttorch zip"))
    #expect(
      run.lines.contains("attribute cfg.__class__\tsae_training.config.ViTSAERunnerConfig"))
    #expect(run.lines.contains("attribute cfg.d_in\t8"))
    #expect(run.lines.contains { $0.hasPrefix("state_dict.W_dec\tF32\t[16, 8]\t") })
    let values = try inspect("torch/values.pt", "--plain")
    #expect(
      values.lines.contains("note\ttensor complex cannot be read: torch.ComplexFloatStorage"))
  }

  @Test func transposedViewsAreReadAsAutoencoders() throws {
    let run = try inspect(
      "torch/saev.pt", "--keys", "W_dec=W_dec,W_enc=W_enc,b_dec=b_dec", "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("features\t6"))
    #expect(run.lines.contains("input width\t4"))
  }

  @Test func picklesThatRunCodeAreRefused() throws {
    let trace = place.path + "/trace"
    let file = try place.write("model.pt", Data("\u{2}cos\nsystem\n(Vtouch \(trace)\ntR.".utf8))
    let bytes = Data([0x80]) + (try Data(contentsOf: URL(filePath: file)))
    let run = try place.run("inspect", try place.write("model.pt", bytes))
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(
      run.messages == "lensctl: \(file): pickle: byte 2: calls or names os.system, which no tensor "
        + "needs; nothing was run\n")
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  @Test func namesCannotActOnTheTerminal() throws {
    let labels = try place.write("a\u{1B}[2J.txt", "\u{1B}[31mred & blue\n")
    let run = try place.run("inspect", labels)
    #expect(run.status == 0)
    #expect(!run.output.contains("\u{1B}"))
    #expect(run.output.contains("\"\\u{1b}[31mred & blue\""))
  }

  @Test func unknownFilesAreRefusedWithWhatWasTried() throws {
    let file = try place.write("some.bin", Data([0xFF, 0xFE, 0, 1, 2]))
    let run = try place.run("inspect", file)
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(
      run.messages
        == "lensctl: \(file): not a file that is known here: tried safetensors: not a "
        + "safetensors file: 5 bytes, expected at least 8; label file: line 1: found bytes that "
        + "are not UTF-8\n")
  }

  /// The line is that of scan and embed.
  @Test(arguments: [
    ("some/model", "hf download some/model"), ("hf:some/model", "hf download some/model"),
    ("some/model@v1", "hf download some/model --revision v1"),
  ])
  func modelsThatAreNotInTheCacheAreFetchedByALine(name: String, line: String) throws {
    try place.writeLabels()
    let inspect = try place.run("inspect", name)
    let embed = try place.run("embed", "--model", name, "--labels", "labels.txt", "--out", "bank")
    for run in [inspect, embed] {
      #expect(run.status == 66)
      #expect(run.output.isEmpty)
      #expect(
        run.messages == "lensctl: \(name): not in the local cache; to fetch it: \(line)\n")
    }
  }

  /// A pipe that nobody writes to would keep whoever opens it waiting.
  @Test func whatIsNoFileIsSaid() throws {
    #expect(try place.shell("mkfifo pipe").status == 0)
    try place.writeLabels()
    for (path, what) in [("/dev/null", "a device"), ("pipe", "a pipe")] {
      let message = "lensctl: \(path): found \(what), expected a file\n"
      let runs = [
        try place.run("inspect", path), try place.run("inspect", path, "--keys", "W_dec=W"),
        try place.scan(file: path),
        try place.run(
          [
            "scan", "--sae", path, "--labels", "labels.txt",
            "--out", "run",
          ] + Workplace.model),
        try place.run(
          ["embed", "--labels", path, "--out", "bank.safetensors"] + Workplace.model),
        try place.run(
          "embed", "--model", path, "--labels", "labels.txt", "--out", "bank.safetensors"),
      ]
      for (index, run) in runs.enumerated() {
        #expect(run.status == 65, "\(index)")
        #expect(run.messages == message, "\(index)")
      }
    }
    let shell = try place.shell("$LENSCTL inspect <(echo cat)")
    #expect(shell.status == 65)
    #expect(shell.messages.hasSuffix(": found a pipe, expected a file\n"))
  }

  @Test func missingPathsAndWrongKeysHaveTheirOwnStatus() throws {
    // What stands in a directory that is there is a path, and so is what has no form of a name.
    try FileManager.default.createDirectory(
      atPath: place.path + "/folder", withIntermediateDirectories: true)
    for path in ["folder/here", "here", "nothing/at/here"] {
      let missing = try place.run("inspect", path)
      #expect(missing.status == 66)
      #expect(missing.messages == "lensctl: \(path): no such file or directory\n")
    }
    let keys = try place.run("inspect", ".", "--keys", "W_foo=x")
    #expect(keys.status == 64)
    #expect(keys.messages.contains("--keys: found \"W_foo\", expected W_enc, W_dec, b_enc, b_dec"))
  }
}
