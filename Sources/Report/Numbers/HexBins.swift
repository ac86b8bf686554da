/// Points counted in hexagons that stand on a corner.
struct HexBins: Sendable, Equatable {
  /// A hexagon with points in it.
  struct Cell: Sendable, Equatable {
    /// Its middle, in the coordinates of the points.
    let x: Double
    let y: Double
    let count: Int
  }

  /// The distance from the middle of a hexagon to its corners.
  let radius: Double
  /// The hexagons with points, by row and then from left to right.
  let cells: [Cell]

  /// Counts points.
  ///
  /// Every point belongs to the hexagon whose middle is nearest: the nearer of the nearest middles of two grids of
  /// rectangles, one of even rows and one of odd rows half a width aside.
  ///
  /// - Parameters:
  ///   - points: Places in a drawing.
  ///   - radius: From the middle of a hexagon to its corners, over 0.
  init(_ points: [(x: Double, y: Double)], radius: Double) {
    self.radius = radius
    let (dx, dy) = (radius * 3.0.squareRoot(), radius * 1.5)
    struct Place: Hashable { let row: Int, column: Int }
    var counts: [Place: Int] = [:]
    for point in points {
      func nearest(_ isOdd: Bool) -> (place: Place, distance: Double) {
        let pair = ((point.y / dy - (isOdd ? 1 : 0)) / 2).rounded()
        let row = 2 * Int(pair) + (isOdd ? 1 : 0)
        let column = Int((point.x / dx - (isOdd ? 0.5 : 0)).rounded())
        let x = (Double(column) + (isOdd ? 0.5 : 0)) * dx - point.x
        let y = Double(row) * dy - point.y
        return (Place(row: row, column: column), x * x + y * y)
      }
      let (even, odd) = (nearest(false), nearest(true))
      counts[even.distance <= odd.distance ? even.place : odd.place, default: 0] += 1
    }
    cells = counts.sorted { ($0.key.row, $0.key.column) < ($1.key.row, $1.key.column) }
      .map { place, count in
        let shift = place.row.isMultiple(of: 2) ? 0 : 0.5
        return Cell(
          x: (Double(place.column) + shift) * dx, y: Double(place.row) * dy, count: count)
      }
  }

  /// The corners of a hexagon about a place.
  func corners(_ x: Double, _ y: Double) -> [(x: Double, y: Double)] {
    let half = radius * 3.0.squareRoot() / 2
    return [
      (x, y - radius), (x + half, y - radius / 2), (x + half, y + radius / 2), (x, y + radius),
      (x - half, y + radius / 2), (x - half, y - radius / 2),
    ]
  }
}
