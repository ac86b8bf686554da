/// How much of the features lies where the labels are, from second moments alone.
///
/// With G the covariance of the features (V) and of the labels (T), and s_ij = v_i · t_j, the mean of s² over
/// all pairs is the sum of four shares: of the grand mean, of the features' own means over labels, of the
/// labels' own means over features, and the rest:
///
///     (μ_V · μ_T)²      μ_Tᵀ G_V μ_T      μ_Vᵀ G_T μ_V      ⟨G_V, G_T⟩
///
/// The ratio ρ compares the rest with what it is for rotated features. It is taken where nothing lies along
/// m, the common direction of the labels, in D' = D - 1 dimensions; G' is G there:
///
///     ρ = D' ⟨G'_V, G'_T⟩ / (tr G'_V · tr G'_T)
///
/// Over all rotations its mean is 1, and its deviation, with G̃ = G' - (tr G'/D') 1,
///
///     D' ‖G̃_V‖ ‖G̃_T‖ √(2 / ((D' - 1)(D' + 2))) / (tr G'_V · tr G'_T)
///
/// It tests in which subspace features lie, not whether their names are right.
struct Alignment: Sendable, Equatable {
  /// The share of the squared grand mean.
  let grand: Double
  /// The share of the features' means over labels.
  let features: Double
  /// The share of the labels' means over features.
  let labels: Double
  /// The share of the rest.
  let residual: Double
  /// ρ.
  let ratio: Double
  /// The deviation of ρ over rotations.
  let nullDeviation: Double
  /// The mean of (v · m)², what features have along the common direction of the labels.
  let alongLabels: Double

  /// Compares features and labels.
  ///
  /// - Parameters:
  ///   - moments: The features.
  ///   - labels: The labels, two at least.
  /// - Complexity: 2 · C · D² floating-point operations, and a few passes over [D, D].
  init(_ moments: BankMoments, labels: LabelSide) {
    let width = labels.width
    let axis = labels.meanDirection
    let (features, texts) = (moments.covariance, Self.covariance(labels))
    let parts = [
      Self.square(Self.dot(moments.mean, labels.mean)),
      Self.form(features, labels.mean), Self.form(texts, moments.mean), Self.dot(features, texts),
    ]
    let total = parts.reduce(0, +)
    (grand, self.features) = (parts[0] / total, parts[1] / total)
    (self.labels, residual) = (parts[2] / total, parts[3] / total)
    alongLabels = Self.form(moments.secondMoment, axis)
    let inner = Double(width - 1)
    let (v, t) = (Self.without(axis, features), Self.without(axis, texts))
    let (traceV, traceT) = (Self.trace(v, width), Self.trace(t, width))
    ratio = inner * Self.dot(v, t) / (traceV * traceT)
    // ‖G̃‖² = ‖G'‖² - (tr G')²/D', since 1 has D' dimensions here.
    let normV = max(0, Self.dot(v, v) - traceV * traceV / inner).squareRoot()
    let normT = max(0, Self.dot(t, t) - traceT * traceT / inner).squareRoot()
    nullDeviation =
      inner * normV * normT * (2 / ((inner - 1) * (inner + 2))).squareRoot() / (traceV * traceT)
  }

  /// The covariance of the labels, [D, D], products in `Float`.
  private static func covariance(_ labels: LabelSide) -> [Double] {
    let (width, count) = (labels.width, labels.count)
    var centred = labels.rows
    for j in 0..<count {
      for p in 0..<width {
        centred[j * width + p] = Float(Double(centred[j * width + p]) - labels.mean[p])
      }
    }
    var gram = [Float](repeating: 0, count: width * width)
    var target = gram.mutableSpan
    BLAS.gemm(
      centred.span, centred.span, opA: .transpose, m: width, n: width, k: count, into: &target)
    return gram.map { Double($0) / Double(count) }
  }

  /// Q G Q with Q = 1 - m mᵀ.
  private static func without(_ axis: [Double], _ matrix: [Double]) -> [Double] {
    let width = axis.count
    let image = (0..<width).map { p in
      (0..<width).reduce(0.0) { $0 + matrix[p * width + $1] * axis[$1] }
    }
    let square = dot(image, axis)
    var result = matrix
    for p in 0..<width {
      let rest = square * axis[p] - image[p]
      for q in 0..<width { result[p * width + q] += rest * axis[q] - axis[p] * image[q] }
    }
    return result
  }

  private static func form(_ matrix: [Double], _ vector: [Double]) -> Double {
    let width = vector.count
    var sum = 0.0
    for p in 0..<width {
      var row = 0.0
      for q in 0..<width { row += matrix[p * width + q] * vector[q] }
      sum += vector[p] * row
    }
    return sum
  }

  private static func trace(_ matrix: [Double], _ width: Int) -> Double {
    (0..<width).reduce(0.0) { $0 + matrix[$1 * width + $1] }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  private static func square(_ x: Double) -> Double { x * x }
}
