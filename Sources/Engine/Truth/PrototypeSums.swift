/// Sums over pictures of their unit image embeddings, class by class.
struct PrototypeSums {
  /// The sums of each class, [K][D], in `Double`.
  private var sums: [VectorSums]
  /// How many pictures each class has so far, [K].
  private(set) var counts: [Int]
  private let width: Int

  init(classCount: Int, width: Int) {
    sums = [VectorSums](repeating: VectorSums(count: width), count: classCount)
    counts = [Int](repeating: 0, count: classCount)
    self.width = width
  }

  /// Adds a picture.
  ///
  /// - Parameters:
  ///   - embedding: Its unit embedding, [D].
  ///   - id: Its class.
  mutating func add(_ embedding: Span<Float>, to id: Int32) {
    sums[Int(id)].addToColumns(embedding)
    counts[Int(id)] += 1
  }

  /// The mean of each class, [K, D]; zeros for classes without a picture.
  func means() -> Matrix {
    var elements: [Float] = []
    elements.reserveCapacity(sums.count * width)
    for (id, sum) in sums.enumerated() {
      let count = Double(max(1, counts[id]))
      for value in sum.sums { elements.append(Float(value / count)) }
    }
    return Matrix(rows: sums.count, columns: width, elements: elements)
  }

  /// The mean of each class less that of all pictures, [K, D]; zeros for classes without a picture.
  func differencesFromMean() -> Matrix {
    let total = Double(max(1, counts.reduce(0, +)))
    var center = [Double](repeating: 0, count: width)
    for sum in sums {
      for (j, value) in sum.sums.enumerated() { center[j] += value / total }
    }
    var rows = Matrix(rows: sums.count, columns: width)
    for (id, sum) in sums.enumerated() where counts[id] > 0 {
      for (j, value) in sum.sums.enumerated() {
        rows[id, j] = Float(value / Double(counts[id]) - center[j])
      }
    }
    return rows
  }

  /// The prototype of each class: its mean, less the mean over the classes that have a picture, as
  /// a unit row.
  ///
  /// - Returns: Rows, [K, D], and whether each has no length: of a class without a picture, or equal
  ///   to the mean.
  func prototypes() -> (rows: Matrix, isMasked: [Bool]) {
    var rows = means()
    let present = counts.indices.filter { counts[$0] > 0 }
    var sum = VectorSums(count: width)
    for id in present {
      sum.addToColumns(rows.elements.span.extracting((id * width)..<((id + 1) * width)))
    }
    let shift = sum.sums.map { Float(-$0 / Double(max(1, present.count))) }
    let zeros = [Float](repeating: 0, count: width)
    var isMasked = [Bool](repeating: true, count: counts.count)
    var span = rows.elements.mutableSpan
    for id in present {
      let length = scaleAndShift(&span, at: id * width, scale: 1, shift: shift).squareRoot()
      // Less is the rounding of means of unit rows.
      isMasked[id] = length <= 1e-6
      let scale = isMasked[id] ? 0 : Float(1 / length)
      _ = scaleAndShift(&span, at: id * width, scale: scale, shift: zeros)
    }
    return (rows, isMasked)
  }
}
