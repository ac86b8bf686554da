/// Where results are kept between runs; all of it can be deleted at any time.
enum CacheDirectory {
  /// The directory: `$LENSCTL_CACHE`, else `$XDG_CACHE_HOME/lensctl`, else `~/.cache/lensctl`.
  ///
  /// A variable that is set but empty counts as not set.
  ///
  /// - Parameter environment: The variables of the process.
  /// - Returns: The directory, which need not exist.
  static func path(environment: [String: String]) -> String {
    func directory(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    return directory("LENSCTL_CACHE") ?? directory("XDG_CACHE_HOME").map { $0 + "/lensctl" }
      ?? (directory("HOME") ?? "") + "/.cache/lensctl"
  }
}
