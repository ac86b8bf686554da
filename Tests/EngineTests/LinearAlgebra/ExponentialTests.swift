import Foundation
import Testing

@testable import Engine

@Suite struct ExponentialTests {
  /// The polynomial, the reduction and the last multiplication round by about one unit in the last
  /// place together: 2^-23 is 1.2e-7.
  @Test(arguments: [0, 1, 15, 16, 17, 1009])
  func everyElementIsWithinTwoUnitsOfTheLastPlace(count: Int) {
    var generator = SplitMix64(seed: 1)
    let arguments = (0..<count).map { _ in Float.random(in: -87...88, using: &generator) }
    var elements = arguments
    var span = elements.mutableSpan
    exponentiate(&span)
    for (argument, element) in zip(arguments, elements) {
      let exact = Foundation.exp(Double(argument))
      #expect(abs(Double(element) - exact) <= 2e-7 * exact, "exp \(argument)")
    }
  }

  @Test func exponentialsBelowTheNormalNumbersAreZero() {
    var elements: [Float] = [-87.1, -1e30, -.infinity, 0, -87]
    var span = elements.mutableSpan
    exponentiate(&span)
    #expect(Array(elements[0...3]) == [0, 0, 0, 1])
    #expect(elements[4] > 0)
  }
}
