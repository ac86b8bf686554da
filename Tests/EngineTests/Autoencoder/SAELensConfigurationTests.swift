import Testing

@testable import Engine

@Suite struct SAELensConfigurationTests {
  let directory: TemporaryDirectory
  let sample = SampleAutoencoder(n: 13, d: 5)

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func open(_ configuration: String) throws -> Autoencoder {
    try Autoencoder(directory: try directory.writeSAELens(sample.saelens(), configuration))
  }

  @Test func flatKeysOfOldFilesAreRead() throws {
    let autoencoder = try open(
      """
      {"model_name": "ViT-B-32", "hook_point": "blocks.9.hook_resid_pre", "hook_point_layer": 9,
       "d_in": 5, "d_sae": 13, "normalize_activations": false, "activation_fn_str": "relu",
       "prepend_bos": true}
      """)
    #expect(autoencoder.architecture == "standard")
    #expect(autoencoder.hookName == "blocks.9.hook_resid_pre")
    #expect(autoencoder.modelName == "ViT-B-32")
    #expect(autoencoder.space == .residual)
    #expect(autoencoder.notes == [])
  }

  @Test(arguments: [
    #"{"d_in": 5, "d_sae": 13, "activation_fn_str": "topk", "hook_name": "resid"}"#,
    #"{"d_in": 5, "d_sae": 13, "activation_fn": "topk", "architecture": "standard"}"#,
  ])
  func anOldTopKIsKnownByItsActivation(configuration: String) throws {
    #expect(try open(configuration).architecture == "topk")
  }

  @Test(arguments: [
    ("true", "expected_average_only_in"),
    (#""expected_average_only_in""#, "expected_average_only_in"),
    (#""constant_norm_rescale""#, "constant_norm_rescale"),
    (#""constant_scalar_rescale""#, "constant_scalar_rescale"),
  ])
  func scalesAreNoted(value: String, name: String) throws {
    #expect(
      try open(sample.configuration(#""normalize_activations": \#(value)"#)).notes
        == ["normalize_activations \(name) scales inputs: directions are unchanged"])
  }

  @Test func layerNormalisationIsNoted() throws {
    #expect(
      try open(sample.configuration(#""normalize_activations": "layer_norm""#)).notes == [
        "normalize_activations layer_norm centres and scales each input: decoder directions are "
          + "unchanged, encoder directions up to their mean, which the maps full and linear remove"
      ])
  }

  @Test(arguments: ["null", "false", #""none""#])
  func noNormalisationNeedsNoNote(value: String) throws {
    #expect(try open(sample.configuration(#""normalize_activations": \#(value)"#)).notes == [])
  }

  @Test func spacesFollowTheHook() throws {
    #expect(try open(sample.configuration(hook: "visual_projection")).space == .joint)
    let added = try open(sample.configuration(hook: "blocks.3.hook_mlp_out"))
    #expect(added.space == .residual)
    #expect(
      added.notes == [
        "hook blocks.3.hook_mlp_out is added to the residual stream: directions are read there"
      ])
    let unstated = try open(#"{"d_in": 5, "d_sae": 13}"#)
    #expect(unstated.space == .unstated)
    #expect(unstated.hookName == nil)
    #expect(
      unstated.notes == [
        "no hook is stated: whether directions are of the residual stream is not known"
      ])
  }

  /// Each member stands in for one of a good configuration; the message follows the path.
  static let faults: [(members: String, expected: String)] = [
    (
      #""architecture": "vanilla\u001b""#,
      "architecture \"vanilla\\u{1b}\", expected one of standard topk batchtopk "
        + "matryoshka_batchtopk jumprelu gated abstopk transcoder skip_transcoder jumprelu_transcoder"
    ),
    (#""architecture": 3"#, "field \"architecture\": found 3, expected a string"),
    (
      #""normalize_activations": "whiten""#,
      "normalize_activations \"whiten\", expected one of none expected_average_only_in "
        + "constant_norm_rescale constant_scalar_rescale layer_norm"
    ),
    (
      #""normalize_activations": 1"#,
      "field \"normalize_activations\": found 1, expected a string"
    ),
    (
      #""reshape_activations": "hook_z""#,
      "reshape_activations \"hook_z\": inputs are joined attention heads, "
        + "expected the residual stream"
    ),
    (
      #""hook_name": "blocks.3.ln2.hook_normalized""#,
      "hook \"blocks.3.ln2.hook_normalized\": the output of a LayerNorm, "
        + "expected the residual stream or the image embedding"
    ),
    (
      #""hook_name": "blocks.3.mlp.hook_post""#,
      "hook \"blocks.3.mlp.hook_post\": the hidden layer of a perceptron, "
        + "expected the residual stream or the image embedding"
    ),
    (
      #""hook_name": "somewhere""#,
      "hook \"somewhere\": not known to be the residual stream or the image embedding; "
        + "where it is, --keys W_enc=W_enc:T,W_dec=W_dec:N,b_dec=b_dec reads the tensors without "
        + "cfg.json"
    ),
    (#""hook_name": ["a"]"#, #"field "hook_name": found ["a"], expected a string"#),
  ]

  @Test(arguments: faults)
  func whatCannotBeReadIsRefused(_ fault: (members: String, expected: String)) {
    let configuration = #"{"d_in": 5, "d_sae": 13, \#(fault.members)}"#
    #expect(
      message { _ = try open(configuration) }
        == "\(directory.path)/sae/cfg.json: \(fault.expected)")
  }

  @Test(arguments: [
    (#"{"d_in": 5}"#, "no field \"d_sae\""),
    (#"{"d_sae": 13}"#, "no field \"d_in\""),
    (#"[]"#, "no field \"d_in\""),
    (#"{"d_in": 0, "d_sae": 13}"#, "field \"d_in\": found 0, expected a size above 0"),
    (#"{"d_in": 5, "d_sae": -1}"#, "field \"d_sae\": found -1, expected a size above 0"),
    (#"{"d_in": 5, "d_sae": "13"}"#, "field \"d_sae\": found \"13\", expected a size above 0"),
  ])
  func sizesMustBeStated(configuration: String, expected: String) {
    #expect(
      message { _ = try open(configuration) } == "\(directory.path)/sae/cfg.json: \(expected)")
  }
}
