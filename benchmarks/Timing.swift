/// Seconds of several runs of one thing.
struct Timing {
  /// The seconds of each run, shortest first.
  let seconds: [Double]

  var best: Double { seconds[0] }
  var median: Double { seconds[seconds.count / 2] }

  /// Makes a timing of at least one run.
  init(_ seconds: [Double]) {
    precondition(!seconds.isEmpty, "no run")
    self.seconds = seconds.sorted()
  }
}

/// The seconds that a piece of work takes.
func seconds(of work: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try work()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// Prints one line of the table.
func report(_ name: String, _ shape: String, _ timing: Timing, rate: Double, unit: String) {
  print(name, shape, timing.seconds.count, timing.best, timing.median, rate, unit, separator: ",")
}
