internal import CKernels
internal import COpenBLAS

/// The factorizations of LAPACK that OpenBLAS brings along, in `Double`, on the calling thread.
///
/// LAPACK stores matrices column by column: what is the matrix A there is Aᵀ here, and its columns
/// are rows here. Arguments are finite; LAPACK need not come to an end otherwise.
enum LAPACK {
  /// Replaces a symmetric matrix by its eigenvectors.
  ///
  /// The corresponding routine is `dsyevd`.
  ///
  /// - Parameters:
  ///   - a: The matrix, [n, n], of which the lower triangle is read; becomes the eigenvectors, one
  ///     in each row.
  ///   - n: The size.
  /// - Returns: The eigenvalues in rising order.
  /// - Complexity: About 9·n³ floating-point operations.
  static func diagonalize(_ a: inout [Double], n: Int) -> [Double] {
    check(a, count: n * n)
    var values = [Double](repeating: 0, count: n)
    guard n > 0 else { return values }
    let size = blasint(n)
    var (length, integers) = (0.0, blasint(0))
    call("dsyevd") {
      unsafe lapack_symmetric_eigen(size, &a, &values, &length, -1, &integers, -1)
    }
    var work = [Double](repeating: 0, count: Int(length))
    var integerWork = [blasint](repeating: 0, count: Int(integers))
    call("dsyevd") {
      unsafe lapack_symmetric_eigen(
        size, &a, &values, &work, blasint(work.count), &integerWork, integers)
    }
    return values
  }

  /// Replaces the lower triangle of a symmetric matrix A by the L of A = L Lᵀ.
  ///
  /// The corresponding routine is `dpotrf`.
  ///
  /// - Parameters:
  ///   - a: The matrix, [n, n]; elements above the diagonal are neither read nor changed.
  ///   - n: The size.
  /// - Returns: False if the matrix is not positive definite to rounding.
  /// - Complexity: n³/3 floating-point operations.
  static func factorize(_ a: inout [Double], n: Int) -> Bool {
    check(a, count: n * n)
    guard n > 0 else { return true }
    let status = call("dpotrf") { unsafe lapack_cholesky(blasint(n), &a) }
    return status == 0
  }

  /// Solves A x = b for each row b, given the factor L.
  ///
  /// The corresponding routine is `dpotrs`.
  ///
  /// - Parameters:
  ///   - factor: L, as `factorize` leaves it, [n, n].
  ///   - n: The size.
  ///   - b: The right sides, [count, n], one in each row; become the solutions.
  /// - Complexity: 2·n² floating-point operations for each row.
  static func solve(factor: [Double], n: Int, rows b: inout [Double]) {
    precondition(factor.count == n * n && (n == 0 || b.count % n == 0), "\(b.count) for \(n)")
    guard n > 0, !b.isEmpty else { return }
    let count = blasint(b.count / n)
    call("dpotrs") {
      unsafe factor.withUnsafeBufferPointer { buffer in
        unsafe lapack_cholesky_solve(blasint(n), count, buffer.baseAddress, &b)
      }
    }
  }

  /// Replaces vectors by an orthonormal basis of what they span: A = Q R by Householder's
  /// reflections.
  ///
  /// The corresponding routines are `dgeqrf` and `dorgqr`.
  ///
  /// - Parameters:
  ///   - a: The vectors, [count, width], one in each row; become the columns of Q, one in each row.
  ///   - count: How many vectors, at most `width`.
  ///   - width: Their length.
  /// - Returns: The diagonal of R, [count].
  /// - Complexity: About 4·width·count² floating-point operations.
  static func orthonormalize(_ a: inout [Double], count: Int, width: Int) -> [Double] {
    check(a, count: count * width)
    precondition(count <= width, "\(count) vectors of \(width)")
    guard count > 0 else { return [] }
    var scales = [Double](repeating: 0, count: count)
    // The blocked routines take 64 columns at a time at most.
    var work = [Double](repeating: 0, count: 64 * count)
    let room = blasint(work.count)
    call("dgeqrf") {
      unsafe lapack_qr(blasint(width), blasint(count), &a, &scales, &work, room)
    }
    let diagonal = (0..<count).map { a[$0 * width + $0] }
    call("dorgqr") {
      unsafe lapack_qr_basis(blasint(width), blasint(count), &a, &scales, &work, room)
    }
    return diagonal
  }

  /// The singular value decomposition A = U diag(s) Vᵀ.
  ///
  /// The corresponding routine is `dgesdd`.
  ///
  /// - Parameters:
  ///   - a: The matrix, [m, n].
  ///   - m: Its rows.
  ///   - n: Its columns.
  /// - Returns: U [m, k], s [k] in falling order, Vᵀ [k, n]; k = min(m, n).
  /// - Complexity: About 22·n³ floating-point operations for m = n.
  static func singularValues(
    _ a: [Double], m: Int, n: Int
  ) -> (left: [Double], values: [Double], right: [Double]) {
    check(a, count: m * n)
    let k = min(m, n)
    var left = [Double](repeating: 0, count: m * k)
    var right = [Double](repeating: 0, count: k * n)
    var values = [Double](repeating: 0, count: k)
    guard k > 0 else { return (left, values, right) }
    var a = a
    var integerWork = [blasint](repeating: 0, count: 8 * k)
    var length = 0.0
    let (rows, columns) = (blasint(n), blasint(m))
    call("dgesdd") {
      unsafe lapack_singular_values(
        rows, columns, &a, &values, &right, &left, &length, -1, &integerWork)
    }
    var work = [Double](repeating: 0, count: Int(length))
    call("dgesdd") {
      unsafe lapack_singular_values(
        rows, columns, &a, &values, &right, &left, &work, blasint(work.count), &integerWork)
    }
    return (left, values, right)
  }

  /// Calls a routine on this thread alone.
  ///
  /// - Returns: Its status, which is at least 0; only `dpotrf` is asked for anything but 0.
  @discardableResult
  private static func call(_ name: StaticString, _ body: () -> blasint) -> blasint {
    BLAS.prepare()
    let state = arithmetic_begin()
    defer { arithmetic_end(state) }
    let status = body()
    precondition(status >= 0 && (status == 0 || "\(name)" == "dpotrf"), "\(name): \(status)")
    return status
  }

  private static func check(_ a: [Double], count: Int) {
    precondition(a.count == count, "\(a.count) elements of \(count)")
    precondition(a.allSatisfy(\.isFinite), "an element is not finite")
  }
}
