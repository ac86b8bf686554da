extension TruthFile {
  /// What a truth has to fit.
  public struct Request: Sendable {
    /// The number of features, n.
    public var featureCount: Int

    /// The labels, by id.
    public var labels: [String]

    /// The names of the classes; nil where class ids are label ids.
    public var classes: ClassNames?

    /// What residuals are encoded with.
    public var encoder: SparseEncoder?

    /// Whether the autoencoder reads image embeddings rather than residuals.
    public var readsEmbeddings: Bool

    /// The number of threads.
    public var workers: Int

    /// States what a truth has to fit.
    public init(
      featureCount: Int, labels: [String], classes: ClassNames? = nil,
      encoder: SparseEncoder? = nil, readsEmbeddings: Bool = false, workers: Int
    ) {
      self.featureCount = featureCount
      self.labels = labels
      self.classes = classes
      self.encoder = encoder
      self.readsEmbeddings = readsEmbeddings
      self.workers = workers
    }
  }

  /// Reads what features fire on.
  ///
  /// - Parameter request: What it has to fit.
  /// - Returns: The truth.
  /// - Throws: `TruthError` that names the tensor and the first row that is wrong.
  public func truth(_ request: Request) throws(TruthError) -> GroundTruth {
    precondition(!request.labels.isEmpty, "a truth without labels")
    let map = try request.classes?.labelIDs(among: request.labels)
    switch form {
    case .classMeans: return try classMeans(request, map)
    case .classHistogram: return try classHistogram(request, map)
    case .topPictures: return try topPictures(request, map)
    case .residuals, .embeddings, .activations, .rows, .entries: return try pictures(request, map)
    }
  }

  // MARK: - Pictures

  private func pictures(_ request: Request, _ map: [Int]?) throws(TruthError) -> GroundTruth {
    let classCount = map?.count ?? request.labels.count
    let ids = try wholeNumbers("class_ids", below: classCount)
    guard !ids.isEmpty else { throw TruthError(path: path, reason: .noPictures) }
    let name = tensor("class_ids").name
    guard tensor("class_ids").shape.count == 1 else {
      throw TruthError(
        path: path,
        reason: .shape(name, found: tensor("class_ids").shape, expected: "[pictures]"))
    }
    var notices: [String] = []
    let embeddings = try tensors["embeddings"].map { (_) throws(TruthError) in
      let embeddings = try reals("embeddings", shape: [ids.count, nil], "[\(ids.count), any]")
      try checkRows(embeddings, haveLength: true)
      return embeddings
    }
    var activations: SparseMatrix
    var inputs: Tensor?
    switch form {
    case .activations: activations = try dense("activations", rows: ids.count, request)
    case .rows: activations = try compressedRows(count: ids.count, request)
    case .entries: activations = try triples(count: ids.count, request)
    default:
      let isEmbedding = form == .embeddings || (request.readsEmbeddings && embeddings != nil)
      guard let encoder = request.encoder else {
        throw TruthError(path: path, reason: .noEncoder)
      }
      let stated = try reals(
        isEmbedding ? "embeddings" : "residuals", shape: [ids.count, encoder.inputWidth],
        "[\(ids.count), \(encoder.inputWidth)]")
      inputs = stated
      activations = try encoder.encode(stated, path: path, workers: request.workers)
      notices.append("\(stated.name) are encoded with the autoencoder")
      if !encoder.nonfiniteFeatures.isEmpty {
        notices.append(
          "\(encoder.nonfiniteFeatures.count) features have an encoder direction that is not "
            + "finite, and never fire")
      }
    }
    return GroundTruth(
      activations: activations, classIDs: ids.map { Int32(map?[$0] ?? $0) },
      labelCount: request.labels.count, embeddings: embeddings, residuals: inputs,
      notices: notices)
  }

  /// Checks that all rows of a matrix are finite, and if so asked that none is zero.
  private func checkRows(_ matrix: Tensor, haveLength: Bool = false) throws(TruthError) {
    let width = matrix.shape[1]
    var scratch: [Float] = []
    for row in 0..<matrix.shape[0] {
      let range = (row * width)..<((row + 1) * width)
      let square = matrix.withFloats(in: range, scratch: &scratch) { sumOfSquares($0) }
      guard square.isFinite else {
        throw TruthError(path: path, reason: .nonfinite(matrix.name, row: row))
      }
      guard !haveLength || square > 0 else {
        throw TruthError(path: path, reason: .noLength(matrix.name, row: row))
      }
    }
  }

  /// The values of a matrix that are not zero.
  private func dense(
    _ name: String, rows: Int, _ request: Request
  ) throws(TruthError) -> SparseMatrix {
    let width = request.featureCount
    let matrix = try reals(name, shape: [rows, width], "[\(rows), \(width)]")
    try checkRows(matrix)
    var builder = SparseRowsBuilder(columns: width)
    var scratch: [Float] = []
    for row in 0..<rows {
      var entries = ActivationRows.Entries()
      matrix.withFloats(in: (row * width)..<((row + 1) * width), scratch: &scratch) { values in
        for j in 0..<width where values[j] != 0 {
          entries.indices.append(Int32(j))
          entries.values.append(values[j])
        }
      }
      builder.append(entries)
    }
    return builder.matrix
  }

  private func values(count: Int) throws(TruthError) -> [Float] {
    try reals("values", shape: [count], "[\(count)]").floats()
  }

  private func compressedRows(
    count: Int, _ request: Request
  ) throws(TruthError) -> SparseMatrix {
    let columns = try wholeNumbers("indices", below: request.featureCount)
    let values = try values(count: columns.count)
    let starts = try wholeNumbers("indptr", below: columns.count + 1)
    guard starts.count == count + 1 else {
      throw TruthError(
        path: path,
        reason: .shape(
          tensor("indptr").name, found: tensor("indptr").shape, expected: "[\(count + 1)]"))
    }
    for row in starts.indices {
      let isRising = row == 0 ? starts[0] == 0 : starts[row] >= starts[row - 1]
      guard isRising, row < count || starts[row] == columns.count else {
        throw TruthError(path: path, reason: .notRising(tensor("indptr").name, row: row))
      }
    }
    return try sorted(starts: starts, columns: columns, values: values, request)
  }

  private func triples(count: Int, _ request: Request) throws(TruthError) -> SparseMatrix {
    let rows = try wholeNumbers("rows", below: count)
    let columns = try wholeNumbers("columns", below: request.featureCount)
    guard columns.count == rows.count else {
      throw TruthError(
        path: path,
        reason: .shape(
          tensor("columns").name, found: tensor("columns").shape, expected: "[\(rows.count)]"))
    }
    let values = try values(count: rows.count)
    var starts = [Int](repeating: 0, count: count + 1)
    for row in rows { starts[row + 1] += 1 }
    for row in 0..<count { starts[row + 1] += starts[row] }
    var next = starts
    var order = [Int](repeating: 0, count: rows.count)
    for (entry, row) in rows.enumerated() {
      order[next[row]] = entry
      next[row] += 1
    }
    return try sorted(
      starts: starts, columns: order.map { columns[$0] }, values: order.map { values[$0] },
      request)
  }

  /// Entries of rows with their columns rising and zeros left out.
  private func sorted(
    starts: [Int], columns: [Int], values: [Float], _ request: Request
  ) throws(TruthError) -> SparseMatrix {
    var builder = SparseRowsBuilder(columns: request.featureCount)
    for row in 0..<(starts.count - 1) {
      var order = Array(starts[row]..<starts[row + 1])
      if !zip(order, order.dropFirst()).allSatisfy({ columns[$0] < columns[$1] }) {
        order.sort { (columns[$0], $0) < (columns[$1], $1) }
      }
      var entries = ActivationRows.Entries()
      for (place, entry) in order.enumerated() {
        guard values[entry].isFinite else {
          throw TruthError(path: path, reason: .nonfinite(tensor("values").name, row: entry))
        }
        if place > 0, columns[order[place - 1]] == columns[entry] {
          throw TruthError(
            path: path, reason: .repeatedEntry(row: row, feature: columns[entry]))
        }
        guard values[entry] != 0 else { continue }
        entries.indices.append(Int32(columns[entry]))
        entries.values.append(values[entry])
      }
      builder.append(entries)
    }
    return builder.matrix
  }
}

// MARK: - Classes

extension TruthFile {
  /// A table [K, n] of means, or its transpose, as rows of features.
  private func table(
    _ values: [Float], _ request: Request, _ map: [Int]?,
    at place: (_ feature: Int, _ id: Int) -> Int
  ) -> SparseMatrix {
    let classCount = map?.count ?? request.labels.count
    let order = (0..<classCount).map { (label: map?[$0] ?? $0, id: $0) }
      .sorted { $0.label < $1.label }
    var builder = SparseRowsBuilder(columns: request.labels.count)
    for feature in 0..<request.featureCount {
      var entries = ActivationRows.Entries()
      for (label, id) in order where values[place(feature, id)] != 0 {
        entries.indices.append(Int32(label))
        entries.values.append(values[place(feature, id)])
      }
      builder.append(entries)
    }
    return builder.matrix
  }

  /// Checks that each class of a table has a label of its own.
  private func checkLabels(_ request: Request, _ map: [Int]?) throws(TruthError) {
    var classes: [Int: Int] = [:]
    for (id, label) in (map ?? []).enumerated() {
      if let other = classes.updateValue(id, forKey: label) {
        throw TruthError(
          path: request.classes?.path ?? path,
          reason: .sharedLabel(request.labels[label], classes: [other, id]))
      }
    }
  }

  private func classMeans(_ request: Request, _ map: [Int]?) throws(TruthError) -> GroundTruth {
    try checkLabels(request, map)
    let (n, count) = (request.featureCount, map?.count ?? request.labels.count)
    let means = try reals("class_means", shape: [count, n], "[\(count), \(n)]")
    try checkRows(means)
    return GroundTruth(classValues: table(means.floats(), request, map) { $1 * n + $0 })
  }

  private func classHistogram(
    _ request: Request, _ map: [Int]?
  ) throws(TruthError) -> GroundTruth {
    try checkLabels(request, map)
    let (n, count) = (request.featureCount, map?.count ?? request.labels.count)
    guard tensor("class_histogram").shape == [n, count] else {
      throw TruthError(
        path: path,
        reason: .shape(
          tensor("class_histogram").name, found: tensor("class_histogram").shape,
          expected: "[\(n), \(count)]"))
    }
    let values: [Float]
    if tensor("class_histogram").dtype.isFloatingPoint {
      try checkRows(tensor("class_histogram"))
      values = tensor("class_histogram").floats()
    } else {
      values = try wholeNumbers("class_histogram", below: .max).map { Float($0) }
    }
    return GroundTruth(classValues: table(values, request, map) { $0 * count + $1 })
  }

  /// The sums of the activations of each feature's top pictures, by class.
  ///
  /// A value of 0 stands for no picture: the files were made with room for more pictures than there
  /// were, and their labels mean nothing.
  private func topPictures(_ request: Request, _ map: [Int]?) throws(TruthError) -> GroundTruth {
    let n = request.featureCount
    let values = try reals("max_activating_image_values", shape: [n, nil], "[\(n), pictures]")
    try checkRows(values)
    let labels = tensor("max_activating_image_label_indices")
    guard labels.shape == values.shape else {
      throw TruthError(
        path: path, reason: .shape(labels.name, found: labels.shape, expected: "\(values.shape)"))
    }
    let width = values.shape[1]
    let weights = values.floats()
    let ids = try wholeNumbers(
      "max_activating_image_label_indices", below: map?.count ?? request.labels.count)
    var builder = SparseRowsBuilder(columns: request.labels.count)
    for feature in 0..<n {
      var sums: [Int: Double] = [:]
      for place in (feature * width)..<((feature + 1) * width) where weights[place] != 0 {
        sums[map?[ids[place]] ?? ids[place], default: 0] += Double(weights[place])
      }
      var entries = ActivationRows.Entries()
      for label in sums.keys.sorted() {
        entries.indices.append(Int32(label))
        entries.values.append(Float(sums[label] ?? 0))
      }
      builder.append(entries)
    }
    return GroundTruth(
      classValues: builder.matrix, densities: try vector("sae_sparsity", count: n),
      means: try vector("sae_mean_acts", count: n))
  }

  private func vector(_ name: String, count: Int) throws(TruthError) -> [Float]? {
    guard tensors[name] != nil else { return nil }
    let values = try reals(name, shape: [count], "[\(count)]").floats()
    // NaN stands for what was not known.
    if let row = values.firstIndex(where: \.isInfinite) {
      throw TruthError(path: path, reason: .nonfinite(tensor(name).name, row: row))
    }
    return values
  }
}
