internal import CKernels

/// The layer normalisation of each row, [width].
///
///     y = (x - mean x) / √(var x + epsilon) · weight + bias
///
/// Everything is taken in `Double` and rounded once; the variance is that of the population. Ba,
/// Kiros, Hinton 2016. The corresponding C function is `kernel_layer_norm`.
///
/// - Parameters:
///   - source: The rows, [rows, width], from its start.
///   - rows: How many there are.
///   - weight: The scale, [width].
///   - bias: The shift, [width].
///   - epsilon: Added to the variance.
///   - target: Receives [rows, width], from its start.
/// - Precondition: `bias` is as long as `weight`, and `source` and `target` have so many rows.
func layerNorm(
  _ source: [Float], rows: Int, weight: [Float], bias: [Float], epsilon: Double,
  into target: inout [Float]
) {
  let width = weight.count
  precondition(
    width > 0 && bias.count == width && min(source.count, target.count) >= rows * width,
    "layerNorm: \(source.count) into \(target.count), weight [\(width)], bias [\(bias.count)]")
  unsafe kernel_layer_norm(&target, source, weight, bias, epsilon, rows, width)
}

/// Adds rows and a bias to other rows: target = target + (source + bias).
///
/// The corresponding C function is `kernel_add_rows`.
///
/// - Parameters:
///   - source: The rows, [rows, width], from its start.
///   - rows: How many there are.
///   - bias: Added to each of them, [width].
///   - target: The sums, [rows, width], from its start.
/// - Precondition: `source` and `target` have so many rows.
func addRows(_ source: [Float], rows: Int, bias: [Float], to target: inout [Float]) {
  let width = bias.count
  precondition(
    min(source.count, target.count) >= rows * width,
    "addRows: \(source.count) to \(target.count), [\(rows), \(width)]")
  unsafe kernel_add_rows(&target, source, bias, rows, width)
}
