import ArgumentParser
import Engine

/// The options of what variants of the lens are made of besides autoencoder and head.
struct VariantOptions: ParsableArguments {
  @Option(
    help:
      "A file of mean or greatest activations, [n], for --alpha mean or max (default: --truth).",
    completion: .file())
  var activationsStats: String?

  @Option(
    help: ArgumentHelp(
      "Factors a at which shifted directions are judged besides, such as 0.1,1,10.",
      valueName: "a,a"))
  var alphaSweep: String?

  @Option(
    help: "A translator for map.A: a file with A [d, d] or B [D, d], and bias if it has one.",
    completion: .file())
  var translator: String?

  @Option(
    help: ArgumentHelp(
      "The block whose output the autoencoder reads, from 0, or from -1, the last, backwards.",
      discussion: "Default: what its configuration states. For blocks and blocks.diff."))
  var layer: Int?

  /// The files that are read.
  var files: [String] { [activationsStats, translator].compactMap { $0 } }

  func validate() throws { _ = try factors() }

  /// Adds what is asked for to a request.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - alpha: Where factors are taken from by feature.
  /// - Throws: `ValidationError` if the list of factors is none.
  func add(to request: inout VerdictRequest, alpha: AlphaKind?) throws {
    request.alphaKind = alpha
    request.activationStats = activationsStats
    request.alphaSweep = try factors()
    request.translator = translator
    request.layer = layer
  }

  private func factors() throws -> [Double] {
    guard let alphaSweep else { return [] }
    return try alphaSweep.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let factor = Double(part), factor.isFinite, factor != 0 else {
        throw ValidationError(
          "--alpha-sweep: found \"\(part)\", expected finite numbers other than 0, such as 0.1,1,10"
        )
      }
      return factor
    }
  }
}
