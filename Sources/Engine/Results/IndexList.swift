/// Lists of indices as job arrays of batch systems take them.
public enum IndexList {
  /// A list as text.
  ///
  /// - Parameter indices: The indices, rising.
  /// - Returns: Single ones and ranges of at least three, such as `3,7-9,12`.
  public static func text(_ indices: [Int]) -> String {
    var parts: [String] = []
    var start = 0
    while start < indices.count {
      var end = start
      while end + 1 < indices.count, indices[end + 1] == indices[end] + 1 { end += 1 }
      if end - start >= 2 {
        parts.append("\(indices[start])-\(indices[end])")
      } else {
        parts += indices[start...end].map { "\($0)" }
      }
      start = end + 1
    }
    return parts.joined(separator: ",")
  }
}
