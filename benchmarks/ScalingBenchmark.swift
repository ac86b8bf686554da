import Engine

extension Bench {
  /// Times scans of several numbers of threads, features and labels.
  func benchmarkScaling() throws {
    try scaleThreads()
    try scaleFeatures()
    try scaleLabels()
  }

  private func scaleThreads() throws {
    let (products, block, scan) = (try products, try productBlock, try scan(autoencoder))
    let counts = Array(1...workers)
    let runs = try inTurn(
      repeats: min(3, options.repeats),
      counts.flatMap { count in
        [
          { products.run(blockSize: block, workers: count) },
          { self.time(scan, workers: count) },
        ]
      })
    for (index, count) in counts.enumerated() {
      let (bare, scans) = (runs[2 * index], runs[2 * index + 1])
      report.add(
        Figure(
          part: .scaling, name: "scan on \(count) of \(workers) threads", shape: sizes.description,
          seconds: Timing(scans), ratio: Timing(scans, over: bare),
          against: "the bare products on as many",
          note: "\(fixed(Timing(runs[1], over: scans).median, 2)) times as fast as on one"))
    }
  }

  private func scaleFeatures() throws {
    let counts = (1...4).map { sizes.features * $0 / 4 }
    let scans = try counts.map { try scan(autoencoder, features: "0-\($0 - 1)") }
    try scale("features", counts, scans) { count in
      "\(count)x\(self.sizes.width)x\(self.sizes.embeddingWidth)x\(self.sizes.labels)"
    }
  }

  private func scaleLabels() throws {
    // As many features as keep the largest of these scans near the time of a whole one.
    let features = max(1, sizes.features / (sizes.checksAll ? 1 : 16))
    let counts = (1...4).map { sizes.mostLabels * $0 / 4 }
    let scans = try counts.map { count in
      try scan(
        autoencoder, labels: SyntheticModel.labels(count: count, width: sizes.embeddingWidth),
        features: "0-\(features - 1)")
    }
    try scale("labels", counts, scans) { count in
      "\(features)x\(self.sizes.width)x\(self.sizes.embeddingWidth)x\(count)"
    }
  }

  /// Times scans in turn and fits a line through their medians.
  private func scale(
    _ what: String, _ counts: [Int], _ scans: [LensScan], shape: (Int) -> String
  ) throws {
    let runs = try inTurn(repeats: options.repeats, scans.map { scan in { self.time(scan) } })
    let timings = runs.map { Timing($0) }
    for (count, timing) in zip(counts, timings) {
      report.add(
        Figure(
          part: .scaling, name: "scan of \(count) \(what)", shape: shape(count), seconds: timing,
          rate: Double(count) / timing.median, unit: "\(what)/s"))
    }
    let fit = LinearFit(counts.map { Double($0) }, timings.map(\.median))
    report.add(
      Figure(
        part: .scaling, name: "seconds = a + b \(what)", shape: "\(counts.count) sizes",
        note: "a = \(short(fit.a)), b = \(fit.b), R2 = \(fixed(fit.share, 6))"))
  }
}
