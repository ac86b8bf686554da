import Engine
import Foundation

extension VerdictReport {
  /// The ladder as lines: a table of rungs, what each cause costs, and what reads best.
  ///
  /// - Parameter style: How they are printed.
  /// - Returns: The lines and an empty one; none where the form in use was not judged.
  func ladderLines(_ style: OutputStyle) -> [String] {
    guard !ladder.rungs.isEmpty else { return [] }
    let hasTruth = ladder.rungs.contains { $0.excess != nil }
    var table = Table(
      [("step", .left), ("variant", .left), ("score", .left)]
        + (hasTruth ? [("right beyond chance", .right), ("gain", .right)] : [])
        + [("beyond rotated", .right), ("labels", .right)])
    for rung in ladder.rungs {
      table.add(
        [rung.change.rawValue, rung.form.rawValue, rung.score.rawValue]
          + (hasTruth ? [rung.excess?.percent ?? "", rung.gain?.percent ?? ""] : [])
          + [rung.beyond?.percent ?? "", rung.effectiveLabels.text(1)])
    }
    return table.lines(style) + [causeLine, bestLine].compactMap(\.self) + [""]
  }

  /// What each cause costs in agreement and in probability.
  private var causeLine: String? {
    guard let shares = ladder.causeShares else { return nil }
    let costs = shares.map {
      "\($0.cause.rawValue) \((100 * $0.names.estimate).text(1)) (\((100 * $0.probability.estimate).text(1)))"
    }
    return "cost of each cause in points of right names (of probability of the right one): "
      + costs.joined(separator: ", ")
  }

  private var bestLine: String? {
    ladder.best.map {
      "reads best: \($0.form.rawValue) by \($0.score.rawValue), \($0.value.percent) "
        + ($0.isAgreement ? "right beyond chance" : "beyond rotated features")
    }
  }
}

extension IntervalEstimate {
  /// The share and its interval in percent.
  var percent: String {
    "\((100 * estimate).text(1))% (\((100 * lower).text(1)) to \((100 * upper).text(1)))"
  }
}

extension Double {
  /// The number with so many decimal places; zero has no sign.
  func text(_ places: Int) -> String {
    let text = String(format: "%.\(places)f", self)
    return text.first == "-" && !text.contains { ("1"..."9").contains($0) }
      ? String(text.dropFirst()) : text
  }
}
