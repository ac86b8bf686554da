import Foundation
import Testing

@testable import Engine

@Suite struct AttentionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var heads: Int
    var headWidth: Int
    /// The rows that each query sees.
    var chains: [[Int32]]
    var testDescription: String { "\(heads) heads of \(headWidth), \(chains.count) queries" }
  }

  static let cases = [
    Case(heads: 1, headWidth: 1, chains: [[0]]),
    Case(heads: 3, headWidth: 8, chains: [[0], [0, 1], [1, 4, 2]]),
    Case(heads: 2, headWidth: 16, chains: [Array(0..<16), Array(0..<17), [5]]),
    Case(heads: 5, headWidth: 17, chains: [Array(0..<15), [16, 3]]),
    Case(heads: 12, headWidth: 64, chains: [Array(0..<77), [0], Array(40..<80)]),
    Case(heads: 2, headWidth: 101, chains: [Array(0..<101)]),
    Case(heads: 2, headWidth: 4, chains: []),
  ]

  /// Random operands with elements below 1: queries, keys, values and the two biases.
  private struct Operands {
    var queries: [Float]
    var keys: [Float]
    var values: [Float]
    let queryBias: [Float]
    let valueBias: [Float]
    let chains: RowChains
    let heads: AttentionHeads

    init(_ shape: Case) {
      var generator = SplitMix64(seed: 9)
      let width = shape.heads * shape.headWidth
      func random(_ rows: Int) -> [Float] {
        Matrix.random(rows: rows, columns: width, using: &generator).elements
      }
      queries = random(shape.chains.count)
      (keys, values) = (random(101), random(101))
      (queryBias, valueBias) = (random(1), random(1))
      chains = shape.chains.reduce(into: RowChains()) { $0.append($1) }
      heads = AttentionHeads(count: shape.heads, width: shape.headWidth)
    }

    func attended() -> [Float] {
      var result = queries
      heads.attend(
        &result, keys: keys, values: values, queryBias: queryBias, valueBias: valueBias,
        chains: chains)
      return result
    }

    /// One head of one row by the definition, in `Double`.
    func exact(row: Int, head: Int) -> [Double] {
      let (w, width) = (heads.width, heads.count * heads.width)
      let base = head * w
      let query = (0..<w).map {
        Double(queries[row * width + base + $0]) + Double(queryBias[base + $0])
      }
      let scores = chains[row].map { other in
        (0..<w).reduce(0.0) { $0 + query[$1] * Double(keys[Int(other) * width + base + $1]) }
          / Double(w).squareRoot()
      }
      let greatest = scores.max() ?? 0
      let weights = scores.map { Foundation.exp($0 - greatest) }
      let sum = weights.reduce(0, +)
      return (0..<w).map { j in
        zip(weights, chains[row]).reduce(Double(valueBias[base + j])) {
          $0 + $1.0 / sum * Double(values[Int($1.1) * width + base + j])
        }
      }
    }
  }

  /// The error of rounding stays in its bound.
  ///
  /// With u = ulp(1)/2 and w the width of a head: a score is a sum of w terms of at most 2/√w, so
  /// it is within e = (w + 4)u · 2√w. A weight is then relatively wrong by 2e for its own score
  /// and the greatest, by 2e-7 for the exponential, and by as much again through the sum of all. The
  /// values, at most 1, are summed with n + 3 roundings, and the bias, at most 1, adds one of 2.
  @Test(arguments: cases)
  func attentionMatchesItsDefinition(shape: Case) {
    let operands = Operands(shape)
    let found = operands.attended()
    let (w, u) = (Double(shape.headWidth), Double(Float.ulpOfOne) / 2)
    let score = (w + 4) * u * 2 * w.squareRoot()
    for row in shape.chains.indices {
      let tolerance = 4 * score + 4e-7 + (Double(shape.chains[row].count) + 5) * u
      for head in 0..<shape.heads {
        let start = (row * shape.heads + head) * shape.headWidth
        for (j, exact) in operands.exact(row: row, head: head).enumerated() {
          #expect(abs(Double(found[start + j]) - exact) <= tolerance, "row \(row), head \(head)")
        }
      }
    }
  }

  @Test func aRowDoesNotDependOnOthers() {
    let shape = Case(heads: 3, headWidth: 20, chains: [[0, 1, 2], [3, 4], [0, 5]])
    let together = Operands(shape).attended()
    var alone = Operands(shape)
    alone.queries = Array(alone.queries[60..<120])
    var chains = RowChains()
    chains.append([3, 4])
    alone.heads.attend(
      &alone.queries, keys: alone.keys, values: alone.values, queryBias: alone.queryBias,
      valueBias: alone.valueBias, chains: chains)
    #expect(alone.queries == Array(together[60..<120]))
  }

  @Test func whatIsNotFiniteSpoilsThoseWhoSeeItOnly() {
    for bad in [Float.nan, .infinity] {
      var operands = Operands(Case(heads: 1, headWidth: 4, chains: [[0, 1], [2, 1], [2]]))
      operands.keys[1] = bad
      let found = operands.attended()
      #expect(found[0..<4].allSatisfy { $0.isNaN })
      #expect(found[4...].allSatisfy { $0.isFinite })
    }
  }

  @Test func listsOfRowsAreKeptInOrder() {
    var chains = RowChains()
    for chain in [[4], [], [1, 2, 3]] as [[Int32]] { chains.append(chain) }
    #expect(chains.count == 3 && chains.starts == [0, 1, 1, 4])
    #expect(Array(chains[2]) == [1, 2, 3] && chains[1].isEmpty)
    #expect(chains.selecting([2, 0]).rows == [1, 2, 3, 4])
    #expect(RowChains().count == 0)
  }
}
