public import ArgumentParser
public import Engine
import Foundation

extension Conversion.Form: ExpressibleByArgument {}

/// Writes an autoencoder as a SAELens directory, or any tensors as safetensors.
struct Convert: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write an autoencoder as a SAELens directory, or any tensors as safetensors.",
    discussion: """
      Examples:
        lensctl convert sparse_autoencoder_final.pt --out sae
        lensctl convert pytorch_model.bin --out model.safetensors

      saelens: a directory with cfg.json and sae_weights.safetensors that SAELens 6 loads and that \
      encodes the same. Input scales, means and biases that SAELens has no terms for are folded into \
      the weights, and said; what cannot be said in its terms is refused. Tensors keep their \
      16-bit type if all of them can, and are F32 otherwise.

      safetensors: all tensors under their dotted names, with type and bits as they are stored. \
      Plain values beside them become strings of the metadata. Nothing in a pickle is run.
      """)

  @Argument(
    help: "A checkpoint of a known family, or any file of tensors, or a directory with one.",
    completion: .file())
  var path: String

  @Option(help: "The directory or the safetensors file to be made.")
  var out: String

  @Option(
    help: ArgumentHelp(
      "What is made.",
      discussion: """
        Default: safetensors if --out ends in .safetensors or the input is no autoencoder of a \
        known family, else saelens.
        """))
  var to: Conversion.Form?

  @Option(
    help: "Names of an autoencoder's tensors: W_dec=NAME,W_enc=NAME[,b_enc=NAME][,b_dec=NAME].")
  var keys: String?

  @Option(
    help: "How values become activations, where nothing says it: relu, topk:K or jumprelu:TENSOR.")
  var activation: String?

  @Flag(inversion: .prefixedNo, help: "With --keys, whether b_dec is subtracted from inputs.")
  var subtractBias: Bool?

  @Option(help: "The family of the autoencoder, where several fit.")
  var family: AutoencoderFamily?

  @Option(help: "Which way the features run in a stored matrix that leaves it open.")
  var orientation: Orientation?

  @Flag(name: .shortAndLong, help: "Replace what exists: a file, or a SAELens directory.")
  var force = false

  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  func validate() throws {
    let request = try validated { try self.request() }
    if keys != nil, family != nil {
      throw ValidationError("found both --keys and --family, expected one of them")
    }
    if subtractBias != nil, request.keys?.decoderBias == nil {
      throw ValidationError("found --[no-]subtract-bias, but no --keys with b_dec=NAME")
    }
    let given = [
      ("--keys", keys != nil), ("--family", family != nil), ("--activation", activation != nil),
      ("--orientation", orientation != nil),
    ]
    if to == .safetensors, let option = given.first(where: \.1)?.0 {
      throw ValidationError("found \(option) beside --to safetensors, which keeps all tensors")
    }
  }

  func execute() throws {
    let printer = ProgressPrinter(isQuiet: quiet)
    defer { printer.finish() }
    printer.show(.opening)
    let conversion = try Conversion(request())
    try conversion.write { printer.show($0) }
    printer.finish()
    guard !quiet else { return }
    for note in conversion.notes { Messages.print("note: \(note.printable(limit: 400))") }
    Messages.print("\(conversion.summary): \(out.printable(limit: 1000))")
  }

  private func request() throws -> ConversionRequest {
    var request = ConversionRequest(path: path, out: out)
    request.form = to
    request.replacesExisting = force
    request.keys = try keys.map { try TensorKeys(parsing: $0) }
    request.activation = try activation.map { try StatedActivation(parsing: $0) }
    request.subtractsBias = subtractBias
    request.family = family
    request.orientation = orientation
    return request
  }
}
