import Testing

@testable import Report

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, 0, "0"), (1.5, 0, "2"), (-1.25, 1, "−1.3"), (0.05, 1, "0.1"), (12.3456, 3, "12.346"),
    (-0.04, 1, "0.0"), (999.9996, 3, "1000.000"), (0.07, 4, "0.0700"),
  ])
  func fixedHasSoManyDigits(value: Double, digits: Int, text: String) {
    #expect(NumberText.fixed(value, digits) == text)
  }

  @Test func whatIsNoNumberIsADash() {
    #expect(NumberText.fixed(.nan, 2) == "–" && NumberText.percent(.nan) == "–")
    #expect(NumberText.fixed(.infinity, 2) == "∞" && NumberText.fixed(-.infinity, 2) == "−∞")
  }

  @Test func sharesArePerCent() {
    #expect(NumberText.percent(0.5314) == "53.1\u{A0}%")
    #expect(NumberText.percent(0.00042) == "0.04\u{A0}%")
    #expect(NumberText.percent(0) == "0.0\u{A0}%" && NumberText.percent(1) == "100.0\u{A0}%")
    #expect(NumberText.percent(-0.123) == "−12.3\u{A0}%")
  }

  @Test func thousandsStandApart() {
    #expect(
      [0, 12, 123, 1234, 123_456, 1_234_567, -1234].map(NumberText.count) == [
        "0", "12", "123", "1\u{202F}234", "123\u{202F}456", "1\u{202F}234\u{202F}567",
        "−1\u{202F}234",
      ])
  }

  @Test(arguments: [
    (0.0, "0"), (1163.636, "1\u{202F}164"), (35.18, "35.2"), (5.3316, "5.33"), (0.0831, "0.0831"),
    (0.00218, "0.00218"), (1.25e-5, "1.25·10⁻⁵"), (-0.5, "−0.500"),
  ])
  func shortHasThreeDigits(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test(arguments: [
    (1.0, "1"), (0.01, "0.01"), (20.0, "20"), (100.0, "100"), (2.5, "2.5"), (0.105, "0.105"),
  ])
  func plainHasNoZerosAtItsEnd(value: Double, text: String) {
    #expect(NumberText.plain(value) == text)
  }

  @Test(arguments: [
    (1.0, "1.00"), (0.52, "0.52"), (0.0049751, "0.0050"), (0.00123, "0.0012"),
    (9.76e-5, "9.8·10⁻⁵"),
  ])
  func pValuesHaveTwoDigits(value: Double, text: String) {
    #expect(NumberText.pValue(value) == text)
  }
}
