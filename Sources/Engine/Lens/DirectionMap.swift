/// The way of directions into the joint space, and which of them have one.
///
/// With C the centring x - mean x, and P, γ, β, ε of the image head:
///
///     full    E(x) = P (γ ⊙ C x / √(var x + ε) + β)
///     linear  M x  = P (γ ⊙ C x)
///     native  x
///
/// Rows that are only read for their direction (linear, native) are scaled to unit length first,
/// in `Double`, so that lengths from 1e-38 to 1e38 give the same cosines.
struct DirectionMap: Sendable {
  /// How directions are mapped.
  let map: LensMap

  /// The width of the directions, d.
  let width: Int

  /// The width of the joint space, D.
  let embeddingWidth: Int

  /// `P · diag(γ)`, [D, d]; nil for native.
  private let projection: PackedPanels?

  /// `P β`, [D]; empty for linear and native.
  private let shift: [Float]

  private let epsilon: Double

  /// The share of a direction's length under which its centred part is rounding noise.
  ///
  /// A direction along (1, ..., 1) is taken to nothing by C; stored in `Float`, about 6e-8 of it
  /// is left.
  private static let centredNoise = 1e-6

  /// A map that leaves directions as they are.
  ///
  /// - Parameter width: The width of the joint space.
  init(nativeWidth width: Int) {
    map = .native
    self.width = width
    embeddingWidth = width
    projection = nil
    shift = []
    epsilon = 0
  }

  /// A map through an image head.
  ///
  /// - Parameters:
  ///   - head: The head.
  ///   - isLinear: Whether σ and β are left out.
  init(_ head: ImageHead, isLinear: Bool) {
    map = isLinear ? .linear : .full
    width = head.width
    embeddingWidth = head.embeddingWidth
    epsilon = head.epsilon
    var scaled = head.projection.elements
    var shift = [Float](repeating: 0, count: head.embeddingWidth)
    for i in 0..<head.embeddingWidth {
      var sum = 0.0
      for j in 0..<head.width {
        let element = Double(head.projection[i, j])
        sum += element * Double(head.bias[j])
        scaled[i * head.width + j] = Float(element * Double(head.weight[j]))
      }
      shift[i] = Float(sum)
    }
    projection = PackedPanels(scaled.span, count: head.embeddingWidth, width: head.width)
    self.shift = isLinear ? [] : shift
  }

  /// Maps a tile of rows and scales them to unit length.
  ///
  /// - Parameters:
  ///   - rows: The directions, [tileRows, d], changed on the way.
  ///   - statuses: What is known of each row, [tileRows]; rows that are not `read` are left out.
  ///     Rows that the map takes to nothing become `unmapped`, those whose images are not finite
  ///     become `nonFinite`.
  ///   - result: Receives unit rows, [tileRows, D]; zeros for rows that are left out.
  ///   - scratch: Room for products.
  func apply(
    _ rows: inout [Float], statuses: inout [FeatureStatus], into result: inout [Float],
    scratch: inout [Float]
  ) {
    for row in statuses.indices {
      let elements = (row * width)..<((row + 1) * width)
      guard let step = step(for: rows.span.extracting(elements), status: &statuses[row]) else {
        for j in elements { rows[j] = 0 }
        continue
      }
      for j in elements { rows[j] = Float((Double(rows[j]) - step.mean) * step.scale) }
    }
    if let projection {
      projection.multiply(rows, into: &result, scratch: &scratch)
    } else {
      result = rows
    }
    var target = result.mutableSpan
    if map == .full { addShift(to: &target, statuses: statuses) }
    let norms = normalizeRows(&target, width: embeddingWidth)
    for row in statuses.indices where statuses[row] == .read {
      if norms[row] > 0, norms[row].isFinite { continue }
      statuses[row] = norms[row] == 0 ? .unmapped : .nonFinite
      for j in 0..<embeddingWidth { target[row * embeddingWidth + j] = 0 }
    }
  }

  /// What is taken from a row, and what it is multiplied by; nil if nothing of it is left.
  private func step(
    for row: Span<Float>, status: inout FeatureStatus
  ) -> (mean: Double, scale: Double)? {
    guard status == .read else { return nil }
    let norm = euclideanNorm(row)
    if map == .native { return (0, 1 / norm) }
    let (mean, variance) = meanAndVariance(row)
    let centredNorm = (variance * Double(width)).squareRoot()
    if centredNorm <= Self.centredNoise * norm {
      if map == .linear { status = .unmapped }
      return nil
    }
    return (mean, map == .full ? 1 / (variance + epsilon).squareRoot() : 1 / centredNorm)
  }

  private func addShift(to rows: inout MutableSpan<Float>, statuses: [FeatureStatus]) {
    for row in statuses.indices where statuses[row] == .read {
      for j in 0..<embeddingWidth { rows[row * embeddingWidth + j] += shift[j] }
    }
  }
}
