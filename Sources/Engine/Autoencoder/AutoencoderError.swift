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

    // MARK: Configuration
    case unknownArchitecture(String)
    case transcoder(String)
    case unknownNormalization(String)
    case reshapedActivations(String)
    case otherSpace(hook: String, what: String)
    case unknownHook(String)

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
    case .unknownPart, .emptyKey, .repeatedPart, .noMatrix: .usage
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
      "no cfg.json beside it, expected --keys W_dec=NAME,... with some of its tensors: "
        + listing(tensors)
    case .unknownArchitecture(let name):
      "architecture \"\(name.printable())\", expected one of "
        + SAELensConfiguration.Architecture.allCases.map(\.rawValue).joined(separator: " ")
    case .transcoder(let name):
      "architecture \"\(name.printable())\": a transcoder writes into another space than it reads, "
        + "expected an autoencoder"
    case .unknownNormalization(let name):
      "normalize_activations \"\(name.printable())\", expected one of "
        + SAELensConfiguration.Normalization.allCases.map(\.rawValue).joined(separator: " ")
    case .reshapedActivations(let name):
      "reshape_activations \"\(name.printable())\": inputs are joined attention heads, "
        + "expected the residual stream"
    case .otherSpace(let hook, let what):
      "hook \"\(hook.printable())\": \(what), expected the residual stream or the image embedding"
    case .unknownHook(let hook):
      "hook \"\(hook.printable())\": not known to be the residual stream or the image embedding; "
        + "where it is, --keys W_enc=W_enc:T,W_dec=W_dec:N,b_dec=b_dec reads the tensors without "
        + "cfg.json"
    default: tensorMessage
    }
  }

  private var tensorMessage: String {
    switch reason {
    case .emptyMatrix(let tensor, let shape):
      "\(tensor.printable()): shape \(shape), expected at least one feature of at least one element"
    case .wrongShape(let tensor, let found, let expected, let sizes):
      "\(tensor.printable()): shape \(found), expected \(expected) by \(sizes) of cfg.json"
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
