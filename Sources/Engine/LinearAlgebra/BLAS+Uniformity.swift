extension BLAS {
  /// Whether every inner product has the same bits at any place of a product of this shape, and of
  /// any larger shape of the same k.
  ///
  /// The SkylakeX and Cooperlake kernels of OpenBLAS sum each element in one order that depends on
  /// k alone, except in products of up to a million multiplications, which have kernels of their
  /// own. Found by comparing all positions bit by bit in OpenBLAS 0.3.21; a test repeats it on the
  /// kernel at hand. Other kernels are not known to be so.
  ///
  /// - Parameters:
  ///   - m: The rows of the result.
  ///   - n: The columns of the result.
  ///   - k: The length of the sums.
  /// - Returns: False where it is not known.
  static func isUniform(m: Int, n: Int, k: Int) -> Bool {
    let limit = 1_000_000
    return ["SkylakeX", "Cooperlake"].contains(coreName) && m > 1 && n > 1 && m * n * k > limit
  }
}
