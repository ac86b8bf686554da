/// The k largest of a sequence of scores, largest first; equal scores stand in the order in which
/// they came.
///
/// Offered in rising order of id, ties therefore go to the lower id.
struct TopK {
  /// The most scores kept.
  let capacity: Int

  /// The ids of the scores kept, best first.
  private(set) var ids: [Int32] = []

  /// The scores kept, best first.
  private(set) var scores: [Float] = []

  /// Makes room for scores.
  ///
  /// - Parameter capacity: The most that are kept, at least 1.
  init(capacity: Int) {
    precondition(capacity > 0, "the best \(capacity) scores")
    self.capacity = capacity
    ids.reserveCapacity(capacity + 1)
    scores.reserveCapacity(capacity + 1)
  }

  /// Forgets all scores.
  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)
  }

  /// The score that a new one must exceed to be kept; less than any finite one while there is room.
  var threshold: Float { scores.count == capacity ? scores[capacity - 1] : -.infinity }

  /// Offers a score.
  mutating func insert(id: Int32, score: Float) {
    if scores.count == capacity, score <= scores[capacity - 1] { return }
    var position = scores.count
    while position > 0, scores[position - 1] < score { position -= 1 }
    ids.insert(id, at: position)
    scores.insert(score, at: position)
    if scores.count > capacity {
      ids.removeLast()
      scores.removeLast()
    }
  }
}
