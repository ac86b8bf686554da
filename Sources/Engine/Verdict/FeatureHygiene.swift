/// Features that do not stand for themselves: duplicates of others, those without a direction, and those that
/// hardly ever fire.
struct FeatureHygiene: Sendable {
  /// What is known of the rows of the encoder or of the decoder.
  struct Rows: Sendable {
    /// The first position of each feature's group, [n]: its own if no other row is nearly parallel.
    let representatives: [Int]
    /// The Euclidean length of each row, [n]; 0 of a dead feature, not finite where the row is not.
    let lengths: [Double]

    /// The groups of at least two features, largest first, then by their first features.
    var groups: [[Int]] {
      Dictionary(grouping: representatives.indices) { representatives[$0] }
        .values.filter { $0.count > 1 }.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
    }
  }

  /// The rows of W_dec, if the autoencoder has any.
  let decoder: Rows?

  /// The rows of W_enc, if the autoencoder has any.
  let encoder: Rows?

  /// The cosine of each feature's encoder and decoder row, [n]; NaN where one has no length; nil where there are
  /// no such rows, or they lie in spaces of different width.
  let rowCosines: [Double]?

  /// The share of pictures on which each feature fires, [n], NaN where unknown; nil without truth.
  let densities: [Double]?

  /// The density under which a feature that fires is of ultra-low frequency.
  static let leastDensity = 1e-5

  /// Examines the selected features of an autoencoder.
  ///
  /// - Parameters:
  ///   - autoencoder: The autoencoder.
  ///   - selection: Which features.
  ///   - densities: The share of pictures on which each fires, [n].
  ///   - seed: Gives the basis of bounds, on which the result does not depend.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Complexity: That of `DuplicateGroups`, for the encoder and for the decoder.
  init(
    _ autoencoder: Autoencoder, selection: FeatureSelection, densities: [Double]?, seed: UInt64,
    workers: Int
  ) {
    precondition(
      densities?.count ?? selection.count == selection.count,
      "densities of \(densities?.count ?? 0) features")
    let decoder = autoencoder.decoder.map { Self.matrix($0, selection) }
    let encoder = autoencoder.encoder.map { Self.matrix($0, selection) }
    self.decoder = decoder.map { Self.rows($0, seed: seed, workers: workers) }
    self.encoder = encoder.map { Self.rows($0, seed: seed, workers: workers) }
    self.densities = densities
    if let encoder, let decoder, encoder.columns == decoder.columns {
      rowCosines = mapInParallel(count: selection.count, workers: workers) { row in
        Self.cosine(encoder.row(row), decoder.row(row))
      }
    } else {
      rowCosines = nil
    }
  }

  private static func matrix(_ bank: DirectionBank, _ selection: FeatureSelection) -> Matrix {
    var elements = [Float](repeating: 0, count: selection.count * bank.width)
    DirectionSource(bank: bank, selection: selection, shift: nil)
      .read(0..<selection.count, into: &elements)
    return Matrix(rows: selection.count, columns: bank.width, elements: elements)
  }

  private static func rows(_ matrix: Matrix, seed: UInt64, workers: Int) -> Rows {
    var generator = SplitMix64(seed: seed)
    let groups = DuplicateGroups(of: matrix, using: &generator, workers: workers)
    let width = matrix.columns
    let lengths = (0..<matrix.rows).map { row in
      euclideanNorm(matrix.elements.span.extracting((row * width)..<((row + 1) * width)))
    }
    return Rows(representatives: groups.representatives, lengths: lengths)
  }

  private static func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += Double(x) * Double(y)
      aa += Double(x) * Double(x)
      bb += Double(y) * Double(y)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : .nan
  }
}

extension FeatureHygiene {
  /// The rows that a variant of the lens reads.
  func rows(of form: LensForm) -> Rows? { form.direction == .encoder ? encoder : decoder }

  /// A number for each feature that duplicates share, by the rows that a variant reads, [n]; nil if there are
  /// none to be read.
  func clusters(of form: LensForm) -> [Int]? { rows(of: form)?.representatives }

  /// The positions of features that fire on no picture.
  var silent: [Int] { densities.map { d in d.indices.filter { d[$0] == 0 } } ?? [] }

  /// The positions of features that fire, on a share of pictures under `leastDensity`.
  var ultraLow: [Int] {
    densities.map { d in d.indices.filter { d[$0] > 0 && d[$0] < Self.leastDensity } } ?? []
  }
}

extension Significance {
  /// What is counted where each group of duplicates counts as one feature.
  struct Collapsed: Sendable, Equatable {
    /// The groups with a feature that is read.
    let groups: Int
    /// The mean over groups of the share of features with a p-value of at most `level`.
    let share: Double
    /// The share of groups with nothing to be found: the mean over groups of their features' part in π₀, at
    /// most 1.
    let nullShare: Double
    /// The groups with a feature that is found among all features.
    let discoveries: Int
  }

  /// Counts groups of duplicates once each.
  ///
  /// - Parameter clusters: A number for each feature that duplicates share, [n].
  /// - Returns: What is counted; NaN shares if nothing is read.
  func collapsed(_ clusters: [Int]) -> Collapsed {
    precondition(clusters.count == pValues.count, "\(clusters.count) clusters")
    let read = pValues.indices.filter { !pValues[$0].isNaN }
    var sizes: [Int: Double] = [:]
    for feature in read { sizes[clusters[feature], default: 0] += 1 }
    func mean(_ value: (Double) -> Double) -> Double {
      let sum = read.reduce(0.0) { $0 + value(pValues[$1]) / (sizes[clusters[$1]] ?? 1) }
      return sizes.isEmpty ? .nan : sum / Double(sizes.count)
    }
    let lambda = NullShare.usualLambda
    let rising = read.map { pValues[$0] }.sorted()
    let limit = discoveries > 0 ? rising[discoveries - 1] : -1
    return Collapsed(
      groups: sizes.count, share: mean { $0 <= Self.level ? 1 : 0 },
      nullShare: min(1, mean { $0 > lambda ? 1 / (1 - lambda) : 0 }),
      discoveries: Set(read.filter { pValues[$0] <= limit }.map { clusters[$0] }).count)
  }
}
