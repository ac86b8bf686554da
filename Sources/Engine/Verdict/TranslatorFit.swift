/// Maps from residuals to image embeddings, fitted on some pictures and judged on others.
///
/// x are residuals, y unit image embeddings; both less their mean over the pictures of the fit:
///
///     ridge       B = argmin Σ ‖y - B x‖² + λ ‖B‖²
///     procrustes  B = argmax tr(B Σ x yᵀ) over all B with B Bᵀ = 1 (or BᵀB = 1 where D > d)
///
/// With a polar decomposition Σ y xᵀ = U S Vᵀ, the second is U Vᵀ (Schönemann 1966). Three fifths of the
/// classes, with all their pictures, are for the fit, a fifth is for the choice of λ, and after that
/// for the fit too, and the last is held out; where fewer than five classes have pictures, pictures
/// are divided instead.
struct TranslatorFit: Sendable {
  /// How well pictures are predicted that took no part in the fit.
  struct Quality: Sendable, Equatable {
    /// 1 - Σ ‖y - ŷ‖² / Σ ‖y - ȳ‖², ȳ the mean over the pictures of the fit.
    let r2: Double
    /// The mean cosine of y - ȳ and ŷ - ȳ.
    let cosine: Double
  }

  /// One map.
  struct Map: Sendable {
    let form: LensForm
    /// B, [D, d].
    let matrix: Matrix
    /// λ over the mean eigenvalue of Σ x xᵀ; nil without.
    let lambdaShare: Double?
    /// λ; nil without.
    let lambda: Double?
    let quality: Quality
  }

  /// The maps.
  let maps: [Map]

  /// What the image head alone, a mean and a factor predict: ŷ = ȳ + s (e - ē), e the unit image of x.
  let untranslated: Quality

  /// The pictures that maps were fitted on, and those that were held out.
  let pictureCounts: (fit: Int, heldOut: Int)

  /// The classes none of whose pictures took part in the fit; empty if pictures were divided.
  let heldOutClasses: Set<Int32>

  /// The least and the greatest power of ten of λ over the mean eigenvalue.
  private static let powers = -6...1

  /// Fits maps.
  ///
  /// Memory: residuals and embeddings in `Float`.
  ///
  /// - Parameters:
  ///   - truth: The truth.
  ///   - head: The image head.
  ///   - seed: Determines which pictures are held out.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Throws: `Obstacle` if there is nothing to be fitted.
  init(_ truth: GroundTruth, head: ImageHead, seed: UInt64, workers: Int) throws(Obstacle) {
    guard let residuals = truth.residuals, let embeddings = truth.embeddings else {
      throw Obstacle(reason: "found no residuals with embeddings beside them")
    }
    guard residuals.shape[1] == head.width, embeddings.shape[1] == head.embeddingWidth else {
      throw Obstacle(
        reason: "found residuals of \(residuals.shape[1]) and embeddings of "
          + "\(embeddings.shape[1]), expected \(head.width) and \(head.embeddingWidth)")
    }
    let parts = try PictureParts(truth.classIDs, seed: seed)
    func pairs(_ numbers: [UInt8]) -> PicturePairs {
      let chosen = truth.classIDs.indices.filter { numbers.contains(parts.numbers[$0]) }
      return PicturePairs(residuals: residuals, embeddings: embeddings, pictures: chosen)
    }
    let (first, choice, heldOut) = (pairs([0]), pairs([1]), pairs([2]))
    let trial = Products(first, workers: workers)
    var best: (share: Double, r2: Double)?
    for power in Self.powers {
      let share = Self.powerOfTen(power)
      guard let matrix = trial.ridge(share) else { continue }
      let r2 = trial.quality(of: matrix, on: choice).r2
      if r2 > best?.r2 ?? -.infinity { best = (share, r2) }
    }
    guard let best else { throw Obstacle(reason: "found residuals that do not differ") }
    let all = pairs([0, 1])
    let products = Products(all, workers: workers)
    guard let ridge = products.ridge(best.share) else {
      throw Obstacle(reason: "found residuals that do not differ")
    }
    let isometry = products.isometry
    maps = [
      Map(
        form: .ridge, matrix: ridge, lambdaShare: best.share, lambda: best.share * products.scale,
        quality: products.quality(of: ridge, on: heldOut)),
      Map(
        form: .procrustes, matrix: isometry, lambdaShare: nil, lambda: nil,
        quality: products.quality(of: products.scaled(isometry), on: heldOut)),
    ]
    let images = Products(all.imaged(by: head), workers: workers)
    untranslated = images.quality(
      of: images.scaled(Matrix(rounding: .identity(head.embeddingWidth))),
      on: heldOut.imaged(by: head))
    pictureCounts = (all.x.rows, heldOut.x.rows)
    heldOutClasses = parts.heldOutClasses
  }

  private static func powerOfTen(_ power: Int) -> Double {
    let ten = (0..<abs(power)).reduce(1.0) { value, _ in value * 10 }
    return power < 0 ? 1 / ten : ten
  }

  /// Why nothing is fitted.
  struct Obstacle: Error {
    let reason: String
  }
}

/// Which part each picture belongs to: 0 for the fit, 1 for the choice of λ, 2 held out.
private struct PictureParts {
  var numbers: [UInt8] = []
  var heldOutClasses: Set<Int32> = []

  /// The parts that are counted: three of these are for the fit, one for each of the others.
  private static let shares = 5

  init(_ classIDs: [Int32], seed: UInt64) throws(TranslatorFit.Obstacle) {
    let classes = Set(classIDs).sorted()
    var generator = SplitMix64(seed: seed)
    guard max(classes.count, classIDs.count) >= Self.shares else {
      throw TranslatorFit.Obstacle(
        reason: "found \(classIDs.count) pictures, expected at least \(Self.shares)")
    }
    guard classes.count >= Self.shares else {
      numbers = Self.divided(classIDs.count, using: &generator)
      return
    }
    let divided = Self.divided(classes.count, using: &generator)
    let numberOf = Dictionary(uniqueKeysWithValues: zip(classes, divided))
    numbers = classIDs.map { numberOf[$0] ?? 0 }
    heldOutClasses = Set(zip(classes, divided).filter { $0.1 == 2 }.map(\.0))
  }

  private static func divided(
    _ count: Int, using generator: inout some RandomNumberGenerator
  ) -> [UInt8] {
    let order = (0..<count).shuffled(using: &generator)
    var numbers = [UInt8](repeating: 0, count: count)
    let part = count / shares
    for (place, item) in order.enumerated() where place < 2 * part {
      numbers[item] = place < part ? 2 : 1
    }
    return numbers
  }
}

/// Some pictures' residuals, [m, d], and unit embeddings, [m, D].
private struct PicturePairs {
  var x: Matrix
  let y: Matrix

  init(residuals: Tensor, embeddings: Tensor, pictures: [Int]) {
    x = Self.rows(residuals, pictures, isUnit: false)
    y = Self.rows(embeddings, pictures, isUnit: true)
  }

  private init(x: Matrix, y: Matrix) {
    self.x = x
    self.y = y
  }

  private static func rows(_ tensor: Tensor, _ pictures: [Int], isUnit: Bool) -> Matrix {
    let width = tensor.shape[1]
    var elements = [Float](repeating: 0, count: pictures.count * width)
    var row = 0
    GroundTruth.forEachRow(pictures, of: tensor, isUnit: isUnit) { _, span in
      var target = elements.mutableSpan
      copy(span, into: &target, at: row * width)
      row += 1
    }
    return Matrix(rows: pictures.count, columns: width, elements: elements)
  }

  /// The same with the unit images of residuals in their place.
  func imaged(by head: ImageHead) -> PicturePairs {
    var normalized = [Float](repeating: 0, count: x.elements.count)
    layerNorm(
      x.elements, rows: x.rows, weight: head.weight, bias: head.bias, epsilon: head.epsilon,
      into: &normalized)
    var images = Matrix(rows: x.rows, columns: head.embeddingWidth)
    BLAS.gemm(
      Matrix(rows: x.rows, columns: x.columns, elements: normalized), head.projection,
      opB: .transpose, into: &images)
    var span = images.elements.mutableSpan
    normalizeRows(&span, width: head.embeddingWidth)
    return PicturePairs(x: images, y: y)
  }
}

/// Means and sums of products of the pictures of a fit.
private struct Products {
  let meanX: [Double]
  let meanY: [Double]
  /// Σ x xᵀ, [d, d].
  let gram: DoubleMatrix
  /// Σ x yᵀ, [d, D].
  let cross: DoubleMatrix

  init(_ pairs: PicturePairs, workers: Int) {
    meanX = columnMeans(pairs.x)
    meanY = columnMeans(pairs.y)
    gram = gramMatrix(pairs.x, center: meanX, workers: workers)
    cross = crossProducts(
      pairs.x, pairs.y, xCenter: meanX, yCenter: meanY, workers: workers)
  }

  /// The mean eigenvalue of Σ x xᵀ.
  var scale: Double { gram.trace / Double(gram.rows) }

  /// B of ridge regression, [D, d].
  func ridge(_ share: Double) -> Matrix? {
    guard scale > 0 else { return nil }
    return ridgeCoefficients(gram: gram, cross: cross, lambda: share * scale).map {
      Matrix(rounding: $0.transposed())
    }
  }

  /// B of Procrustes, [D, d].
  var isometry: Matrix {
    let parts = SingularValues(of: cross.transposed())
    return Matrix(rounding: .product(parts.left, parts.right))
  }

  /// A map times the factor that brings it nearest to the embeddings: tr(B Σ x yᵀ) / tr(B Σ x xᵀ Bᵀ).
  func scaled(_ matrix: Matrix) -> Matrix {
    let map = DoubleMatrix(matrix)
    let images = DoubleMatrix.product(map, gram)
    let (along, square) = (
      DoubleMatrix.product(map, cross).trace,
      DoubleMatrix.product(images, map, opB: .transpose).trace
    )
    var result = map
    result.scale(by: square > 0 ? along / square : 0)
    return Matrix(rounding: result)
  }

  /// How well a map predicts other pictures.
  func quality(of matrix: Matrix, on pairs: PicturePairs) -> TranslatorFit.Quality {
    let (rows, width) = (pairs.x.rows, pairs.y.columns)
    var centred = pairs.x
    for row in 0..<rows {
      for j in 0..<centred.columns { centred[row, j] = Float(Double(centred[row, j]) - meanX[j]) }
    }
    var found = Matrix(rows: rows, columns: width)
    BLAS.gemm(centred, matrix, opB: .transpose, into: &found)
    var (rest, total, cosines) = (0.0, 0.0, 0.0)
    for row in 0..<rows {
      var (squareY, squareF, product) = (0.0, 0.0, 0.0)
      for p in 0..<width {
        let (y, f) = (Double(pairs.y[row, p]) - meanY[p], Double(found[row, p]))
        squareY += y * y
        squareF += f * f
        product += y * f
      }
      rest += squareY - 2 * product + squareF
      total += squareY
      let lengths = (squareY * squareF).squareRoot()
      cosines += lengths > 0 ? product / lengths : 0
    }
    return TranslatorFit.Quality(r2: 1 - rest / total, cosine: cosines / Double(rows))
  }
}
