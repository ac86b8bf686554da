import Engine
import Foundation
import Report

extension RunReader {
  /// The features with the greatest, or least, numbers of a statistic.
  func sorted(by text: String, ascending: Bool, count: Int) throws -> Answer {
    let statistics = RunStatistics(of: run, verdict: try run.verdict())
    let name = try statistics.name(matching: text)
    let values = try statistics.values(name)
    let rows = run.rows(sortedBy: values, ascending: ascending, count: count)
    // The margin has its own column in every table.
    var extra = FeatureColumns(name == "margin" ? [] : [(name.printable(), .right)])
    for row in rows { extra.add([Number.significant(Double(values[row]))]) }
    return Answer(
      lines: table(rows, extra),
      json: [
        "statistic": .string(name), "ascending": .bool(ascending),
        "features": .array(rows.map { object($0, with: ["value": JSONValue(values[$0])]) }),
      ])
  }

  /// How a statistic is spread over the features.
  func histogram(of text: String, bins: Int) throws -> Answer {
    let statistics = RunStatistics(of: run, verdict: try run.verdict())
    let name = try statistics.name(matching: text)
    let values = try statistics.values(name)
    let quantiles = Quantiles(of: values)
    let finite = Spread(values: values.filter(\.isFinite))
    let domain = Spread.domain(of: [finite]) ?? 0...1
    let histogram = Histogram(values, in: domain, bins: bins)
    let missing = values.count - histogram.total
    let heading =
      "\(name) of \(histogram.total) features"
      + (missing > 0 ? ", \(missing) without a number" : "")
    var lines = style.isPlain ? [] : style.sentence(heading.printable(limit: 400)) + [""]
    lines += bars(histogram) + [""]
    let table = Self.quantileTable(over: "quantiles", [(name.printable(), quantiles)])
    lines += table.fits(style) ? table.lines(style) : Self.quantileFacts(quantiles).lines(style)
    return Answer(lines: lines, json: Self.json(name, histogram, quantiles, missing: missing))
  }

  /// A bar for each bin, and lines for numbers beyond them.
  private func bars(_ histogram: Histogram) -> [String] {
    var rows = histogram.counts.indices.map { bin -> (from: String, to: String, count: Int) in
      let bounds = histogram.bounds(bin)
      return (
        Number.significant(bounds.lowerBound), Number.significant(bounds.upperBound),
        histogram.counts[bin]
      )
    }
    if histogram.below > 0 { rows.insert(("", rows[0].from, histogram.below), at: 0) }
    if histogram.above > 0 { rows.append((rows[rows.count - 1].to, "", histogram.above)) }
    let headings: [(String, Table.Alignment)] = [
      ("from", .right), ("to", .right), ("features", .right), ("share", .right),
    ]
    let cells = rows.map { row in
      let share = Number.percent(Float(row.count) / Float(max(1, histogram.total)))
      return [row.from, row.to, "\(row.count)", share]
    }
    var numbers = Table(headings)
    for row in cells { numbers.add(row) }
    let room = min(60, max(4, (style.width ?? 80) - numbers.width - 2))
    let most = Double(rows.map(\.count).max() ?? 0)
    var table = Table(headings + [("", .left)])
    for (row, cells) in zip(rows, cells) {
      let part = most > 0 ? Double(row.count) / most : 0
      table.add(cells + [Bar.text(part, width: room, isPlain: style.isPlain)])
    }
    return table.lines(style)
  }

  /// The points of a distribution, one a line.
  private static func quantileFacts(_ quantiles: Quantiles) -> FactList {
    FactList(
      zip(Quantiles.shares, quantiles.points).map { (shareName($0), Number.significant($1)) })
  }

  /// What the point is called that a share of the values lies at or below.
  private static func shareName(_ share: Double) -> String {
    switch share {
    case 0: "least"
    case 0.5: "median"
    case 1: "greatest"
    default: "\(Number.short(100 * share))%"
    }
  }

  /// A line of points for each of some distributions.
  static func quantileTable(
    over heading: String, _ rows: [(name: String, quantiles: Quantiles)],
    format: (Double) -> String = { Number.significant($0) }
  ) -> Table {
    var table = Table([(heading, .left)] + Quantiles.shares.map { (shareName($0), .right) })
    for (name, quantiles) in rows {
      table.add([name] + quantiles.points.map(format))
    }
    return table
  }

  private static func json(
    _ name: String, _ histogram: Histogram, _ quantiles: Quantiles, missing: Int
  ) -> JSONObject {
    [
      "statistic": .string(name), "features": .integer(histogram.total),
      "without_number": .integer(missing),
      "bins": .array(
        histogram.counts.indices.map { bin in
          let bounds = histogram.bounds(bin)
          return [
            "from": JSONValue(bounds.lowerBound), "to": JSONValue(bounds.upperBound),
            "count": .integer(histogram.counts[bin]),
          ]
        }),
      "below": .integer(histogram.below), "above": .integer(histogram.above),
      "quantile_shares": .array(Quantiles.shares.map { JSONValue($0) }),
      "quantiles": .array(quantiles.points.map { JSONValue($0) }),
    ]
  }
}
