internal import CKernels
internal import COpenBLAS

extension BLAS {
  /// Replaces `c` with `op(a) * op(b)`, in `Double`.
  ///
  /// The corresponding C function is `cblas_dgemm`. It runs on the calling thread, with denormal
  /// numbers (under 2.3e-308) as zero.
  ///
  /// - Parameters:
  ///   - a: The left operand; `op(a)` is [m, k].
  ///   - b: The right operand; `op(b)` is [k, n].
  ///   - opA: The operation applied to `a`.
  ///   - opB: The operation applied to `b`.
  ///   - m: The rows of the result.
  ///   - n: The columns of the result.
  ///   - k: The length of the sums.
  ///   - c: The result, [m, n]; not read.
  /// - Precondition: The spans hold as many elements as the shapes say, and m, n and k fit in
  ///   `blasint` (32 bits).
  /// - Complexity: 2·m·n·k floating-point operations.
  public static func gemm(
    _ a: Span<Double>, _ b: Span<Double>, opA: Operation = .none, opB: Operation = .none,
    m: Int, n: Int, k: Int, into c: inout MutableSpan<Double>
  ) {
    precondition(a.count >= m * k, "gemm: op(a) is [\(m), \(k)] but a has \(a.count) elements")
    precondition(b.count >= k * n, "gemm: op(b) is [\(k), \(n)] but b has \(b.count) elements")
    precondition(c.count >= m * n, "gemm: c is [\(m), \(n)] but has \(c.count) elements")
    guard m > 0, n > 0 else { return }
    prepare()
    let state = arithmetic_begin()
    defer { arithmetic_end(state) }
    unsafe a.withUnsafeBufferPointer { aBuffer in
      unsafe b.withUnsafeBufferPointer { bBuffer in
        unsafe c.withUnsafeMutableBufferPointer { cBuffer in
          unsafe cblas_dgemm(
            CblasRowMajor, opA.cblas, opB.cblas, blasint(m), blasint(n), blasint(k),
            1, aBuffer.baseAddress, blasint(max(1, opA == .none ? k : m)),
            bBuffer.baseAddress, blasint(max(1, opB == .none ? n : k)), 0,
            cBuffer.baseAddress, blasint(n))
        }
      }
    }
  }
}
