internal import Engine
internal import Foundation

/// Best cosine against the share of pictures on which a feature fires.
struct DensityFigure {
  let facts: RunFacts
  /// Densities by feature id from a file; nil for those of the verdict's truth.
  let densities: [Float]?

  /// The colours of hexagons.
  private static let shades = 6

  /// The rows of the table behind them.
  private static let classCount = 8

  /// The figure.
  ///
  /// - Throws: `CheckpointError` if a column cannot be read.
  func markup() throws -> Markup {
    let title = "Best cosine and density"
    guard let density = try values() else {
      return Figure.missing(
        title,
        .text(
          "verdict --truth FILE, or report --fires-on FILE with a tensor density, says how often features fire"
        ))
    }
    let best = try facts.columns.firstNumbers("top_cosines")
    let rows = best.indices.filter { !best[$0].isNaN && density[$0] > 0 }
    let silent = best.indices.count { !best[$0].isNaN && !(density[$0] > 0) }
    guard let least = rows.map({ density[$0] }).min(), let most = rows.map({ density[$0] }).max(),
      let domain = Spread.domain(of: [Spread(values: rows.map { best[$0] })])
    else { return Figure.missing(title, .text("no feature that was read fires")) }
    var plot = Plot(
      height: 250, x: (.logarithmic, (Double(least) / 1.25)...(Double(most) * 1.25)),
      y: (.linear, Self.padded(domain)))
    plot.yAxis(ticks: 5)
    plot.xAxis("share of pictures on which the feature fires") {
      NumberText.plain(100 * $0) + "%"
    }
    let bins = HexBins(
      rows.map {
        (x: plot.x.clamped(Double(density[$0])), y: plot.y.clamped(Double(best[$0])))
      }, radius: 6)
    let greatest = bins.cells.map(\.count).max() ?? 1
    let steps = Self.steps(greatest)
    for cell in bins.cells {
      let shade = steps.lastIndex { $0 <= cell.count } ?? 0
      plot.add(hexagon(bins, cell, shade))
    }
    return Figure(
      title: title,
      caption: .text(caption(rows.count, silent)),
      key: steps.enumerated().map { index, step in
        let next = index + 1 < steps.count ? steps[index + 1] - 1 : greatest
        return .init(
          "bar h\(index)",
          step == next
            ? "\(NumberText.count(step))" : "\(NumberText.count(step))–\(NumberText.count(next))")
      },
      drawing: plot.markup(
        id: "\(facts.prefix)-density", title: title,
        description:
          "\(NumberText.count(rows.count)) features in \(bins.cells.count) hexagons of up to "
          + NumberText.count(greatest) + "."),
      table: table(rows.map { (density[$0], best[$0]) }, Double(least), Double(most))
    ).markup
  }

  /// How best cosines are spread among features that fire about as often: eight classes of density of equal ratios.
  private func table(
    _ features: [(density: Float, best: Float)], _ least: Double, _ most: Double
  ) -> DataTable {
    var table = DataTable(
      "Best cosine by density",
      [
        .number("from"), .number("to"), .number("features"), .number("5 % of cosines"),
        .number("median"), .number("95 % of cosines"),
      ])
    let ends = (0...Self.classCount).map {
      least * pow(most / least, Double($0) / Double(Self.classCount))
    }
    func share(_ value: Double) -> DataTable.Cell {
      .number(value) { NumberText.plain(100 * $0) + " %" }
    }
    for index in 0..<Self.classCount {
      let isLast = index == Self.classCount - 1
      let own = features.filter {
        (index == 0 || Double($0.density) >= ends[index])
          && (isLast || Double($0.density) < ends[index + 1])
      }
      guard !own.isEmpty else { continue }
      let spread = Spread(values: own.map(\.best))
      table.add(
        [share(ends[index]), share(ends[index + 1]), .number(Double(own.count), NumberText.count)]
          + [0.05, 0.5, 0.95].map {
            .number(spread.quantile($0) ?? .nan, NumberText.cosine)
          })
    }
    return table
  }

  private func values() throws -> [Float]? {
    guard let densities else { return try facts.columns.verdictNumbers("truth.density") }
    return facts.featureIDs.map { densities.indices.contains($0) ? densities[$0] : .nan }
  }

  private func hexagon(_ bins: HexBins, _ cell: HexBins.Cell, _ shade: Int) -> Markup {
    let corners = bins.corners(cell.x, cell.y)
    let path = corners.enumerated().map { index, corner in
      (index == 0 ? "M" : "L") + Plot.length(corner.x) + " " + Plot.length(corner.y)
    }.joined()
    return .element(
      "path", ["class": "hex h\(shade)", "d": path + "Z"],
      [Plot.tip("\(NumberText.count(cell.count)) features")])
  }

  /// A domain with room for whole hexagons at its ends.
  private static func padded(_ domain: ClosedRange<Double>) -> ClosedRange<Double> {
    let pad = (domain.upperBound - domain.lowerBound) * 0.035
    return (domain.lowerBound - pad)...(domain.upperBound + pad)
  }

  /// The least count of each colour: equal ratios, none twice.
  static func steps(_ greatest: Int) -> [Int] {
    var steps = [1]
    for shade in 1..<shades {
      let step = Int(pow(Double(greatest), Double(shade) / Double(shades)).rounded(.up))
      if step > (steps.last ?? 1), step <= greatest { steps.append(step) }
    }
    return steps
  }

  private func caption(_ count: Int, _ silent: Int) -> String {
    "\(NumberText.count(count)) features, counted in hexagons; shades are numbers of features."
      + (silent > 0 ? " \(NumberText.count(silent)) never fire and are left out." : "")
  }
}
