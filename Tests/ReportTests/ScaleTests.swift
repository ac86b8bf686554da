import Foundation
import Testing

@testable import Report

@Suite struct ScaleTests {
  @Test func numbersLieWhereTheirShareOfTheAxisIs() {
    let linear = Scale(.linear, 2...6, from: 10, to: 50)
    #expect([2.0, 3, 6, 8].map(linear.position) == [10, 20, 50, 70])
    #expect(linear.clamped(8) == 50 && linear.clamped(0) == 10)
    let rising = Scale(.linear, 0...1, from: 100, to: 0)
    #expect(rising.position(0.25) == 75)
    let logarithmic = Scale(.logarithmic, 0.01...100, from: 0, to: 4)
    for (value, place) in zip([0.01, 0.1, 1, 10, 100], [0.0, 1, 2, 3, 4]) {
      #expect(abs(logarithmic.position(value) - place) <= 1e-12)
    }
  }

  @Test func oneNumberAloneHasAnAxis() {
    #expect(Scale(.linear, 3...3, from: 0, to: 1).position(3) == 0.5)
    #expect(abs(Scale(.logarithmic, 3...3, from: 0, to: 1).position(3) - 0.5) <= 1e-12)
  }

  /// Ticks are all the multiples of one round step that lie on the axis.
  @Test(arguments: [0.001, 0.37, 1, 2.9, 47, 12_345], [3, 5])
  func linearTicksAreEvenAndRound(length: Double, count: Int) {
    let low = -0.3 * length
    let ticks = Scale(.linear, low...(low + length), from: 0, to: 1).ticks(count)
    let step = Scale.step(length, count)
    let mantissa = step / pow(10, floor(log10(step * 1.000001)))
    #expect([1.0, 2, 5, 10].contains { abs(mantissa - $0) <= 1e-9 })
    #expect(ticks.count >= 1 && ticks.count <= count + 1)
    for tick in ticks {
      #expect(tick >= low - 1e-9 * length && tick <= low + length * (1 + 1e-9))
      #expect(abs(tick / step - (tick / step).rounded()) <= 1e-9)
    }
    #expect((ticks.first ?? 0) - step < low && (ticks.last ?? 0) + step > low + length)
  }

  @Test func logarithmicTicksArePowersOfTen() {
    #expect(
      Scale(.logarithmic, 0.5...2000, from: 0, to: 1).ticks().map(NumberText.plain)
        == ["1", "10", "100", "1\u{202F}000"])
    let short = Scale(.logarithmic, 0.8...7.2, from: 0, to: 1)
    #expect(short.ticks() == [1, 2, 5])
    #expect(short.label(2, among: [1, 2, 5]) == "2")
    #expect(Scale(.logarithmic, 1e-6...1, from: 0, to: 1).label(1e-6, among: []) == "10⁻⁶")
  }

  @Test func labelsHaveTheDigitsThatTellThemApart() {
    let scale = Scale(.linear, 0...1, from: 0, to: 1)
    #expect([0, 0.2].map { scale.label($0, among: [0, 0.2]) } == ["0.0", "0.2"])
    #expect([0, 5, 10].map { scale.label($0, among: [0, 5, 10]) } == ["0", "5", "10"])
  }

  @Test(arguments: [(0.8, -0.5), (-0.1, -0.4), (0.5, 0.2), (0, 0)])
  func barsOfACardStartAtNothing(best: Float, worst: Float) {
    let scale = CardSection.barScale(best: best, worst: worst)
    for value in [0, Double(best), Double(worst)] {
      #expect((0...100).contains(scale.position(value)))
    }
    #expect(scale.start == 0 && scale.end == 100)
  }
}
