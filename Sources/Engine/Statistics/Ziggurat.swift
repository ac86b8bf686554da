internal import RealModule

/// The standard normal density under horizontal layers of equal area, from which numbers are drawn quickly.
///
/// Layer i is the rectangle from 0 to x_i and from f(x_i) to f(x_{i+1}), f(x) = exp(-x²/2); layer 0 is what lies below
/// f(x_1), the tail included, as a rectangle of the same area. A point of a layer left of x_{i+1} is under the density whatever its
/// height, which is so 98.8 times in 100. Sources: Marsaglia, Tsang 2000, "The ziggurat method for generating random
/// variables"; Doornik 2005, "An improved ziggurat method to generate normal random samples".
struct Ziggurat: Sendable {
  /// The table that all use.
  static let standard = Ziggurat()

  /// x_1, where the tail begins, for 256 layers (Marsaglia, Tsang 2000).
  private static let tail = 3.654_152_885_361_008_8

  private static let layerCount = 256

  /// x_i, and x_{i+1}/x_i: the point of a layer left of which is under the density.
  private let layers: [SIMD2<Double>]

  private init() {
    func density(_ x: Double) -> Double { Double.exp(-x * x / 2) }
    let tail = Self.tail
    let beyond = (Double.pi / 2).squareRoot() * Double.erfc(tail / 2.0.squareRoot())
    let area = tail * density(tail) + beyond
    var edges = [area / density(tail), tail]
    while edges.count < Self.layerCount {
      let x = edges[edges.count - 1]
      edges.append((-2 * Double.log(area / x + density(x))).squareRoot())
    }
    edges.append(0)
    layers = (0..<Self.layerCount).map { SIMD2(edges[$0], edges[$0 + 1] / edges[$0]) }
  }

  /// Replaces elements by independent numbers of the standard normal distribution.
  ///
  /// How many numbers of the generator it takes is chance: one for nearly every element. The lowest 8 bits choose the
  /// layer, the upper 53 the place in it.
  ///
  /// - Parameters:
  ///   - elements: Elements, rounded to `Float`.
  ///   - range: Which of them.
  ///   - generator: Where the random numbers come from.
  func fill(
    _ elements: inout MutableSpan<Float>, _ range: Range<Int>,
    using generator: inout some RandomNumberGenerator
  ) {
    let layers = layers.span
    for index in range {
      let bits = generator.next()
      let place = Double(Int64(bitPattern: bits) >> 11) * 0x1p-52
      let layer = layers[Int(bits & 255)]
      let x = place * layer[0]
      elements[index] =
        abs(place) < layer[1] ? Float(x) : Float(slow(x, Int(bits & 255), using: &generator))
    }
  }

  /// A number of which the first point was not left of the next layer's edge.
  private func slow(
    _ x: Double, _ layer: Int, using generator: inout some RandomNumberGenerator
  ) -> Double {
    var (x, layer) = (x, layer)
    while true {
      if layer == 0 {
        let beyond = tailNumber(using: &generator)
        return x < 0 ? -beyond : beyond
      }
      let (edge, next) = (layers[layer][0], layers[layer][0] * layers[layer][1])
      let outer = Double.exp((x * x - edge * edge) / 2)
      let inner = Double.exp((x * x - next * next) / 2)
      // The height of the point, relative to the density at x, is under 1.
      if outer + generator.nextUniform() * (inner - outer) < 1 { return x }
      let bits = generator.next()
      let place = Double(Int64(bitPattern: bits) >> 11) * 0x1p-52
      layer = Int(bits & 255)
      x = place * layers[layer][0]
      if abs(place) < layers[layer][1] { return x }
    }
  }

  /// A number beyond x_1 (Marsaglia 1964, "Generating a variable from the tail of the normal distribution").
  private func tailNumber(using generator: inout some RandomNumberGenerator) -> Double {
    while true {
      let x = -Double.log(generator.nextUniform()) / Self.tail
      if -2 * Double.log(generator.nextUniform()) >= x * x { return Self.tail + x }
    }
  }
}
