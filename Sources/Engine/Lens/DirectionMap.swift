/// The way of directions into the joint space, and which of them have one.
///
/// With C the centring x - mean x, and P, γ, β, ε of the image head:
///
///     full    E(x) = P (γ ⊙ C x / √(var x + ε) + β)
///     linear  M x  = P (γ ⊙ C x)
///     native  x
///
/// and with any matrix B and vector c besides
///
///     linear  B x
///     full    E(x) - c
///
/// C is part of the operand M = P diag(γ) C, so directions are multiplied as they are stored, and
/// the rest is a factor for each row and a shift. Only rows for which that would cost accuracy are
/// rewritten first: very long or short ones, and those that are mostly along (1, ..., 1).
struct DirectionMap: Sendable {
  /// How directions are mapped.
  let map: LensMap

  /// The width of the directions, d.
  let width: Int

  /// The width of the joint space, D.
  let embeddingWidth: Int

  /// `P · diag(γ) · C`, [D, d]; nil for native.
  let projection: ProductOperand?

  /// `P β`, less c if there is one, [D]; empty for linear and native.
  private let shift: [Float]

  /// Whether the mean of a direction takes no part, because C is in the operand.
  private let isCentred: Bool

  private let epsilon: Double

  /// The share of a direction's length under which its centred part is rounding noise.
  ///
  /// A direction along (1, ..., 1) is taken to nothing by C; stored in `Float`, about 6e-8 of it
  /// is left.
  private static let centredNoise = 1e-6

  /// The least share of a direction's squared length that its centred part must have if C is left
  /// to the product: rounding errors are relative to the whole direction, so they at most double.
  private static let leastCentredShare = 0.25

  /// The squared lengths for which products neither overflow nor lose small elements.
  private static let plainSquares = 0x1p-80...0x1p80

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
    isCentred = false
  }

  /// A map by a matrix, which has no part that depends on the length of a direction.
  ///
  /// - Parameters:
  ///   - matrix: B, [D, d].
  ///   - isCentred: Whether B takes (1, ..., 1) to nothing, so that what directions have of it is
  ///     left out before it costs accuracy.
  init(linear matrix: Matrix, isCentred: Bool = false) {
    map = .linear
    width = matrix.columns
    embeddingWidth = matrix.rows
    projection = ProductOperand(matrix.elements, count: matrix.rows, width: matrix.columns)
    shift = []
    epsilon = 0
    self.isCentred = isCentred
  }

  /// A map through an image head.
  ///
  /// - Parameters:
  ///   - head: The head.
  ///   - isLinear: Whether σ and β are left out.
  ///   - reference: c, which is subtracted from images of a full map, [D]; nil for nothing.
  init(_ head: ImageHead, isLinear: Bool, lessReference reference: [Double]? = nil) {
    precondition(!(isLinear && reference != nil), "a reference of a linear map")
    map = isLinear ? .linear : .full
    isCentred = true
    width = head.width
    embeddingWidth = head.embeddingWidth
    epsilon = head.epsilon
    var operand = [Float](repeating: 0, count: head.projection.elements.count)
    var shift = [Float](repeating: 0, count: head.embeddingWidth)
    let (weight, bias) = (head.weight.span, head.bias.span)
    let projection = head.projection.elements.span
    for i in 0..<head.embeddingWidth {
      let start = i * head.width
      var (shiftSum, sum) = (0.0, 0.0)
      for j in weight.indices {
        let element = Double(projection[start + j])
        shiftSum += element * Double(bias[j])
        sum += element * Double(weight[j])
      }
      let mean = sum / Double(head.width)
      for j in weight.indices {
        operand[start + j] = Float(Double(projection[start + j]) * Double(weight[j]) - mean)
      }
      shift[i] = Float(shiftSum - (reference?[i] ?? 0))
    }
    self.projection = ProductOperand(operand, count: head.embeddingWidth, width: head.width)
    self.shift = isLinear ? [] : shift
  }
}

// MARK: - Before the product

extension DirectionMap {
  /// What is to be done with a direction.
  enum Step: Equatable {
    /// It is left out.
    case mask(FeatureStatus)
    /// It is multiplied as it is, and the product by the factor.
    case plain(factor: Float)
    /// It must be rewritten before it is multiplied.
    case rewrite
  }

  /// Tells what is to be done with a direction.
  ///
  /// - Parameters:
  ///   - sum: The sum of its elements.
  ///   - square: The sum of their squares.
  /// - Returns: The step.
  func step(sum: Double, square: Double) -> Step {
    guard square.isFinite else { return .mask(.nonFinite) }
    guard square > 0 else { return .mask(.dead) }
    guard Self.plainSquares.contains(square) else { return .rewrite }
    guard map != .native else { return .plain(factor: Float(1 / square.squareRoot())) }
    guard isCentred else { return .plain(factor: 1) }
    let centredSquare = square - sum * sum / Double(width)
    guard centredSquare >= Self.leastCentredShare * square else { return .rewrite }
    let variance = centredSquare / Double(width)
    return .plain(factor: map == .full ? Float(1 / (variance + epsilon).squareRoot()) : 1)
  }

  /// Rewrites a direction so that it can be multiplied: `C x / √(var x + ε)`, or a unit vector where
  /// its length does not matter.
  ///
  /// - Parameters:
  ///   - rows: The directions, of which one is changed in place.
  ///   - row: Which; it is finite and not zero.
  /// - Returns: False if the map takes it to nothing.
  func rewrite(_ rows: inout MutableSpan<Float>, row: Int) -> Bool {
    let elements = (row * width)..<((row + 1) * width)
    let norm = euclideanNorm(rows.span.extracting(elements))
    var (mean, scale) = (0.0, 1 / norm)
    if isCentred {
      let variance: Double
      (mean, variance) = meanAndVariance(rows.span.extracting(elements))
      let centredNorm = (variance * Double(width)).squareRoot()
      if centredNorm <= Self.centredNoise * norm {
        if map == .linear { return false }
        scale = 0
      } else {
        scale = map == .full ? 1 / (variance + epsilon).squareRoot() : 1 / centredNorm
      }
    }
    for j in elements { rows[j] = Float((Double(rows[j]) - mean) * scale) }
    return true
  }
}

// MARK: - After the product

extension DirectionMap {
  /// What has become of the image of a direction.
  enum Image: Equatable {
    /// It is a unit vector but for the factor.
    case unit(factor: Float)
    /// It is left out.
    case mask(FeatureStatus)
  }

  /// Completes the image of a direction.
  ///
  /// - Parameters:
  ///   - rows: The products, of which one is changed in place.
  ///   - row: Which.
  ///   - factor: Its factor.
  /// - Returns: What has become of it.
  func complete(_ rows: inout MutableSpan<Float>, row: Int, factor: Float) -> Image {
    let elements = (row * embeddingWidth)..<((row + 1) * embeddingWidth)
    let square =
      map == .full
      ? scaleAndShift(&rows, at: elements.lowerBound, scale: factor, shift: shift)
      : sumOfSquares(rows.span.extracting(elements))
    guard square.isFinite else { return .mask(.nonFinite) }
    guard square > 0 else { return .mask(.unmapped) }
    let norm = square.squareRoot()
    if Self.plainSquares.contains(square) { return .unit(factor: Float(1 / norm)) }
    for j in elements { rows[j] = Float(Double(rows[j]) / norm) }
    return .unit(factor: 1)
  }
}
