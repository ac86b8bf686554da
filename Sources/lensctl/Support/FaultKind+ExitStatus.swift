import Engine

extension FaultKind {
  /// The exit status, as `sysexits.h` has it; of what a signal stopped, that of the signal.
  var exitStatus: Int32 {
    switch self {
    case .usage: 64
    case .badData: 65
    case .missingInput: 66
    case .unavailable: 69
    case .system: 71
    case .cannotCreate: 73
    case .inputOutput: 74
    case .temporary: 75
    case .interrupted: Signals.exitStatus
    case .permission: 77
    case .configuration: 78
    }
  }
}
