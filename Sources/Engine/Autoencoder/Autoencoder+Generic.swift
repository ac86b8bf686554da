extension Autoencoder {
  /// Opens any file of named tensors.
  ///
  /// A directory stands for the `sae_weights.safetensors` in it, else for its
  /// `model.safetensors` or the shards of that. No configuration is read, so the space of the
  /// directions is not stated.
  ///
  /// Where the sizes of a matrix differ, its orientation is proven by what was stated, by the
  /// length of a bias, or else by `expectedWidth`; where none of them tells, and where the matrix is
  /// square, by the lengths of its rows and columns. The encoder follows from the decoder by its
  /// shape, or by its cosines with the decoder.
  ///
  /// - Parameters:
  ///   - path: The file or directory.
  ///   - keys: The names of the tensors.
  ///   - orientation: Which way the features of the decoder (of the encoder, if there is no
  ///     decoder) run in the file; nil to have it proven.
  ///   - expectedWidth: The width of the space of CLIP that the directions should lie in.
  /// - Throws: `CheckpointError` if the file or a tensor in it is missing or malformed;
  ///   `AutoencoderError` if the tensors contradict each other or what was stated, or an
  ///   orientation cannot be proven.
  public init(
    path: String, keys: TensorKeys, orientation: Orientation? = nil, expectedWidth: Int? = nil
  ) throws {
    let file = try Self.tensorFile(at: path)
    var proof = OrientationProof(
      file: file, keys: keys, orientation: orientation, expectedWidth: expectedWidth)
    let layout = try proof.layout()
    let bias = try keys.decoderBias.map { try file.weights($0, shape: [nil]).floats() }
    let bank = layout.decoder ?? layout.encoder
    self.init(
      path: path, sourcePaths: file.filePaths, family: "generic", familyEvidence: "",
      architecture: "unknown", featureCount: bank?.count ?? 0, inputWidth: bank?.width ?? 0,
      encoder: layout.encoder, decoder: layout.decoder, decoderBias: bias, encoding: nil,
      isTranscoder: false, skipConnection: nil, space: .unstated, decoderSpace: .unstated,
      hookName: nil, outputHookName: nil, layer: nil,
      modelName: nil,
      notes: ["no configuration is read: the space of the directions is as the caller takes it"]
        + proof.notes + [Self.note(onBias: bias)].compactMap { $0 }
        + Self.notes(onInitialisation: layout),
      evidence: layout.evidence, inflatedBytes: file.heldBytes)
  }

  private static func tensorFile(at path: String) throws(CheckpointError) -> TensorFile {
    guard MappedFile.isDirectory(path) else { return try TensorFile(contentsOf: path) }
    let weights = path + "/" + weightsName
    return MappedFile.exists(weights)
      ? try TensorFile(contentsOf: weights) : try TensorFile(weightsIn: path)
  }
}

/// The proof of the orientation of matrices that come without a configuration.
private struct OrientationProof {
  var file: TensorFile
  var keys: TensorKeys
  var orientation: Orientation?
  var expectedWidth: Int?

  /// What does not decide but should be known.
  private(set) var notes: [String] = []

  /// Something that settles the orientation of the first matrix.
  private struct Fact {
    var orientation: Orientation
    var source: String
  }

  init(file: TensorFile, keys: TensorKeys, orientation: Orientation?, expectedWidth: Int?) {
    (self.file, self.keys) = (file, keys)
    (self.orientation, self.expectedWidth) = (orientation, expectedWidth)
  }

  /// Finds the tensors and proves the orientation of each.
  mutating func layout() throws -> MatrixLayout {
    let decoder = try matrix(keys.decoder)
    let encoder = try matrix(keys.encoder)
    var layout = MatrixLayout()
    guard let decoder else {
      if let encoder {
        let found = try orientation(of: encoder, stated: keys.encoder?.orientation, beside: nil)
        layout.setEncoder(encoder, found.orientation, because: found.source)
      }
      return layout
    }
    if let encoder, encoder.shape != decoder.shape, encoder.shape != decoder.shape.reversed() {
      throw fail(
        .wrongMatrix(
          tensor: encoder.name, found: encoder.shape, other: decoder.name,
          otherShape: decoder.shape))
    }
    let found = try orientation(of: decoder, stated: keys.decoder?.orientation, beside: encoder)
    layout.setDecoder(decoder, found.orientation, because: found.source)
    if let encoder {
      let paired = try encoderOrientation(encoder, decoder: decoder, found.orientation)
      layout.setEncoder(encoder, paired.orientation, because: paired.source)
    }
    return layout
  }

  private func matrix(_ key: TensorKeys.MatrixKey?) throws -> Tensor? {
    guard let key else { return nil }
    return try file.weights(key.name, shape: [nil, nil]).nonEmpty(in: file.path)
  }

  private func fail(_ reason: AutoencoderError.Reason) -> AutoencoderError {
    AutoencoderError(path: file.path, reason: reason)
  }

  /// Proves the orientation of the decoder, or of an encoder alone.
  private mutating func orientation(
    of tensor: Tensor, stated: Orientation?, beside encoder: Tensor?
  ) throws -> Fact {
    var facts = try facts(on: tensor, stated: stated, beside: encoder)
    if facts.isEmpty { facts = widthFact(tensor) }
    let rows = facts.first { $0.orientation == .rows }
    let columns = facts.first { $0.orientation == .columns }
    if let rows, let columns {
      throw fail(.conflict(tensor: tensor.name, rows: rows.source, columns: columns.source))
    }
    if let fact = facts.first {
      noteContradiction(of: fact, by: tensor)
      return Fact(
        orientation: fact.orientation, source: facts.map(\.source).joined(separator: " and "))
    }
    return try measuredOrientation(of: tensor, beside: encoder)
  }

  /// What was stated, and what lengths and shapes say.
  private func facts(
    on tensor: Tensor, stated: Orientation?, beside encoder: Tensor?
  ) throws -> [Fact] {
    var facts: [Fact] = []
    if let stated { facts.append(Fact(orientation: stated, source: "--keys")) }
    if let orientation { facts.append(Fact(orientation: orientation, source: "--orientation")) }
    facts += try biasFact(keys.decoderBias, matching: 1, of: tensor)
    facts += try biasFact(keys.encoderBias, matching: 0, of: tensor)
    if let encoder, let stated = keys.encoder?.orientation, tensor.shape[0] != tensor.shape[1] {
      facts.append(
        Fact(
          orientation: encoder.shape == tensor.shape ? stated : stated.opposite,
          source: "--keys for \(encoder.name.printable(limit: 80)) \(encoder.shapeDescription)"))
    }
    return facts
  }

  /// What the length of a bias says; `dimension` is the one of its length in [n, d].
  private func biasFact(
    _ name: String?, matching dimension: Int, of tensor: Tensor
  ) throws -> [Fact] {
    guard let name else { return [] }
    let length = try file.weights(name, shape: [nil]).shape[0]
    guard tensor.shape.contains(length) else {
      throw fail(
        .wrongLength(
          tensor: name, found: length, matrix: tensor.name, matrixShape: tensor.shape))
    }
    guard tensor.shape[0] != tensor.shape[1] else { return [] }
    return [
      Fact(
        orientation: tensor.shape[dimension] == length ? .rows : .columns,
        source: "\(name.printable(limit: 80)) of length \(length)")
    ]
  }

  /// What the width of the space says.
  private func widthFact(_ tensor: Tensor) -> [Fact] {
    guard let width = expectedWidth, tensor.shape[0] != tensor.shape[1],
      tensor.shape.contains(width)
    else { return [] }
    return [
      Fact(
        orientation: tensor.shape[1] == width ? .rows : .columns,
        source: "the width \(width) of the model")
    ]
  }

  /// Notes where the numbers of a square matrix speak against what was stated.
  private mutating func noteContradiction(of fact: Fact, by tensor: Tensor) {
    guard tensor.shape[0] == tensor.shape[1] else { return }
    let lengths = LengthScatter(of: tensor)
    guard lengths.orientation == fact.orientation.opposite else { return }
    notes.append(
      "\(tensor.name.printable(limit: 80)): features are \(fact.orientation.rawValue) by "
        + "\(fact.source), but \(lengths.summary)")
  }

  /// What the numbers of a matrix say, where nothing else does.
  private func measuredOrientation(of tensor: Tensor, beside encoder: Tensor?) throws -> Fact {
    let lengths = LengthScatter(of: tensor)
    if let orientation = lengths.orientation {
      return Fact(orientation: orientation, source: lengths.summary)
    }
    if let encoder, let stated = keys.encoder?.orientation {
      let pairing = Pairing(encoder: encoder, decoder: tensor)
      if let isSame = pairing.isSame {
        return Fact(
          orientation: isSame ? stated : stated.opposite,
          source: "--keys for \(encoder.name.printable(limit: 80)), and \(pairing.summary)")
      }
    }
    throw fail(
      .ambiguous(
        tensor: tensor.name, shape: tensor.shape, evidence: lengths.summary,
        remedy: "--orientation rows or columns"))
  }

  /// The orientation of an encoder beside a decoder whose orientation is known.
  private func encoderOrientation(
    _ encoder: Tensor, decoder: Tensor, _ known: Orientation
  ) throws(AutoencoderError) -> Fact {
    if decoder.shape[0] != decoder.shape[1] {
      return Fact(
        orientation: encoder.shape == decoder.shape ? known : known.opposite,
        source: "the shape of \(decoder.name.printable(limit: 80))")
    }
    if let stated = keys.encoder?.orientation {
      return Fact(orientation: stated, source: "--keys")
    }
    let pairing = Pairing(encoder: encoder, decoder: decoder)
    if let isSame = pairing.isSame {
      return Fact(orientation: isSame ? known : known.opposite, source: pairing.summary)
    }
    throw fail(
      .ambiguous(
        tensor: encoder.name, shape: encoder.shape, evidence: pairing.summary,
        remedy: ":N (rows) or :T (columns) after its name in --keys"))
  }
}
