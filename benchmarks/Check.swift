import Engine

extension Bench {
  /// Compares scans with the naive lens in `Double`: every feature of small shapes, else a few
  /// from the start, the middle and the end.
  func check() throws {
    report.say("comparing with naive loops")
    let (count, middle) = (sizes.features, sizes.features / 2)
    let few = "0-7,\(middle)-\(middle + 7),\(count - 8)-\(count - 1)"
    let features = sizes.checksAll || count < 64 ? nil : few
    var items = try cases(features: features)
    if options.parts.contains(.scan) {
      items.append(try scanCase("native", native(), .decoder, .native, features: features))
      for dtype in [DType.f16, .bf16] {
        for direction in [Direction.decoder, .encoder] {
          items.append(
            try scanCase(
              "\(direction.rawValue) \(dtype.rawValue)", half(dtype), direction, .full,
              features: features))
        }
      }
    }
    var (rows, greatest) = (0, 0.0)
    for item in items {
      let source = try StoredDirections(item)
      var comparison = Comparison(
        name: item.name,
        lens: NaiveLens<Double>(
          head: head, labels: labels.embeddings, map: item.scan.variant.map,
          logitScale: Self.logitScale))
      item.scan.run(workers: workers) { block in
        for row in 0..<block.rows {
          comparison.compare(block, row: row, with: source.direction(Int(block.featureIDs[row])))
        }
      }
      comparison.differences.prefix(5).forEach { report.differ($0) }
      rows += comparison.count
      greatest = max(greatest, comparison.greatest)
    }
    report.describe(
      "results",
      "\(rows) readings of \(items.count) scans compared with naive loops in Double; cosines "
        + "differ by \(short(greatest)) at most")
  }
}

/// Directions read element by element from where they are stored.
private struct StoredDirections {
  let tensor: Tensor
  /// Whether features are the columns.
  let isColumns: Bool

  init(_ item: ScanCase) throws {
    let (source, direction) = (item.autoencoder, item.scan.variant.direction)
    guard let bank = direction == .encoder ? source.encoder : source.decoder else {
      throw MissingPart()
    }
    (tensor, isColumns) = (bank.tensor, bank.isTransposed)
  }

  func direction(_ feature: Int) -> [Double] {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    var scratch: [Float] = []
    return (0..<(isColumns ? rows : columns)).map { j in
      let position = isColumns ? j * columns + feature : feature * columns + j
      return tensor.withFloats(in: position..<(position + 1), scratch: &scratch) { Double($0[0]) }
    }
  }
}
