import Foundation
import Testing

@testable import Engine

@Suite struct ActivationFunctionTests {
  /// The functions as they are written, in `Double`.
  static func exact(_ function: ActivationFunction, _ x: Double) -> Double {
    switch function {
    case .quickGELU: x / (1 + exp(-1.702 * x))
    case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
    case .tanhGELU: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  /// Each function is x times a factor in 0...1.
  ///
  /// The factor f(t) is of an argument t of which a few roundings, 5u|t| at most, are wrong by
  /// |t f'(t)|·5u, and |t f'(t)| < 1 for all three; the function itself, the sum and the products
  /// add at most 5u more, relatively to 1. Together less than 10u|x|, u = ulp(1)/2.
  @Test(arguments: ActivationFunction.allCases)
  func activationsMatchTheirDefinitions(function: ActivationFunction) {
    let inputs =
      (-40_000...40_000).map { Float($0) / 2000 } + [-1e4, -100, 1e-30, -1e-30, 100, 1e4, 0]
    var outputs = inputs
    function.apply(&outputs, rows: 1, bias: [Float](repeating: 0, count: inputs.count))
    for (x, y) in zip(inputs, outputs) {
      let tolerance = 10 * Double(Float.ulpOfOne) / 2 * abs(Double(x))
      #expect(abs(Double(y) - Self.exact(function, Double(x))) <= tolerance, "at \(x)")
    }
  }

  /// Whatever the width of a row and the place in it, an element has the value of its own sum.
  @Test(arguments: ActivationFunction.allCases, [1, 15, 16, 17, 101])
  func biasesAreAddedInEachRow(function: ActivationFunction, width: Int) {
    var generator = SplitMix64(seed: 8)
    let before = Matrix.random(rows: 4, columns: width, using: &generator).elements
    let bias = Matrix.random(rows: 1, columns: width, using: &generator).elements
    var found = before
    function.apply(&found, rows: 3, bias: bias)
    for i in before.indices {
      var alone = [i < 3 * width ? before[i] + bias[i % width] : before[i]]
      if i < 3 * width { function.apply(&alone, rows: 1, bias: [0]) }
      #expect(found[i] == alone[0], "element \(i)")
    }
  }

  @Test(arguments: ActivationFunction.allCases)
  func whatIsNotANumberStaysSoAndNoRowsChangeNothing(function: ActivationFunction) {
    var elements: [Float] = [.nan, 1, 2]
    function.apply(&elements, rows: 1, bias: [0, 0])
    #expect(elements[0].isNaN && elements[1].isFinite && elements[2] == 2)
    function.apply(&elements, rows: 0, bias: [0])
    #expect(elements[2] == 2)
  }

  @Test func activationsAreNamedAsInConfigurations() {
    #expect(ActivationFunction(rawValue: "quick_gelu") == .quickGELU)
    #expect(ActivationFunction(rawValue: "gelu") == .gelu)
    #expect(ActivationFunction(rawValue: "gelu_pytorch_tanh") == .tanhGELU)
    #expect(ActivationFunction(rawValue: "relu") == nil)
  }
}
