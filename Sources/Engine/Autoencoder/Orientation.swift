/// Which way the features run in a stored matrix of directions.
public enum Orientation: String, Sendable, CaseIterable {
  /// Features are rows: [n, d].
  case rows
  /// Features are columns: [d, n].
  case columns

  /// Whether the matrix is the transpose of [n, d].
  var isTransposed: Bool { self == .columns }

  /// The other orientation.
  var opposite: Orientation { self == .rows ? .columns : .rows }
}
