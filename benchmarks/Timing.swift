/// Numbers of several runs of one thing: seconds, or ratios of seconds.
struct Timing {
  /// The numbers, least first.
  let values: [Double]

  var best: Double { values[0] }
  var median: Double { values[values.count / 2] }
  var worst: Double { values[values.count - 1] }

  /// Makes a timing of at least one run.
  init(_ values: [Double]) {
    precondition(!values.isEmpty, "no run")
    self.values = values.sorted()
  }

  /// The ratios of runs that were timed in turn.
  init(_ values: [Double], over others: [Double]) {
    precondition(values.count == others.count, "\(values.count) runs over \(others.count)")
    self.init(zip(values, others).map { $0 / $1 })
  }
}

/// The seconds that a piece of work takes.
func seconds(of work: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try work()
  return (ContinuousClock.now - start) / .seconds(1)
}

/// Runs several things in turn, so that whatever else the machine does falls on all of them.
///
/// Every other round goes backwards. A first round is not counted.
///
/// - Parameters:
///   - repeats: The rounds that count.
///   - works: Each does one run and returns its seconds.
/// - Returns: The seconds of each, in the order of the rounds: [works.count, repeats].
/// - Throws: What a run throws.
func inTurn(repeats: Int, _ works: [() throws -> Double]) throws -> [[Double]] {
  var results = [[Double]](repeating: [], count: works.count)
  for round in 0...repeats {
    let order = Array(works.indices)
    for index in round % 2 == 0 ? order : order.reversed() {
      let taken = try works[index]()
      if round > 0 { results[index].append(taken) }
    }
  }
  return results
}

/// The line `t = a + b n` that is nearest to measured times.
struct LinearFit {
  /// The seconds at n = 0.
  let a: Double
  /// The seconds for each n.
  let b: Double
  /// The share of the variance of the times that the line explains, R².
  let share: Double

  /// Fits by least squares.
  ///
  /// - Parameters:
  ///   - counts: The counts, at least two that differ.
  ///   - times: The seconds of each.
  init(_ counts: [Double], _ times: [Double]) {
    let number = Double(counts.count)
    let (meanCount, meanTime) = (counts.reduce(0, +) / number, times.reduce(0, +) / number)
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for (count, time) in zip(counts, times) {
      let (x, y) = (count - meanCount, time - meanTime)
      (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y)
    }
    b = xy / xx
    a = meanTime - b * meanCount
    share = yy == 0 ? 1 : xy * xy / (xx * yy)
  }
}
