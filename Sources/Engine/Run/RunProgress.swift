/// How far a run is.
public enum RunProgress: Sendable, Equatable {
  /// Files are opened and checked.
  case opening
  /// It is known how much memory will be used.
  case planned(MemoryPlan)
  /// Prompts go through the text tower.
  case encoding(done: Int, total: Int)
  /// Features are scanned.
  case scanning(done: Int, total: Int)
  /// Tensors are written, counted in bytes.
  case converting(done: Int, total: Int)
  /// The run is completed on disk.
  case writing
  /// Something that a user should know, in one line.
  case notice(String)
}

/// Takes the wall time of one stage after another.
struct StageClock: Sendable {
  private var start = ContinuousClock.now
  private var stages: [(name: String, seconds: Double)] = []

  /// Ends a stage; the next one starts now.
  mutating func end(_ name: String) {
    let now = ContinuousClock.now
    stages.append((name, (now - start) / .seconds(1)))
    start = now
  }

  /// The clock with one more stage, which ends now.
  func ending(_ name: String) -> StageClock {
    var clock = self
    clock.end(name)
    return clock
  }

  /// Seconds by stage, and of all stages together.
  var json: JSONValue {
    var seconds: JSONObject = [:]
    for stage in stages { seconds[stage.name] = JSONValue(stage.seconds) }
    seconds["total"] = JSONValue(stages.reduce(0) { $0 + $1.seconds })
    return .object(seconds)
  }
}
