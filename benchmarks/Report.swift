import Engine
import Foundation

/// One thing that was measured.
struct Figure {
  let part: Part
  let name: String
  let shape: String
  /// Seconds; nil if it could not be run.
  var seconds: Timing?
  /// Its seconds over those of `against`, in pairs.
  var ratio: Timing?
  var against = ""
  var rate: Double?
  var unit = ""
  /// What a reader must know: what is extrapolated, what is left out.
  var note = ""
}

/// Collects figures; ratios are printed first, then times.
final class Report {
  private(set) var figures: [Figure] = []
  private(set) var differences: [String] = []
  private var machine: [(name: String, value: String)] = []

  /// Says something while the benchmark runs.
  func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

  /// Records what the figures were measured with.
  func describe(_ name: String, _ value: String) { machine.append((name, value)) }

  /// Records a figure.
  func add(_ figure: Figure) {
    figures.append(figure)
    say("  " + figure.lines.joined(separator: "; "))
  }

  /// Records a result that is not what it should be.
  func differ(_ text: String) {
    differences.append(text)
    say("  DIFFERENT: \(text)")
  }
}

extension Report {
  /// The whole report as text.
  var text: String {
    var lines = machine.map { pad($0.name, 14) + $0.value }
    lines += ["", "Ratios: median of pairs run in turn (least to greatest)"]
    lines += figures.filter { $0.ratio != nil }.map { pad($0.title, 62) + $0.ratioText }
    lines += ["", "Seconds: median (least to greatest) of the runs"]
    lines += figures.map { pad($0.title, 62) + $0.secondsText }
    lines += differences.map { "DIFFERENT: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The figures as CSV, after lines `# name: value` on the machine.
  var csv: String {
    var lines = machine.map { "# \($0.name): \($0.value)" }
    lines.append(
      "part,name,shape,repeats,best_seconds,median_seconds,worst_seconds,rate,unit,"
        + "ratio,least_ratio,greatest_ratio,against,note")
    lines += figures.map(\.csv)
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Figure {
  fileprivate var title: String { "\(part.rawValue): \(name), \(shape)" }

  fileprivate var lines: [String] {
    [title, secondsText] + (ratio == nil ? [] : [ratioText])
  }

  fileprivate var ratioText: String {
    guard let ratio else { return "" }
    return "\(fixed(ratio.median, 3))  (\(fixed(ratio.best, 3)) to \(fixed(ratio.worst, 3)))"
      + " x \(against)" + (note.isEmpty ? "" : "; \(note)")
  }

  fileprivate var secondsText: String {
    guard let seconds else { return note }
    var text = "\(short(seconds.median))  (\(short(seconds.best)) to \(short(seconds.worst)))"
    if let rate { text += ", \(short(rate)) \(unit)" }
    return text + (note.isEmpty ? "" : "; \(note)")
  }

  fileprivate var csv: String {
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let cells = [
      part.rawValue, name, shape, seconds.map { "\($0.values.count)" } ?? "",
      number(seconds?.best), number(seconds?.median), number(seconds?.worst), number(rate), unit,
      number(ratio?.median), number(ratio?.best), number(ratio?.worst), against, note,
    ]
    return cells.map { cell in
      guard cell.contains(where: { ",\"\n".contains($0) }) else { return cell }
      return "\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }.joined(separator: ",")
  }
}

/// A text of at least so many characters.
private func pad(_ text: String, _ count: Int) -> String {
  text + String(repeating: " ", count: max(1, count - text.count))
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  let negative = value < 0
  let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
  let scaled = (abs(value) * scale).rounded()
  guard digits > 0, scaled < 9e15 else { return "\(value)" }
  let whole = Int(scaled)
  let fraction = String(whole % Int(scale))
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return (negative ? "-" : "") + "\(whole / Int(scale)).\(zeros)\(fraction)"
}

/// A number with about three digits that count.
func short(_ value: Double) -> String {
  let size = abs(value)
  return fixed(value, size >= 100 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : size >= 0.001 ? 5 : 9)
}
