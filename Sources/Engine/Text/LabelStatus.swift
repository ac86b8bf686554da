/// What became of a label, as it is stored in the column `status` of a bank.
public enum LabelStatus: UInt8, Sendable, CaseIterable {
  /// It takes part.
  case usable = 0
  /// Its line is blank.
  case blank = 1
  /// Its embedding has no length.
  case zeroLength = 2
  /// Its embedding has elements that are not finite.
  case nonFinite = 3
  /// It says the same as a label before it, and duplicates were to be masked.
  case duplicate = 4
}
