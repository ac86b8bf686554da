extension VerdictReport {
  /// How many decomposed features are listed.
  private static let sparseLimit = 20

  /// Features as sums of labels, as they are written.
  func json(_ sparse: SparseNaming) -> JSONObject {
    let explained = sparse.sums.map { $0.shares.last ?? 0 }.sorted()
    let ids = featureIDs
    return [
      "variant": .string(sparse.form.rawValue),
      "most_labels": .integer(SparseNaming.mostLabels),
      "least_cosine": JSONValue(sparse.leastCosine),
      "random_directions": .integer(SparseNaming.randomCount),
      "features": .integer(sparse.features.count),
      "by_labels": .array(
        (0...SparseNaming.mostLabels).map { size in
          .integer(sparse.sums.count { $0.atoms.count == size })
        }),
      "median_explained": explained.isEmpty
        ? .null : JSONValue(interpolatedQuantile(ofSorted: explained, share: 0.5)),
      "listed": .array(
        zip(sparse.features, sparse.sums).prefix(Self.sparseLimit).map { feature, sum in
          [
            "feature_id": .integer(Int(ids[feature])),
            "labels": .array(
              sum.atoms.indices.map { step in
                let id = Int(verdict.labelIDs[sum.atoms[step]])
                return [
                  "label_id": .integer(id), "label": .string(verdict.run.labels.labels[id]),
                  "weight": JSONValue(sum.weights[step]), "explained": JSONValue(sum.shares[step]),
                ]
              }),
          ]
        }),
    ]
  }

  /// The columns of `verdict.safetensors`, [n, 5] each: the ids of the labels of each feature, -1 for none, their
  /// weights, and the share that is explained with each and those before it.
  func columns(_ sparse: SparseNaming) -> [Column] {
    let (most, count) = (SparseNaming.mostLabels, sparse.count)
    func spread<Value>(
      _ none: Value, _ value: (NonNegativePursuit.Decomposition, Int) -> Value
    ) -> [Value] {
      var result = [Value](repeating: none, count: count * most)
      for (feature, sum) in zip(sparse.features, sparse.sums) {
        for step in sum.atoms.indices { result[feature * most + step] = value(sum, step) }
      }
      return result
    }
    return [
      Column(name: "sparse.label_id", dtype: .i32, shape: [count, most]) {
        littleEndianBytes(spread(Int32(-1)) { verdict.labelIDs[$0.atoms[$1]] })
      },
      Column(name: "sparse.weight", dtype: .f32, shape: [count, most]) {
        littleEndianBytes(spread(Float.nan) { Float($0.weights[$1]) })
      },
      Column(name: "sparse.explained", dtype: .f32, shape: [count, most]) {
        littleEndianBytes(spread(Float.nan) { Float($0.shares[$1]) })
      },
    ]
  }

  /// What is told of features as sums of labels on one line.
  public struct SparseLine: Sendable {
    /// The number of features.
    public let featureCount: Int
    /// The features that have one label at least.
    public let namedCount: Int
    /// The median over features of the share that their labels explain.
    public let explained: Double
  }

  /// Features as sums of labels; nil if they were not asked for.
  public var sparseLine: SparseLine? {
    semantics.sparse.map { sparse in
      SparseLine(
        featureCount: sparse.features.count,
        namedCount: sparse.sums.count { !$0.atoms.isEmpty },
        explained: interpolatedQuantile(
          ofSorted: sparse.sums.map { $0.shares.last ?? 0 }.sorted(), share: 0.5))
    }
  }
}
