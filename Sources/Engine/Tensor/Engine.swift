/// The package as a whole.
public enum Engine {
  /// The version, as `lensctl --version` prints it.
  public static let version = "0.1.0"
}
