import Engine
import Foundation

extension Bench {
  /// Times the text tower in turn with bare products of its shapes, and with transformers.
  func benchmarkTower() throws {
    let one = SyntheticTower.prompts(SyntheticTower.one, count: sizes.prompts)
    let seven = SyntheticTower.prompts(SyntheticTower.seven, count: sizes.prompts)
    let tower = try model.textTower()
    try checkAlone(tower, Array(one.prefix(8) + seven.suffix(8)))
    try benchmarkTower(tower, one, name: "1 template", repeats: options.repeats)
    // Half a minute: long enough for one run, and the tower is warm.
    try benchmarkTower(tower, seven, name: "7 templates", repeats: 1, warmups: 0)
    try benchmarkTowerPeers(tower, one)
  }

  /// Checks that prompts embedded together and one by one have the same embeddings.
  private func checkAlone(_ tower: TextTower, _ prompts: [[Int32]]) throws {
    let together = try tower.embed(prompts, workers: workers)
    for (row, prompt) in prompts.enumerated() {
      let alone = try tower.embed([prompt], workers: 1).elements
      let greatest = zip(alone, together.row(row)).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      // What is allowed between two towers that sum in Float in different orders.
      if !(greatest <= 2e-6) {
        report.differ("text tower: prompt \(row) alone differs by \(greatest)")
      }
    }
  }

  /// The ratio is of the seconds to what the products of all layers take for the distinct prefixes
  /// of the prompts, at the rate of bare products run before and after; attention, and what the last
  /// layer leaves out, do not count.
  private func benchmarkTower(
    _ tower: TextTower, _ prompts: [[Int32]], name: String, repeats: Int,
    warmups: Int = 1
  ) throws {
    let text = model.configuration.text
    let nodes = distinctPrefixCount(prompts)
    let layer = 4 * text.width * text.width + 2 * text.width * text.intermediateWidth
    let operations =
      2 * Double(nodes) * Double(layer) * Double(text.layerCount)
      + 2 * Double(prompts.count) * Double(text.width) * Double(tower.embeddingWidth)
    let bare = TowerProducts(
      width: text.width, intermediateWidth: text.intermediateWidth, workers: workers)
    let runs = try inTurn(
      repeats: repeats, warmups: warmups,
      [
        { operations / bare.operationsPerSecond() },
        { try self.time(tower, prompts) },
        { operations / bare.operationsPerSecond() },
      ])
    let products = zip(runs[0], runs[2]).map { 2 / (1 / $0 + 1 / $1) }
    let timing = Timing(runs[1])
    report.add(
      Figure(
        part: .tower, name: "\(prompts.count) prompts of \(name)", shape: "\(nodes) prefixes",
        seconds: timing, ratio: Timing(runs[1], over: products), against: "their products",
        rate: operations / timing.median / 1e9, unit: "GFLOP/s of products"))
  }

  /// The seconds in which prompts are embedded.
  private func time(_ tower: TextTower, _ prompts: [[Int32]]) throws -> Double {
    try seconds {
      let rows = try tower.embed(prompts, workers: workers).rows
      precondition(rows == prompts.count, "\(rows) rows of \(prompts.count)")
    }
  }
}

// MARK: - transformers

extension Bench {
  /// The prompts of a batch of transformers.
  private static let batch = 50

  /// Times transformers on the same model and prompts in both paddings.
  private func benchmarkTowerPeers(_ tower: TextTower, _ prompts: [[Int32]]) throws {
    let path = folder + "/prompts.txt"
    let lines = prompts.map { $0.map { "\($0)" }.joined(separator: " ") + "\n" }
    try Data(lines.joined().utf8).write(to: URL(filePath: path))
    // Padded to 77, each batch costs the same: a tenth of the prompts tells the time of all.
    for (padding, share) in [("longest", 1), ("77", 10)] {
      let count = prompts.count / share
      let out = "\(folder)/embeddings-\(padding).npy"
      let job: JSONObject = [
        "job": "tower", "model": .string(modelPath), "prompts": .string(path),
        "padding": .string(padding), "count": .integer(count), "batch": .integer(Self.batch),
        "out": .string(out),
      ]
      let name = "transformers, padded to \(padding == "77" ? "77" : "the longest")"
      let shape = "\(prompts.count) prompts"
      do {
        let runs = try inTurn(
          repeats: min(3, options.repeats),
          [
            { try self.time(tower, prompts) },
            { Double(share) * (try self.peer.seconds(of: self.peer.ask(job))) },
          ])
        report.add(
          Figure(
            part: .tower, name: name, shape: shape, seconds: Timing(runs[1]),
            ratio: Timing(runs[1], over: runs[0]), against: "the engine's tower",
            note: share == 1 ? "" : "extrapolated from \(count) prompts"))
        try compare(tower, Array(prompts.prefix(count)), with: out, name: name)
      } catch let error as PeerError {
        report.add(Figure(part: .tower, name: name, shape: shape, note: error.text))
      }
    }
  }

  /// Compares embeddings with those of transformers.
  private func compare(
    _ tower: TextTower, _ prompts: [[Int32]], with path: String, name: String
  ) throws {
    guard let theirs = try TensorFile(contentsOf: path).tensors.values.first?.floats() else {
      throw MissingPart()
    }
    let ours = try tower.embed(prompts, workers: workers).elements
    let greatest = zip(ours, theirs).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    report.describe("embeddings", "differ from \(name) by \(short(Double(greatest))) at most")
    // Both are sums in Float; this is twice what is allowed between towers of trained weights.
    if ours.count != theirs.count || !(greatest < 4e-6) {
      report.differ("\(name): embeddings differ by \(greatest)")
    }
  }
}

/// The number of distinct prefixes of token sequences.
private func distinctPrefixCount(_ prompts: [[Int32]]) -> Int {
  let sorted = prompts.sorted { $0.lexicographicallyPrecedes($1) }
  var count = 0
  for (index, prompt) in sorted.enumerated() {
    let previous = index == 0 ? [] : sorted[index - 1]
    count += prompt.count - zip(prompt, previous).prefix { $0 == $1 }.count
  }
  return count
}
