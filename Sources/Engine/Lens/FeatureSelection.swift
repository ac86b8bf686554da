/// Which features of an autoencoder are scanned, in rising order.
public struct FeatureSelection: Sendable, Equatable {
  /// Runs of feature ids, rising, with ids between them that are not selected.
  public let ranges: [Range<Int>]

  /// The number of features.
  public let count: Int

  /// All features.
  ///
  /// - Parameter featureCount: How many there are.
  public init(all featureCount: Int) {
    ranges = featureCount > 0 ? [0..<featureCount] : []
    count = featureCount
  }

  /// Features as they are listed, such as `17,200-299` (both ends included).
  ///
  /// - Parameters:
  ///   - text: Ids and ranges, separated by commas, in any order.
  ///   - featureCount: How many features there are.
  /// - Throws: `LensError` if the list is malformed, names a feature twice or one that is not
  ///   there.
  public init(parsing text: String, featureCount: Int) throws(LensError) {
    var ranges: [Range<Int>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      ranges.append(try Self.parseRange(part, featureCount: featureCount))
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    for (range, following) in zip(ranges, ranges.dropFirst())
    where following.lowerBound < range.upperBound {
      throw LensError(subject: text, reason: .featureTwice(following.lowerBound))
    }
    self.ranges = ranges.reduce(into: []) { joined, range in
      if let last = joined.last, last.upperBound == range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<range.upperBound
      } else {
        joined.append(range)
      }
    }
    count = ranges.reduce(0) { $0 + $1.count }
  }

  private static func parseRange(
    _ part: Substring, featureCount: Int
  ) throws(LensError) -> Range<Int> {
    func fail(_ reason: LensError.Reason) -> LensError {
      LensError(subject: String(part), reason: reason)
    }
    let ends = part.split(separator: "-", omittingEmptySubsequences: false)
    let ids = ends.compactMap { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
    guard (1...2).contains(ends.count), ids.count == ends.count, let first = ids.first,
      let last = ids.last, first <= last
    else { throw fail(.malformedSelection(String(part))) }
    guard last < featureCount else { throw fail(.featureOutOfRange(last, count: featureCount)) }
    return first..<(last + 1)
  }

  /// The ids of some of the selected features, as runs.
  ///
  /// - Parameter positions: Positions in the selection.
  /// - Returns: Runs of ids, rising, together as many as there are positions.
  func ids(at positions: Range<Int>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    for range in ranges {
      let overlap = positions.clamped(to: start..<(start + range.count))
      if !overlap.isEmpty {
        let first = range.lowerBound + overlap.lowerBound - start
        result.append(first..<(first + overlap.count))
      }
      start += range.count
    }
    return result
  }
}
