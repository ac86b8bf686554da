internal import CKernels
internal import COpenBLAS
internal import Foundation

/// The matrix products of OpenBLAS.
///
/// Every product runs on the calling thread alone: the engine divides work over its own threads,
/// and threads of the library under them would compete for the same cores.
///
/// Denormal operands and results count as zero, since arithmetic on them is up to 200 times slower.
/// This holds inside products only.
public enum BLAS {
  /// How an operand enters a product.
  public enum Operation: Sendable {
    /// As it is.
    case none
    /// With rows and columns exchanged.
    case transpose

    /// The same as the library names it.
    var cblas: CBLAS_TRANSPOSE { self == .none ? CblasNoTrans : CblasTrans }
  }

  /// The kernels that run, the best that the processor and the library have.
  ///
  /// Chosen once, before the first product. A program that itself calls OpenBLAS on other threads
  /// asks for this first: kernels cannot be exchanged under a product.
  public static let kernel = BLASKernel.choose(
    found: runningKernel, processor: processor,
    wish: ProcessInfo.processInfo.environment[BLASKernel.variable], restart: restart)

  /// The name of the processor whose kernels run, as OpenBLAS says it.
  public static var coreName: String { kernel.name }

  /// The version, build options and kernel, as OpenBLAS says them.
  ///
  /// The corresponding C function is `openblas_get_config`.
  public static var configuration: String {
    _ = kernel
    return unsafe String(cString: openblas_get_config())
  }

  /// Has every product run on the thread that calls it, with the best kernels.
  ///
  /// Threads that OpenBLAS made when it was loaded are ended: for 2^26 cycles they wait for work
  /// by calling `sched_yield`, on cores that the engine's own threads could use.
  private static let prepared: Void = {
    openblas_set_num_threads(1)
    openblas_end_threads()
    _ = kernel
  }()

  /// Does now what the first product does otherwise: chooses the kernels, and ends the library's
  /// own threads.
  static func prepare() { _ = prepared }

  /// Replaces `c` with `alpha * op(a) * op(b) + beta * c`.
  ///
  /// The corresponding C function is `cblas_sgemm`.
  ///
  /// - Parameters:
  ///   - a: The left operand; `op(a)` is [m, k].
  ///   - b: The right operand; `op(b)` is [k, n].
  ///   - opA: The operation applied to `a`.
  ///   - opB: The operation applied to `b`.
  ///   - m: The rows of the result.
  ///   - n: The columns of the result.
  ///   - k: The length of the sums.
  ///   - alpha: The scale of the product.
  ///   - beta: The scale of the previous contents of `c`. When zero, `c` is not read and may
  ///     hold NaN.
  ///   - c: The result, [m, n].
  /// - Precondition: The spans hold as many elements as the shapes say, and m, n and k fit in
  ///   `blasint` (32 bits).
  /// - Complexity: 2·m·n·k floating-point operations.
  public static func gemm(
    _ a: Span<Float>, _ b: Span<Float>, opA: Operation = .none, opB: Operation = .none,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0,
    into c: inout MutableSpan<Float>
  ) {
    precondition(a.count >= m * k, "gemm: op(a) is [\(m), \(k)] but a has \(a.count) elements")
    precondition(b.count >= k * n, "gemm: op(b) is [\(k), \(n)] but b has \(b.count) elements")
    precondition(c.count >= m * n, "gemm: c is [\(m), \(n)] but has \(c.count) elements")
    guard m > 0, n > 0 else { return }
    let state = arithmetic_begin()
    defer { arithmetic_end(state) }
    _ = prepared
    let leadingA = blasint(max(1, opA == .none ? k : m))
    let leadingB = blasint(max(1, opB == .none ? n : k))
    unsafe a.withUnsafeBufferPointer { aBuffer in
      unsafe b.withUnsafeBufferPointer { bBuffer in
        unsafe c.withUnsafeMutableBufferPointer { cBuffer in
          unsafe cblas_sgemm(
            CblasRowMajor, opA.cblas, opB.cblas, blasint(m), blasint(n), blasint(k),
            alpha, aBuffer.baseAddress, leadingA, bBuffer.baseAddress, leadingB, beta,
            cBuffer.baseAddress, blasint(n))
        }
      }
    }
  }

  /// Replaces `c` with `alpha * op(a) * op(b) + beta * c`.
  ///
  /// - Precondition: The shapes agree.
  /// - Complexity: 2·m·n·k floating-point operations.
  public static func gemm(
    _ a: Matrix, _ b: Matrix, opA: Operation = .none, opB: Operation = .none,
    alpha: Float = 1, beta: Float = 0, into c: inout Matrix
  ) {
    let (m, k) = a.shape(under: opA)
    let (kB, n) = b.shape(under: opB)
    precondition(k == kB, "gemm: op(a) is [\(m), \(k)] but op(b) is [\(kB), \(n)]")
    precondition(
      c.rows == m && c.columns == n,
      "gemm: the product is [\(m), \(n)] but c is [\(c.rows), \(c.columns)]")
    var result = c.elements.mutableSpan
    gemm(
      a.elements.span, b.elements.span, opA: opA, opB: opB, m: m, n: n, k: k,
      alpha: alpha, beta: beta, into: &result)
  }
}

// MARK: - Kernels

extension BLAS {
  /// The vectors and the maker of this machine's processor.
  static var processor: BLASKernel.Processor {
    BLASKernel.Processor(
      vectors: BLASKernel.Vectors(rawValue: Int(processor_vector_level())) ?? .sse,
      isAMD: processor_is_amd() != 0)
  }

  /// The kernels that run at this moment.
  ///
  /// The corresponding C function is `openblas_get_corename`.
  private static var runningKernel: String { unsafe String(cString: openblas_get_corename()) }

  /// Has OpenBLAS choose its kernels as if the program had been started with `OPENBLAS_CORETYPE`
  /// set; the environment is the same afterwards.
  ///
  /// No product may run meanwhile.
  ///
  /// - Parameter name: The kernels to choose.
  /// - Returns: The kernels that run then, or nil if the library has one kind only.
  static func restart(with name: String) -> String? {
    let before = ProcessInfo.processInfo.environment[BLASKernel.variable]
    unsafe setenv(BLASKernel.variable, name, 1)
    defer {
      if let before {
        unsafe setenv(BLASKernel.variable, before, 1)
      } else {
        unsafe unsetenv(BLASKernel.variable)
      }
    }
    return openblas_choose_again() != 0 ? runningKernel : nil
  }
}

extension Matrix {
  /// The rows and columns that the matrix has as an operand.
  fileprivate func shape(under operation: BLAS.Operation) -> (rows: Int, columns: Int) {
    operation == .none ? (rows, columns) : (columns, rows)
  }
}
