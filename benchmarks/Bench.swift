import Dispatch
import Engine
import Foundation

/// What all parts of the benchmark share: sizes, models on disk, the report.
final class Bench {
  let options: Options
  let report = Report()
  /// The temporary directory of models and results, about 2 GB.
  let folder: String
  let model: CLIPModel
  let head: ImageHead
  let labels: LabelBank
  let autoencoder: Autoencoder
  /// Removes the directory when the program is ended from outside.
  private let interruptions: [any DispatchSourceSignal]
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
    let name = "enginebench-\(ProcessInfo.processInfo.processIdentifier)"
    let folder = FileManager.default.temporaryDirectory.appending(path: name)
      .path(percentEncoded: false)
    self.folder = folder
    interruptions = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        try? FileManager.default.removeItem(atPath: folder)
        // Not exit: OpenBLAS would take its memory away under products that still run.
        _exit(128 + number)
      }
      source.resume()
      return source
    }
    report.say("writing models to \(folder)")
    do {
      try SyntheticTower.write(to: folder + "/model", sizes: sizes)
      try SyntheticModel.writeAutoencoder(
        to: folder + "/sae", features: sizes.features, width: sizes.width, dtype: .f32)
      model = try CLIPModel(folder + "/model")
      head = try model.imageHead()
      labels = try SyntheticModel.labels(count: sizes.labels, width: sizes.embeddingWidth)
      try labels.write(to: folder + "/labels.safetensors")
      autoencoder = try Autoencoder(contentsOf: folder + "/sae")
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
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
    try? FileManager.default.removeItem(atPath: folder)
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
