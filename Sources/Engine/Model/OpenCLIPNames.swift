/// Where the tensors of open_clip's and OpenAI's layout stand in a file.
///
/// Training scripts put `module.` before all names (`DistributedDataParallel`) and keep the model
/// under `state_dict`; custom-text models keep the text tower under `text.`.
struct OpenCLIPNames: Sendable {
  /// The file with the names as they are.
  let file: TensorFile

  /// What stands before every name.
  let root: String

  /// What stands before the names of the text tower, `root` included.
  let text: String

  /// What can stand before every name.
  static let roots = ["", "module.", "state_dict.", "state_dict.module."]

  /// Whether the text tower has names of its own.
  var isCustomText: Bool { text != root }

  /// Finds the layout of a file by its names.
  ///
  /// - Parameter file: The file.
  /// - Throws: `ModelError` if no layout fits, or more than one does.
  init(in file: TensorFile) throws(ModelError) {
    let found = Self.roots.flatMap { root in
      ["", "text."].compactMap { inner -> OpenCLIPNames? in
        let names = OpenCLIPNames(file: file, root: root, text: root + inner)
        return names.fits ? names : nil
      }
    }
    guard let first = found.first else {
      throw ModelError(path: file.path, reason: .noLayout)
    }
    guard found.count == 1 else {
      throw ModelError(path: file.path, reason: .ambiguousLayout(found.map { $0.text + "*" }))
    }
    self = first
  }

  private init(file: TensorFile, root: String, text: String) {
    self.file = file
    self.root = root
    self.text = text
  }

  /// Whether a file has a text tower and a vision tower by these names.
  static func isLikely(in file: TensorFile) -> Bool {
    guard let names = try? OpenCLIPNames(in: file) else { return false }
    return file.tensors.keys.contains { $0.hasPrefix(names.root + "visual.") }
  }

  /// Whether the tensors are there by which the layout is known: the token embedding, and for custom
  /// text any text tower beside a vision tower.
  private var fits: Bool {
    guard isCustomText else { return file.tensors[text + "token_embedding.weight"] != nil }
    return file.tensors.keys.contains { $0.hasPrefix(text) }
      && file.tensors.keys.contains { $0.hasPrefix(root + "visual.") }
  }

  /// How many blocks there are: one more than the greatest number behind a prefix.
  func blockCount(of prefix: String) -> Int {
    let numbers = file.tensors.keys.compactMap { name -> Int? in
      guard name.hasPrefix(prefix) else { return nil }
      // What is longer is no number of a block.
      return Int(name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }.prefix(6))
    }
    return (numbers.max() ?? -1) + 1
  }
}

// MARK: - Tensors by the names of the Hugging Face layout

extension OpenCLIPNames {
  /// The tensors of the text tower under the names that `TextTower` reads.
  ///
  /// Queries, keys and values are parts of the stored bytes; the projection is copied where it is
  /// stored the other way round.
  ///
  /// - Parameter configuration: The sizes.
  /// - Returns: A view of the file.
  /// - Throws: `CheckpointError` with the name in the file if a tensor is missing or has another
  ///   shape.
  func textWeights(_ configuration: CLIPConfiguration) throws(CheckpointError) -> TensorFile {
    let sizes = configuration.text
    let width = sizes.width
    var view = RenamedTensors(file)
    try view.add(
      "text_model.embeddings.token_embedding.weight", text + "token_embedding.weight",
      [sizes.vocabularySize, width])
    try view.add(
      "text_model.embeddings.position_embedding.weight", text + "positional_embedding",
      [sizes.contextLength, width])
    for index in 0..<sizes.layerCount {
      try addBlock(
        "text_model.encoder.layers.\(index)", "\(text)transformer.resblocks.\(index)",
        width: width, intermediateWidth: sizes.intermediateWidth, to: &view)
    }
    try view.addAffine("text_model.final_layer_norm", text + "ln_final", [width])
    let projection = text + "text_projection"
    if file.tensors[projection] == nil {
      try view.add(
        "text_projection.weight", projection + ".weight", [configuration.embeddingWidth, width])
    } else {
      try view.addTransposed(
        "text_projection.weight", projection, [width, configuration.embeddingWidth])
    }
    if sizes.hasProjectionBias {
      try view.add("text_projection.bias", projection + ".bias", [configuration.embeddingWidth])
    }
    return view.renamed
  }

  private func addBlock(
    _ target: String, _ source: String, width: Int, intermediateWidth inner: Int,
    to view: inout RenamedTensors
  ) throws(CheckpointError) {
    try view.addAffine(target + ".layer_norm1", source + ".ln_1", [width])
    try view.addAffine(target + ".layer_norm2", source + ".ln_2", [width])
    let parts = ["q_proj", "k_proj", "v_proj"].map { "\(target).self_attn.\($0)" }
    try view.addRows(parts.map { $0 + ".weight" }, source + ".attn.in_proj_weight", [width, width])
    try view.addRows(parts.map { $0 + ".bias" }, source + ".attn.in_proj_bias", [width])
    try view.addAffine(target + ".self_attn.out_proj", source + ".attn.out_proj", [width, width])
    try view.addAffine(target + ".mlp.fc1", source + ".mlp.c_fc", [inner, width])
    try view.addAffine(target + ".mlp.fc2", source + ".mlp.c_proj", [width, inner])
  }

  /// The tensors of some blocks of the vision tower under the names that `VisionBlocks` reads.
  ///
  /// - Parameters:
  ///   - width: The width of the residual stream.
  ///   - indices: Which blocks.
  /// - Returns: A view of the file.
  /// - Throws: `CheckpointError` with the name in the file if a tensor is missing or has another
  ///   shape.
  func visionBlocks(width: Int, _ indices: Range<Int>) throws(CheckpointError) -> TensorFile {
    var view = RenamedTensors(file)
    for index in indices {
      let source = "\(root)visual.transformer.resblocks.\(index)"
      let inner = try file.weights(source + ".mlp.c_fc.weight", shape: [nil, width]).shape[0]
      try addBlock(
        VisionBlocks.name(index), source, width: width, intermediateWidth: inner, to: &view)
    }
    return view.renamed
  }

  /// The tensors of the image head under the names that `ImageHead` reads.
  ///
  /// - Parameter configuration: The sizes.
  /// - Returns: A view of the file.
  /// - Throws: `CheckpointError` with the name in the file if a tensor is missing or has another
  ///   shape.
  func headWeights(_ configuration: CLIPConfiguration) throws(CheckpointError) -> TensorFile {
    let (width, joint) = (configuration.vision.width, configuration.embeddingWidth)
    var view = RenamedTensors(file)
    let trunk = root + "visual.trunk."
    let norms = [trunk + "norm", trunk + "fc_norm"]
    if let norm = norms.first(where: { file.tensors[$0 + ".weight"] != nil }) {
      try view.addAffine("vision_model.post_layernorm", norm, [width])
      try view.add("visual_projection.weight", root + "visual.head.proj.weight", [joint, width])
    } else {
      try view.addAffine("vision_model.post_layernorm", root + "visual.ln_post", [width])
      try view.addTransposed("visual_projection.weight", root + "visual.proj", [width, joint])
    }
    return view.renamed
  }
}
