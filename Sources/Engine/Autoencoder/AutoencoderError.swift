/// An autoencoder that cannot be read, or keys that name none, and why.
///
/// What is wrong with the files as such is a `CheckpointError`; this is what is wrong with them as
/// an autoencoder of CLIP's image tower.
public struct AutoencoderError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    // MARK: Keys
    case unknownPart(String)
    case emptyKey(String)
    case repeatedPart(String)
    case noMatrix
    case keysNeeded(tensors: [String])
    case familyAndKeys

    // MARK: Families
    case severalFamilies([AutoencoderFamily])
    case otherFamily(AutoencoderFamily, why: String)
    case severalFiles([String])
    case notKnown(String, found: String, expected: String)
    case parts(String, count: Int)

    // MARK: Encoding
    case noEncoder
    case encodingNotStated([String])
    case wrongInputWidth(found: Int, expected: Int)
    case notInSAELens(String)
    case activationNeeded
    case biasRuleNeeded
    case unknownActivation(String)
    case activationStated

    // MARK: Configuration
    case unknownArchitecture(String)
    case unknownNormalization(String)
    case reshapedActivations(String)
    case otherSpace(hook: String, what: String)
    case unknownHook(String, keys: String)

    // MARK: Tensors
    case emptyMatrix(tensor: String, shape: [Int])
    case wrongShape(tensor: String, found: [Int], expected: [Int], sizes: String)
    case transposed(tensor: String, found: [Int], expected: [Int])
    case wrongMatrix(tensor: String, found: [Int], other: String, otherShape: [Int])
    case wrongLength(tensor: String, found: Int, matrix: String, matrixShape: [Int])
    case conflict(tensor: String, rows: String, columns: String)
    case contradiction(tensor: String, evidence: String)
    case ambiguous(tensor: String, shape: [Int], evidence: String, remedy: String)
  }

  /// The file as it was named, or the option.
  public let path: String

  /// What is wrong.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .unknownPart, .emptyKey, .repeatedPart, .noMatrix, .familyAndKeys, .wrongInputWidth,
      .activationNeeded, .biasRuleNeeded, .unknownActivation, .activationStated:
      .usage
    default: .badData
    }
  }

  public var description: String { "\(path.printable(limit: 1000)): \(message)" }
}

extension AutoencoderError {
  private var message: String {
    switch reason {
    case .unknownPart(let part):
      "found \"\(part.printable())\", expected \(TensorKeys.parts.joined(separator: ", "))"
    case .emptyKey(let part): "\(part): found no tensor name, expected \(part)=NAME"
    case .repeatedPart(let part): "\(part): found twice, expected once"
    case .noMatrix: "found neither W_enc nor W_dec, expected at least one of them"
    case .keysNeeded(let tensors):
      "of no family that is known here, expected --keys W_dec=NAME,... with some of its tensors: "
        + listing(tensors)
    case .unknownArchitecture(let name):
      "architecture \"\(name.printable())\", expected one of "
        + SAELensConfiguration.Architecture.allCases.map(\.rawValue).joined(separator: " ")
    case .unknownNormalization(let name):
      "normalize_activations \"\(name.printable())\", expected one of "
        + SAELensConfiguration.Normalization.allCases.map(\.rawValue).joined(separator: " ")
    case .reshapedActivations(let name):
      "reshape_activations \"\(name.printable())\": inputs are joined attention heads, "
        + "expected the residual stream"
    case .otherSpace(let hook, let what):
      "hook \"\(hook.printable())\": \(what), expected the residual stream or the image embedding"
    case .unknownHook(let hook, let keys):
      "hook \"\(hook.printable())\": not known to be the residual stream or the image embedding; "
        + "where it is, --keys \(keys) reads the tensors without "
        + "cfg.json"
    default: familyMessage
    }
  }

  private var familyMessage: String {
    switch reason {
    case .familyAndKeys: "found --keys beside it, expected one of them"
    case .severalFamilies(let families):
      "fits more than one family, expected --family with one of "
        + families.map(\.rawValue).joined(separator: " ")
    case .otherFamily(let family, let why): "not of the family \(family.rawValue): \(why)"
    case .severalFiles(let names):
      "found \(names.count) files of weights, expected the path of one of them: "
        + listing(names)
    case .notKnown(let name, let found, let expected):
      "\(name) \(found.printable()), expected \(expected)"
    case .parts(let name, let count):
      "\(name.printable()): found \(count) components, expected 1"
    case .noEncoder: "found no encoder that can be computed with"
    case .encodingNotStated(let missing):
      "cannot encode: the files do not say " + missing.joined(separator: ", ")
    case .wrongInputWidth(let found, let expected):
      "inputs: found a width of \(found), expected \(expected)"
    case .notInSAELens(let what):
      "cannot be written for SAELens: \(what); --to safetensors keeps the tensors as they are"
    case .activationNeeded:
      "found no --activation beside it, expected \(StatedActivation.forms)"
    case .biasRuleNeeded:
      "found b_dec, expected --subtract-bias or --no-subtract-bias beside it, for inputs"
    case .activationStated: "found beside files that state theirs, or more is missing than that"
    case .unknownActivation(let text):
      "found \(text.printable()), expected \(StatedActivation.forms)"
    default: tensorMessage
    }
  }

  private var tensorMessage: String {
    switch reason {
    case .emptyMatrix(let tensor, let shape):
      "\(tensor.printable()): shape \(shape), expected at least one feature of at least one element"
    case .wrongShape(let tensor, let found, let expected, let sizes):
      "\(tensor.printable()): shape \(found), expected \(expected) by \(sizes)"
    case .transposed(let tensor, let found, let expected):
      "\(tensor.printable()): shape \(found), expected \(expected): the matrix is transposed; "
        + "--orientation says which way the features of W_dec run"
    case .wrongMatrix(let tensor, let found, let other, let shape):
      "\(tensor.printable()): shape \(found), expected \(shape) as \(other.printable()) has, "
        + "or its transpose"
    case .wrongLength(let tensor, let found, let matrix, let shape):
      "\(tensor.printable()): length \(found), expected one of the sizes \(shape) of "
        + matrix.printable()
    case .conflict(let tensor, let rows, let columns):
      "\(tensor.printable()): features are rows by \(rows), but columns by \(columns)"
    case .contradiction(let tensor, let evidence):
      "\(tensor.printable()): appears to be transposed: \(evidence); "
        + "expected --orientation rows or columns to say which way the features of W_dec run"
    case .ambiguous(let tensor, let shape, let evidence, let remedy):
      "\(tensor.printable()): features of \(shape) may be rows or columns: \(evidence); "
        + "expected \(remedy)"
    default: ""
    }
  }

  /// The first few of many tensors.
  private func listing(_ tensors: [String]) -> String {
    let shown = tensors.prefix(12).map { $0.printable(limit: 80) }.joined(separator: ", ")
    return tensors.count > 12 ? "\(shown) and \(tensors.count - 12) more" : shown
  }
}
