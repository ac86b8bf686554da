/// Where in the image tower an autoencoder's directions lie: which blocks come after.
struct HookDepth: Equatable, Sendable {
  /// The first block that comes after, from 0; the number of blocks if none does.
  let firstBlock: Int

  /// Whether the attention of that block has been passed already.
  let startsAtPerceptron: Bool

  /// Finds a depth by the name of a hook, and the layer where the name has no number.
  ///
  /// `resid_pre` of block n is its input, `resid_mid` and what attention adds stand before its
  /// perceptron, `resid_post`, what the perceptron adds and the block itself are its output. A plain
  /// `resid`, or no hook at all, is the output of the block that the layer names. Negative numbers
  /// count from the end, where -1 is the last block. Nil if neither says it, or what they say is
  /// outside the tower.
  ///
  /// - Parameters:
  ///   - hook: The name of the hook, if it is known.
  ///   - layer: The layer, as the family counts, if it is known.
  ///   - blockCount: The blocks of the tower.
  init?(hook: String?, layer: Int?, blockCount: Int) {
    var parts = (hook ?? "resid").split(separator: ".").map(String.init)
    if parts.count > 1, parts.last == "output" { parts.removeLast() }
    let holder = parts.lastIndex { ["blocks", "layers", "resblocks"].contains($0) }
    let stated = holder.flatMap { parts.indices.contains($0 + 1) ? Int(parts[$0 + 1]) : nil }
    guard let number = stated ?? layer else { return nil }
    let rest = stated == nil ? parts : Array(parts[((holder ?? 0) + 2)...])
    guard let place = Self.place(rest) else { return nil }
    let block = number < 0 ? blockCount + number : number
    guard (0..<blockCount).contains(block) else { return nil }
    firstBlock = place == .end ? block + 1 : block
    startsAtPerceptron = place == .middle
  }

  private enum Place {
    case start
    case middle
    case end
  }

  /// Where in a block the rest of a name stands.
  private static func place(_ parts: [String]) -> Place? {
    switch parts.joined(separator: ".") {
    case "", "resid", "mlp", "mlp.fc2", "mlp.c_proj": return .end
    case "self_attn", "self_attn.out_proj", "attn", "attn.out_proj": return .middle
    default: break
    }
    let last = parts.last ?? ""
    if last.contains("resid_pre") { return .start }
    if last.contains("resid_mid") || last.contains("attn_out") { return .middle }
    return last.contains("resid_post") || last.contains("mlp_out") ? .end : nil
  }
}
