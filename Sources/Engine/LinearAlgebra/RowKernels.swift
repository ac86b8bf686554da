internal import Foundation
internal import RealModule

/// Mean and population variance of a row, in `Double`.
///
/// The variance is of the differences from the mean (two passes), so that it does not cancel.
///
/// - Precondition: The row is not empty.
func meanAndVariance(_ row: Span<Float>) -> (mean: Double, variance: Double) {
  var sum = 0.0
  for j in row.indices { sum = Relaxed.sum(sum, Double(row[j])) }
  let mean = sum / Double(row.count)
  var squares = 0.0
  for j in row.indices {
    let difference = Double(row[j]) - mean
    squares = Relaxed.multiplyAdd(difference, difference, squares)
  }
  return (mean, squares / Double(row.count))
}

/// The Euclidean length of a row, summed in `Double`, which no finite `Float` can overflow.
func euclideanNorm(_ row: Span<Float>) -> Double {
  var sum = 0.0
  for j in row.indices {
    let element = Double(row[j])
    sum = Relaxed.multiplyAdd(element, element, sum)
  }
  return sum.squareRoot()
}

/// Replaces each row, [width], by its layer normalisation.
///
///     y = (x - mean x) / √(var x + epsilon) · weight + bias
///
/// Mean and (population) variance are taken in `Double`. Ba, Kiros, Hinton 2016.
///
/// - Parameters:
///   - rows: The rows, [rows, width], changed in place.
///   - weight: The scale, [width].
///   - bias: The shift, [width].
///   - epsilon: Added to the variance.
/// - Precondition: `bias` is as long as `weight`, and the rows are whole.
func layerNorm(
  _ rows: inout MutableSpan<Float>, weight: [Float], bias: [Float], epsilon: Double
) {
  let width = weight.count
  precondition(
    width > 0 && bias.count == width && rows.count % width == 0,
    "layerNorm: \(rows.count) elements, weight [\(width)], bias [\(bias.count)]")
  for start in stride(from: 0, to: rows.count, by: width) {
    let (mean, variance) = meanAndVariance(rows.span.extracting(start..<(start + width)))
    let scale = 1 / (variance + epsilon).squareRoot()
    for j in 0..<width {
      let normalized = (Double(rows[start + j]) - mean) * scale
      rows[start + j] = Float(normalized * Double(weight[j]) + Double(bias[j]))
    }
  }
}

/// Scales each row, [width], to unit length; leaves rows of length zero as they are.
///
/// The length is taken in `Double`, so rows of elements as small as 1e-40 or as large as 1e38
/// become unit rows too.
///
/// - Parameters:
///   - rows: The rows, [rows, width], changed in place.
///   - width: The length of a row, at least 1.
/// - Returns: The lengths that the rows had, [rows].
@discardableResult
func normalizeRows(_ rows: inout MutableSpan<Float>, width: Int) -> [Double] {
  var norms: [Double] = []
  norms.reserveCapacity(rows.count / width)
  for start in stride(from: 0, to: rows.count, by: width) {
    let norm = euclideanNorm(rows.span.extracting(start..<(start + width)))
    norms.append(norm)
    guard norm > 0 else { continue }
    for j in start..<(start + width) { rows[j] = Float(Double(rows[j]) / norm) }
  }
  return norms
}

/// The activation functions between the two matrices of a CLIP perceptron.
public enum ActivationFunction: String, Sendable, CaseIterable {
  /// `x · σ(1.702 x)`: the OpenAI checkpoints.
  case quickGELU = "quick_gelu"
  /// `x · Φ(x)`, with the error function.
  case gelu = "gelu"
  /// `x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³)))`.
  case tanhGELU = "gelu_pytorch_tanh"

  /// Applies the function to each element in place.
  func apply(_ elements: inout MutableSpan<Float>) {
    switch self {
    case .quickGELU:
      for i in elements.indices {
        let x = elements[i]
        elements[i] = x / (1 + Float.exp(-1.702 * x))
      }
    case .gelu:
      for i in elements.indices {
        let x = elements[i]
        elements[i] = 0.5 * x * (1 + Float.erf(x * Float(0.5).squareRoot()))
      }
    case .tanhGELU:
      let scale = (2 / Float.pi).squareRoot()
      for i in elements.indices {
        let x = elements[i]
        elements[i] = 0.5 * x * (1 + Float.tanh(scale * (x + 0.044715 * x * x * x)))
      }
    }
  }
}
