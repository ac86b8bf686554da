/// What kind of fault an error is, so that a program can choose its exit status.
public enum FaultKind: Sendable, Equatable {
  /// A request that cannot be carried out as it is put (64, `EX_USAGE`).
  case usage
  /// An input whose contents are wrong (65, `EX_DATAERR`).
  case badData
  /// An input that is not there (66, `EX_NOINPUT`).
  case missingInput
  /// A resource that is not to be had (69, `EX_UNAVAILABLE`).
  case unavailable
  /// A limit of the operating system that is reached, such as of open files (71, `EX_OSERR`).
  case system
  /// An output that cannot be created (73, `EX_CANTCREAT`).
  case cannotCreate
  /// A read or write that went wrong (74, `EX_IOERR`).
  case inputOutput
  /// Work that cannot be done now, and can be later by the same request (75, `EX_TEMPFAIL`).
  case temporary
  /// Work that was stopped on request before its end: 75 too, or 130 if a person at a terminal
  /// asked for it.
  case interrupted
  /// An operation that is not permitted (77, `EX_NOPERM`).
  case permission
  /// A configuration with unknown or contradictory values (78, `EX_CONFIG`).
  case configuration
}

/// An error of this package: one line, and the kind of fault that it is.
///
/// The description reads *where: what: found, expected*, starts in lower case where it does not
/// start with a name, and has no final period. Names that come from files are escaped.
public protocol EngineError: Error, CustomStringConvertible {
  /// The kind of fault.
  var kind: FaultKind { get }
}
