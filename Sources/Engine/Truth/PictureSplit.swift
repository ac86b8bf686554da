/// The pictures of every class in several parts, at random.
struct PictureSplit: Sendable {
  /// The part of each picture, [N]; `unused` for none.
  let parts: [UInt8]

  /// How many pictures of its class and part come before each picture, [N].
  let ranks: [Int32]

  /// The pictures of each class in each part, [parts][K].
  let counts: [[Int]]

  /// The part of pictures that are in none.
  static let unused = UInt8.max

  /// Splits pictures.
  ///
  /// - Parameters:
  ///   - classIDs: The class of each picture, [N].
  ///   - classCount: The number of classes, K.
  ///   - partCount: The number of parts, at most 8.
  ///   - isEqual: Whether all parts of a class have equally many pictures, so that some may be in
  ///     none; otherwise the last parts have one more where there are some over.
  ///   - generator: Where the order comes from.
  init(
    _ classIDs: [Int32], classCount: Int, partCount: Int, isEqual: Bool,
    using generator: inout some RandomNumberGenerator
  ) {
    var members = [[Int]](repeating: [], count: classCount)
    for (picture, id) in classIDs.enumerated() { members[Int(id)].append(picture) }
    var parts = [UInt8](repeating: Self.unused, count: classIDs.count)
    var ranks = [Int32](repeating: 0, count: classIDs.count)
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: classCount), count: partCount)
    for (id, pictures) in members.enumerated() {
      var order = generator.permutation(of: pictures.count)[...]
      for part in 0..<partCount {
        let size = (pictures.count + (isEqual ? 0 : part)) / partCount
        for (rank, place) in order.prefix(size).enumerated() {
          parts[pictures[place]] = UInt8(part)
          ranks[pictures[place]] = Int32(rank)
        }
        order = order.dropFirst(size)
        counts[part][id] = size
      }
    }
    (self.parts, self.ranks, self.counts) = (parts, ranks, counts)
  }

  /// The median over the classes that have a picture of their pictures in a part; 0 without any.
  ///
  /// - Parameters:
  ///   - part: The part.
  ///   - totals: All pictures of each class, [K].
  /// - Returns: The median, the lower one of two.
  func medianCount(of part: Int, totals: [Int]) -> Int {
    let sizes = totals.indices.filter { totals[$0] > 0 }.map { counts[part][$0] }.sorted()
    return sizes.isEmpty ? 0 : sizes[(sizes.count - 1) / 2]
  }
}
