/// A random orthogonal matrix of the Haar distribution, or its first rows: multiplied with it from
/// either side, every orthogonal matrix leaves the distribution as it is.
///
/// Half of the square ones are reflections (determinant −1). Vectors of independent normal numbers are
/// orthonormalised, A = Q R, and each column of Q gets the sign of R's diagonal, without which the
/// result depends on how Q R is computed. Source: Mezzadri 2007, "How to generate random matrices
/// from the classical compact groups".
///
/// - Parameters:
///   - count: The rows that are wanted, from 0 to `width`.
///   - width: The size of the matrix.
///   - generator: Gives `count * width` normal numbers, row after row.
/// - Returns: Orthonormal rows, [count, width]; their products are off by about 1e-15.
/// - Complexity: About 4·width·count² floating-point operations.
public func haarRows(
  _ count: Int, width: Int, using generator: inout some RandomNumberGenerator
) -> DoubleMatrix {
  precondition(0 <= count && count <= width, "\(count) orthogonal rows of \(width)")
  var rows = generator.normals(count * width)
  let diagonal = LAPACK.orthonormalize(&rows, count: count, width: width)
  for (i, element) in diagonal.enumerated() where element < 0 {
    for j in (i * width)..<((i + 1) * width) { rows[j] = -rows[j] }
  }
  return DoubleMatrix(rows: count, columns: width, elements: rows)
}

/// A random orthogonal matrix of the Haar distribution, [size, size].
public func haarRotation(
  size: Int, using generator: inout some RandomNumberGenerator
) -> DoubleMatrix {
  haarRows(size, width: size, using: &generator)
}
