import ArgumentParser
import Engine
import Foundation

/// Says what a file or directory is, what it holds, and how it would be read.
struct Inspect: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a file or directory is, what it holds, and how it would be read.",
    discussion: """
      Knows autoencoders of all families, CLIP models, safetensors (shards too), torch files, pickles, NPY and \
      NPZ files, label banks, run directories, label files and tokenizers. Pickles are read as data; \
      nothing in them is run. All values of all tensors are read: the table \
      has their least and greatest finite value, how many are not finite, and for matrices how \
      many rows are zero.

      What it is but cannot be read as is printed too, and the command ends with the status that \
      scan would end with.
      """)

  @Argument(
    help: "A file, a directory, or org/name[@revision] of a model in the local hub cache.",
    completion: .file())
  var path: String

  @Option(help: "Names of an autoencoder's tensors: W_dec=NAME[,W_enc=NAME][,b_dec=NAME].")
  var keys: String?

  @Option(help: "The family of an autoencoder, where several fit.")
  var family: AutoencoderFamily?

  @Option(help: "Which way the features run in a stored matrix that leaves it open.")
  var orientation: Orientation?

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    _ = try validated { try keys.map { try TensorKeys(parsing: $0) } }
    if keys != nil, family != nil {
      throw ValidationError("found both --keys and --family, expected one of them")
    }
  }

  func execute() throws {
    let inspection = try Inspection(
      contentsOf: path, keys: try keys.map { try TensorKeys(parsing: $0) },
      family: family, orientation: orientation, workers: try threads.workers)
    try Output.print(
      output.json ? [inspection.json.serialized(indent: 2)] : lines(of: inspection))
    if let refusal = inspection.refusal { throw refusal }
  }

  private func lines(of inspection: Inspection) -> [String] {
    let style = output.style
    var facts: [(name: String, value: String)] = [
      ("path", inspection.path.printable(limit: 1000)), ("is", inspection.kind.rawValue),
    ]
    facts += inspection.facts.names.map { ($0, (inspection.facts[$0] ?? .null).cell) }
    facts += inspection.notes.map { ("note", $0.printable(limit: 1000)) }
    if let refusal = inspection.refusal { facts.append(("refused", "\(refusal)")) }
    var lines = FactList(facts).lines(style)
    if !inspection.tensors.isEmpty {
      var table = Table([
        ("tensor", .left), ("dtype", .left), ("shape", .left), ("min", .right), ("max", .right),
        ("non-finite", .right), ("zero rows", .right),
      ])
      for tensor in inspection.tensors { table.add(cells(of: tensor)) }
      lines += [""] + table.lines(style)
    }
    return lines
  }

  private func cells(of tensor: Inspection.TensorEntry) -> [String] {
    let summary = tensor.summary
    let isWhole = !tensor.dtype.isFloatingPoint
    return [
      tensor.name.printable(), tensor.dtype.rawValue,
      "[" + tensor.shape.map(String.init).joined(separator: ", ") + "]",
      summary.minimum.map { Number.short($0, isWhole: isWhole) } ?? "-",
      summary.maximum.map { Number.short($0, isWhole: isWhole) } ?? "-",
      "\(summary.nonFiniteCount)", summary.zeroRowCount.map { "\($0)" } ?? "-",
    ]
  }
}

extension Inspection {
  /// The whole as one object.
  fileprivate var json: JSONValue {
    [
      "path": .string(path), "kind": .string(kind.rawValue), "facts": .object(facts),
      "notes": .array(notes.map { .string($0) }),
      "refused": refusal.map { .string("\($0)") } ?? .null,
      "tensors": .array(tensors.map(\.json)),
    ]
  }
}

extension Inspection.TensorEntry {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "dtype": .string(dtype.rawValue),
      "shape": .array(shape.map { .integer($0) }),
      "min": summary.minimum.map { JSONValue($0) } ?? .null,
      "max": summary.maximum.map { JSONValue($0) } ?? .null,
      "nonfinite": .integer(summary.nonFiniteCount),
      "zero_rows": summary.zeroRowCount.map { .integer($0) } ?? .null,
    ]
  }
}
