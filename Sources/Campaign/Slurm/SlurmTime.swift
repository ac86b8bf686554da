/// Time limits as sbatch takes them.
enum SlurmTime {
  /// The seconds of a time limit, at least 1; nil if a text is none, or says that there is no limit.
  ///
  /// Forms are those of sbatch(1): `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` and
  /// `days-hours:minutes:seconds`; zero is no limit.
  static func seconds(_ text: String) -> Double? {
    let sides = text.split(separator: "-", omittingEmptySubsequences: false)
    let clock = sides.last?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    let numbers = (sides.dropLast() + clock).map(number)
    let units: [Double]
    switch (sides.count, clock.count) {
    case (1, 1): units = [60]
    case (1, 2): units = [60, 1]
    case (1, 3): units = [3600, 60, 1]
    case (2, 1...3): units = [86400, 3600, 60, 1]
    default: return nil
    }
    var sum = 0.0
    for (number, unit) in zip(numbers, units) {
      guard let number else { return nil }
      sum += number * unit
    }
    return sum > 0 ? sum : nil
  }

  /// A number of digits alone.
  private static func number(_ digits: Substring) -> Double? {
    digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Double(digits) : nil
  }
}
