/// The spaces that an autoencoder reads and writes, by its hooks.
struct HookSides {
  /// The space of the encoder directions.
  let input: Autoencoder.Space
  /// The space of the decoder directions.
  let output: Autoencoder.Space
  /// What should be known of them.
  private(set) var notes: [String] = []

  /// Classifies hooks.
  ///
  /// A transcoder may read or write a space in which there is nothing to see, as long as nobody
  /// looks there; the hook of an autoencoder must be in one that can be read.
  ///
  /// - Parameters:
  ///   - hook: The hooks.
  ///   - isSAELens: Whether the tensors have the names of SAELens, for the message.
  ///   - path: The file, for the message.
  /// - Throws: `AutoencoderError` if the hook of an autoencoder is in another space or not known.
  init(_ hook: HookFacts, isSAELens: Bool, path: String) throws(AutoencoderError) {
    guard hook.isTranscoder else {
      let keys =
        isSAELens ? "W_enc=W_enc:T,W_dec=W_dec:N,b_dec=b_dec" : "W_enc=NAME,W_dec=NAME,b_dec=NAME"
      input = try Self.space(of: hook.name, keys: keys, path: path, notes: &notes)
      output = input
      return
    }
    input = Self.side("encoder", hook.name, notes: &notes)
    output = Self.side("decoder", hook.outputName, notes: &notes)
    notes.append("a transcoder: it writes into another space than it reads")
  }

  /// The space of an autoencoder's hook, with a note where it needs one.
  private static func space(
    of hook: String?, keys: String, path: String, notes: inout [String]
  ) throws(AutoencoderError) -> Autoencoder.Space {
    guard let hook else {
      notes.append("no hook is stated: whether directions are of the residual stream is not known")
      return .unstated
    }
    switch HookSpace(hookName: hook) {
    case .residual: return .residual
    case .joint: return .joint
    case .addedToResidual:
      notes.append(
        "hook \(hook.printable()) is added to the residual stream: directions are read there")
      return .residual
    case .other(let what):
      throw AutoencoderError(path: path, reason: .otherSpace(hook: hook, what: what))
    case .unknown: throw AutoencoderError(path: path, reason: .unknownHook(hook, keys: keys))
    }
  }

  /// The space of one side of a transcoder.
  private static func side(
    _ side: String, _ hook: String?, notes: inout [String]
  ) -> Autoencoder.Space {
    guard let hook else {
      notes.append("no hook of the \(side) is stated: the space of its directions is not known")
      return .unstated
    }
    switch HookSpace(hookName: hook) {
    case .residual: return .residual
    case .joint: return .joint
    case .addedToResidual:
      notes.append(
        "hook \(hook.printable()) is added to the residual stream: \(side) directions are read "
          + "there")
      return .residual
    case .other(let what):
      notes.append("hook \(hook.printable()) is \(what): \(side) directions cannot be read")
      return .other
    case .unknown:
      notes.append("hook \(hook.printable()) is not known: \(side) directions cannot be read")
      return .other
    }
  }
}
