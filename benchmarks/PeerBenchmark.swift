import Engine

/// One way in which a peer runs the scan.
private struct PeerScan {
  let library: String
  /// The features of a block; 0 for all in one piece.
  let block: Int
  /// Whether blocks are divided over threads, not each operation.
  let usesThreads: Bool

  var name: String {
    let size = block == 0 ? "in one piece" : "in blocks of \(block)"
    return "\(library) \(size)" + (usesThreads ? ", a block on each thread" : "")
  }

  static let all = [
    PeerScan(library: "torch", block: 512, usesThreads: false),
    PeerScan(library: "torch", block: 2048, usesThreads: false),
    PeerScan(library: "torch", block: 8192, usesThreads: false),
    PeerScan(library: "torch", block: 0, usesThreads: false),
    PeerScan(library: "numpy", block: 512, usesThreads: true),
    PeerScan(library: "numpy", block: 512, usesThreads: false),
    PeerScan(library: "numpy", block: 2048, usesThreads: false),
    PeerScan(library: "numpy", block: 0, usesThreads: false),
  ]
}

extension Bench {
  /// Times NumPy and PyTorch in turn with the scan, on the same files and threads.
  func benchmarkPeers() throws {
    let scan = try scan(autoencoder)
    var tops: [Int] = []
    var margins: [Float] = []
    scan.run(workers: workers) { block in
      tops += (0..<block.rows).map { Int(block.topLabelIDs[$0 * block.topCount]) }
      margins += block.margins
    }
    for library in ["torch", "numpy"] {
      var (fastest, least) = ("", Double.infinity)
      var leastRatio: Timing?
      for way in PeerScan.all where way.library == library {
        do {
          var found: [JSONValue] = []
          // The slower ones take seconds, which leaves little room for noise.
          let runs = try inTurn(
            repeats: min(3, options.repeats),
            [
              { self.time(scan) },
              {
                let answer = try self.peer.ask(self.job(way))
                found = answer["top"]?.array ?? []
                return try self.peer.seconds(of: answer)
              },
            ])
          let figure = Figure(
            part: .peers, name: way.name, shape: sizes.description, seconds: Timing(runs[1]),
            ratio: Timing(runs[1], over: runs[0]), against: "the scan, decoder full")
          report.add(figure)
          compareTops(found, way, tops: tops, margins: margins)
          if let median = figure.seconds?.median, median < least {
            (fastest, least, leastRatio) = (way.name, median, figure.ratio)
          }
        } catch let error as PeerError {
          report.add(
            Figure(part: .peers, name: library, shape: sizes.description, note: error.text))
          break
        }
      }
      if let leastRatio {
        report.add(
          Figure(
            part: .peers, name: "\(library) at its best", shape: sizes.description,
            seconds: nil, ratio: leastRatio, against: "the scan, decoder full", note: fastest))
      }
    }
  }

  private func job(_ way: PeerScan) -> JSONObject {
    [
      "job": "scan", "with": .string(way.library), "block": .integer(way.block),
      "threads": .bool(way.usesThreads),
      "autoencoder": .string(autoencoderPath + "/sae_weights.safetensors"),
      "model": .string(modelPath + "/model.safetensors"), "labels": .string(labelsPath),
    ]
  }

  /// The features whose best labels a peer gives, from the first on.
  private static let comparedCount = 64

  /// Compares the best labels of the first features, where the second is not within rounding.
  private func compareTops(
    _ found: [JSONValue], _ way: PeerScan, tops: [Int], margins: [Float]
  ) {
    let expected = min(Self.comparedCount, tops.count)
    guard found.count == expected else {
      report.differ("\(way.name): best labels of \(found.count) features, not \(expected)")
      return
    }
    for (feature, label) in found.enumerated()
    where margins[feature] > 1e-4 && label.integer != tops[feature] {
      report.differ(
        "\(way.name): feature \(feature): best label \(label.integer ?? -1), not \(tops[feature])")
    }
  }
}
