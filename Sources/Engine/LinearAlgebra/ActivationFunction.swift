internal import CKernels

/// The activation functions between the two matrices of a CLIP perceptron.
public enum ActivationFunction: String, Sendable, CaseIterable {
  /// `x · σ(1.702 x)`: the OpenAI checkpoints.
  case quickGELU = "quick_gelu"
  /// `x · Φ(x)`, with the error function.
  case gelu = "gelu"
  /// `x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³)))`.
  case tanhGELU = "gelu_pytorch_tanh"

  /// Replaces each element x of rows by f(x + bias), within 6e-7 of |x + bias|.
  ///
  /// The corresponding C functions are `kernel_quick_gelu`, `kernel_gelu` and `kernel_tanh_gelu`.
  ///
  /// - Parameters:
  ///   - elements: The rows, [rows, width], from its start, changed in place.
  ///   - rows: How many there are.
  ///   - bias: Added to each of them, [width].
  /// - Precondition: There are as many elements.
  func apply(_ elements: inout [Float], rows: Int, bias: [Float]) {
    let width = bias.count
    precondition(
      elements.count >= rows * width, "\(elements.count) elements for [\(rows), \(width)]")
    switch self {
    case .quickGELU: unsafe kernel_quick_gelu(&elements, bias, rows, width)
    case .gelu: unsafe kernel_gelu(&elements, bias, rows, width)
    case .tanhGELU: unsafe kernel_tanh_gelu(&elements, bias, rows, width)
    }
  }
}
