internal import COpenBLAS
internal import CSystem

extension BLAS {
  /// Makes sure that the OpenBLAS which was loaded can be called, before anything is.
  ///
  /// Where functions are looked up as they are called, one that is missing would otherwise end the process in the middle of
  /// its work; and integers of another size are read as other numbers.
  ///
  /// - Throws: `BLASError` if it lacks a function or has integers of 64 bits.
  public static func check() throws(BLASError) {
    if let fault { throw fault }
  }

  /// The path of the library that was loaded; nil where OpenBLAS is part of the program.
  static let libraryPath = library(of: "openblas_get_config")

  /// The functions that are called, but for those that a library need not have.
  static let functions = [
    "cblas_dgemm", "cblas_sgemm", "dgeqrf_", "dgesdd_", "dorgqr_", "dpotrf_", "dpotrs_", "dsyevd_",
    "openblas_get_config", "openblas_get_corename", "openblas_set_num_threads",
  ]

  private static let fault: BLASError? = {
    let path = libraryPath ?? "OpenBLAS"
    // What is part of the program was found when that was linked.
    let missing = libraryPath == nil ? [] : functions.filter { library(of: $0) == nil }
    guard missing.isEmpty else { return BLASError(library: path, reason: .lacks(missing)) }
    let options = unsafe String(cString: openblas_get_config()).split(separator: " ")
    return options.contains("USE64BITINT") ? BLASError(library: path, reason: .wideIntegers) : nil
  }()

  private static func library(of function: String) -> String? {
    guard let path = unsafe library_of(function) else { return nil }
    return unsafe String(cString: path)
  }
}
