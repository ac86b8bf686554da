/// What became of an item.
public enum ItemState: String, Sendable, CaseIterable {
  /// Something says that it is complete.
  case done
  /// A process holds it.
  case running
  /// It was tried, and did not end well the last time.
  case failed
  /// None of these.
  case missing
}
