internal import Engine

/// The values of some rows of a column.
enum FlatValues {
  /// Whole numbers; -1 stands for none where the column has gaps.
  case integers([Int])
  /// Numbers; NaN stands for none.
  case numbers([Float])
  /// Ids of labels whose texts are the values; -1 stands for none.
  case labels([Int])
  /// Texts.
  case words([String])

  /// How many there are.
  var count: Int {
    switch self {
    case .integers(let values), .labels(let values): values.count
    case .numbers(let values): values.count
    case .words(let values): values.count
    }
  }
}

/// A column of a table, each cell of which holds one value or none.
struct FlatColumn {
  /// What the values are.
  enum Kind {
    /// Whole numbers of 32 bits.
    case integer
    /// Whole numbers of 64 bits.
    case long
    /// `Float`.
    case number
    /// Texts.
    case text
  }

  let name: String
  let kind: Kind

  /// Whether there may be none.
  let hasGaps: Bool

  /// The values for some features, or labels where the table is one of labels.
  let values: (Range<Int>) -> FlatValues
}

extension FlatColumn {
  /// A column of tensor elements.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - tensor: The elements, [n] or [n, k], whole numbers or real ones.
  ///   - index: Which of the k is meant.
  ///   - hasGaps: Whether `missing` or NaN stands for none.
  ///   - missing: The whole number that does; no other number is then -1.
  init(
    _ name: String, _ tensor: Tensor, index: Int = 0, hasGaps: Bool = true, missing: Int = -1
  ) {
    let width = tensor.shape.count == 2 ? tensor.shape[1] : 1
    self.name = name
    self.hasGaps = hasGaps
    if tensor.dtype.isFloatingPoint {
      kind = .number
      values = { .numbers(every(width, from: index, of: tensor.numbers(in: $0, width: width))) }
    } else {
      kind = .integer
      values = { rows in
        let wholes = every(width, from: index, of: tensor.wholes(in: rows, width: width))
        return .integers(missing == -1 ? wholes : wholes.map { $0 == missing ? -1 : $0 })
      }
    }
  }

  /// A column of the texts of labels whose ids are elements of a tensor, [n] or [n, k].
  init(_ name: String, labels tensor: Tensor, index: Int = 0) {
    let width = tensor.shape.count == 2 ? tensor.shape[1] : 1
    self.name = name
    kind = .text
    hasGaps = true
    values = { .labels(every(width, from: index, of: tensor.wholes(in: $0, width: width))) }
  }
}

/// Every `width`-th value, from the one at `index`.
func every<Value>(_ width: Int, from index: Int, of values: [Value]) -> [Value] {
  width == 1 ? values : stride(from: index, to: values.count, by: width).map { values[$0] }
}

extension Tensor {
  /// The real numbers of some rows.
  func numbers(in rows: Range<Int>, width: Int) -> [Float] {
    var scratch: [Float] = []
    return withFloats(in: (rows.lowerBound * width)..<(rows.upperBound * width), scratch: &scratch)
    {
      span in span.indices.map { span[$0] }
    }
  }

  /// The whole numbers of some rows, none of which are beyond `Int`: runs have i32, i64 and u8.
  ///
  /// - Precondition: They are whole numbers.
  func wholes(in rows: Range<Int>, width: Int) -> [Int] {
    guard let wholes = integers(in: (rows.lowerBound * width)..<(rows.upperBound * width)) else {
      preconditionFailure("\(name): real numbers")
    }
    return wholes
  }
}
