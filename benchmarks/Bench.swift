import Engine
import Foundation

/// What all parts of the benchmark share: sizes, models on disk, the report.
final class Bench {
  let options: Options
  let report = Report()
  /// Where models and results are; removed at the end if it is temporary.
  let folder: String
  let model: CLIPModel
  let head: ImageHead
  let labels: LabelBank
  let autoencoder: Autoencoder
  /// The fastest block sizes of products, by the name of the products.
  var bestBlocks: [String: Int] = [:]
  /// NumPy, PyTorch and transformers, if there is a Python.
  lazy var peer = Peer(self)

  var sizes: Sizes { options.sizes }
  var workers: Int { options.workers }
  var modelPath: String { folder + "/model" }
  var autoencoderPath: String { folder + "/sae" }
  var labelsPath: String { folder + "/labels.safetensors" }

  init(_ options: Options) throws {
    self.options = options
    let sizes = options.sizes
    folder =
      options.folder
      ?? NSTemporaryDirectory() + "/enginebench-\(ProcessInfo.processInfo.processIdentifier)"
    report.say("writing models to \(folder)")
    try SyntheticTower.write(to: folder + "/model", sizes: sizes)
    try SyntheticModel.writeAutoencoder(
      to: folder + "/sae", features: sizes.features, width: sizes.width, dtype: .f32)
    model = try CLIPModel(folder + "/model")
    head = try model.imageHead()
    labels = try SyntheticModel.labels(count: sizes.labels, width: sizes.embeddingWidth)
    try labels.write(to: folder + "/labels.safetensors")
    autoencoder = try Autoencoder(contentsOf: folder + "/sae")
  }

  /// The two products of a scan of the decoder.
  var products: BareProducts {
    get throws {
      guard let directions = autoencoder.decoder?.tensor else { throw MissingPart() }
      return BareProducts(
        directions: directions, projection: head.projection, labels: labels.embeddings)
    }
  }

  /// The fastest block size of `products`.
  var productBlock: Int {
    get throws { try block(of: products, name: "two bare products", shape: sizes.description) }
  }

  /// Runs what was asked for.
  func run() throws {
    describeMachine()
    try check()
    for part in options.parts {
      report.say("\(part.rawValue):")
      switch part {
      case .products: _ = try productBlock
      case .scan: try benchmarkScan()
      case .naive: try benchmarkNaive()
      case .peers: try benchmarkPeers()
      case .tower: try benchmarkTower()
      case .scaling: try benchmarkScaling()
      case .process: try benchmarkProcess()
      case .start: try benchmarkStart()
      }
    }
  }

  /// Removes what was written.
  func finish() {
    if options.folder == nil { try? FileManager.default.removeItem(atPath: folder) }
  }

  private func describeMachine() {
    report.describe("processor", "\(Machine.processorName), \(workers) threads")
    report.describe("system", Machine.operatingSystem)
    report.describe("OpenBLAS", "\(BLAS.configuration), kernel \(BLAS.coreName)")
    report.describe("Swift", swiftVersion)
    report.describe("lensctl", Engine.version)
    if !Set(options.parts).isDisjoint(with: [.peers, .tower]) {
      for (name, value) in peer.versions { report.describe(name, value) }
    }
    report.describe("shapes", "features x width x joint width x labels: \(sizes.description)")
  }

  private var swiftVersion: String {
    let text = try? Command("/usr/bin/env", ["swift", "--version"]).output()
    return text?.split(separator: "\n").first.map(String.init) ?? "no compiler on the PATH"
  }
}

/// A model that was just written lacks a part.
struct MissingPart: Error {}
