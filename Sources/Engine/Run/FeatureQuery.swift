/// What a run read of some of its features, read again: more of it than the run keeps.
public struct FeatureQuery: Sendable {
  /// Another feature, and the cosine of the two directions in the joint space.
  public struct Neighbour: Sendable, Equatable {
    /// The id of the feature.
    public let feature: Int
    /// The cosine.
    public let cosine: Float
  }

  /// All of a feature.
  public struct Answer: Sendable, Equatable {
    /// The cosines with all labels that take part, in the order of their ids; empty if the feature was not read.
    public let cosines: [Float]
    /// The features of the run that lie nearest, nearest first; equal cosines go to the lower feature.
    public let neighbours: [Neighbour]
  }

  private let run: RunColumns
  private let bank: JointBank
  private let labels: [Float]
  private let labelCount: Int
  private let featureIDs: [Int]

  /// Opens what the run was made from, as `TextQuery` does.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - digestCache: Where digests of files are kept; nil to compute them always.
  ///   - workers: The number of threads.
  /// - Throws: `RunError` if a file has changed or is not recorded; other errors if a file cannot be used.
  public init(_ run: RunColumns, digestCache: DigestCache? = nil, workers: Int = 1) throws {
    let sources = try RunSources(
      run.description.object ?? [:], path: run.path, purpose: nil, digestCache: digestCache,
      workers: workers)
    let labels = try run.labelBank()
    let scan = try LensScan(
      autoencoder: sources.autoencoder, variant: sources.variant, head: try sources.head(),
      labels: labels, logitScale: 1, topCount: 1, selection: sources.selection)
    guard scan.selection.count == run.featureCount else {
      throw QueryError(
        subject: run.path,
        reason: .features(found: scan.selection.count, needed: run.featureCount))
    }
    bank = JointBank(source: scan.source, map: scan.map)
    let usable = labels.statuses.indices.filter { labels.statuses[$0] == .usable }
    let matrix = labels.embeddings
    self.labels = usable.flatMap {
      matrix.elements[($0 * matrix.columns)..<(($0 + 1) * matrix.columns)]
    }
    labelCount = usable.count
    featureIDs = try run.integers("feature_id")
    self.run = run
  }

  /// Reads features again.
  ///
  /// - Parameters:
  ///   - rows: Their rows in the run, each once.
  ///   - neighbourCount: The features listed beside each.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Returns: An answer for each, in the same order.
  /// - Complexity: 2 · n · (d + rows) · D floating-point operations for n features of the run.
  public func answers(ofRows rows: [Int], neighbourCount: Int, workers: Int) -> [Answer] {
    let width = bank.width
    guard !rows.isEmpty else { return [] }
    var images: [Float] = []
    var isRead: [Bool] = []
    for row in rows {
      let tile = bank.tile(row..<(row + 1))
      images += tile.images.prefix(width)
      isRead.append(tile.statuses[0] == .read)
    }
    let queries = images
    var nearest = [[Neighbour]](repeating: [], count: rows.count)
    bank.forEachTile(
      workers: workers, makeState: {},
      produce: { _, tile -> [[Neighbour]] in
        var products = [Float](repeating: 0, count: rows.count * JointBank.tileRows)
        var target = products.mutableSpan
        BLAS.gemm(
          queries.span, tile.images.span, opB: .transpose, m: rows.count, n: JointBank.tileRows,
          k: width, into: &target)
        return rows.indices.map { query in
          let found = (0..<tile.rows).filter {
            tile.statuses[$0] == .read && tile.positions.lowerBound + $0 != rows[query]
          }.map { row in
            Neighbour(
              feature: featureIDs[tile.positions.lowerBound + row],
              cosine: products[query * JointBank.tileRows + row])
          }
          return Self.nearest(found, neighbourCount)
        }
      },
      { found in
        for query in rows.indices {
          nearest[query] = Self.nearest(nearest[query] + found[query], neighbourCount)
        }
      })
    var cosines = [Float](repeating: 0, count: rows.count * labelCount)
    var target = cosines.mutableSpan
    BLAS.gemm(
      queries.span, labels.span, opB: .transpose, m: rows.count, n: labelCount, k: width,
      into: &target)
    return rows.indices.map { query in
      isRead[query]
        ? Answer(
          cosines: Array(cosines[(query * labelCount)..<((query + 1) * labelCount)]),
          neighbours: nearest[query])
        : Answer(cosines: [], neighbours: [])
    }
  }

  private static func nearest(_ found: [Neighbour], _ count: Int) -> [Neighbour] {
    Array(
      found.sorted { ($0.cosine, $1.feature) > ($1.cosine, $0.feature) }.prefix(count))
  }
}
