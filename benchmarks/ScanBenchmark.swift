import Engine

/// Times whole scans in turn with their two bare products.
func benchmarkScan(_ model: SyntheticModel, repeats: Int = 7) throws {
  let workers = Machine.usableProcessors
  for map in [LensMap.full, .linear] {
    let scan = try LensScan(
      autoencoder: model.autoencoder, variant: LensVariant(direction: .decoder, map: map),
      head: model.head, labels: model.labels, logitScale: 100)
    var scans: [Double] = []
    var products: [Double] = []
    for repetition in 0...repeats {
      let product = seconds {
        bareProducts(
          features: model.features, width: model.head.width,
          embeddingWidth: model.head.embeddingWidth, labels: model.labels.labels.count,
          workers: workers)
      }
      var read = 0
      let scanned = seconds { scan.run(workers: workers) { block in read += block.rows } }
      precondition(read == model.features, "\(read) features of \(model.features)")
      guard repetition > 0 else { continue }
      products.append(product)
      scans.append(scanned)
    }
    let shape = "\(model.features)x\(model.head.width)x\(model.head.embeddingWidth)x1000"
    report("products", shape, Timing(products), rate: Double(workers), unit: "threads")
    report("scan.\(map.rawValue)", shape, Timing(scans), rate: Double(workers), unit: "threads")
    let ratios = Timing(zip(scans, products).map { $0 / $1 })
    report("scan/products", shape, ratios, rate: ratios.median, unit: "ratio")
  }
}
