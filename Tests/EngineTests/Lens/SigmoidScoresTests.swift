import Foundation
import Testing

@testable import Engine

@Suite struct SigmoidScoresTests {
  static let numbers: [(scale: Double, bias: Double)] = [
    (1, 0), (117.33, -12.93), (110, 16.5), (1e-6, -1), (1e6, 0),
  ]

  /// The definition in `Double`, by the tangent, which has no large exponential in it; one rounding to
  /// `Float`, and where a score is near 0 what 1 + tanh loses: an ulp of 1 in `Double`.
  @Test(arguments: numbers)
  func scoresAreTheDefinition(scale: Double, bias: Double) {
    let scores = SigmoidScores(scale: scale, bias: bias)
    for step in -101...101 {
      let cosine = Float(step) / 100
      let exact = (1 + tanh((scale * Double(cosine) + bias) / 2)) / 2
      #expect(
        abs(Double(scores.score(cosine)) - exact) <= exact * 0x1p-23 + 0x1p-52, "\(cosine)")
    }
  }

  /// Where scores are tiny, σ(x) is exp(x) but for a factor of 1 + exp(x).
  @Test func tinyScoresKeepTheirDigits() {
    let scores = SigmoidScores(scale: 100, bias: -10)
    for cosine: Float in [-0.3, -0.5, -0.75] {
      let logit = 100 * Double(cosine) - 10
      #expect(abs(Double(scores.score(cosine)) / exp(logit) - 1) < 1e-6, "\(cosine)")
    }
  }

  @Test func nothingOverflows() {
    for (scale, bias) in [(1e6, 0), (1, 1e308), (1e300, -1e308), (.greatestFiniteMagnitude, 0)] {
      let scores = SigmoidScores(scale: scale, bias: bias)
      for cosine: Float in [-1.0000001, -1, 0, 1, 1.0000001] {
        #expect((0...1).contains(scores.score(cosine)), "\(scale) \(bias) \(cosine)")
      }
    }
    #expect(SigmoidScores(scale: 1e6, bias: 0).score(1) == 1)
    #expect(SigmoidScores(scale: 1e6, bias: 0).score(-1) == 0)
    #expect(SigmoidScores(scale: 1, bias: 0).score(.nan).isNaN)
  }

  @Test func theyAreThoseOfTheModelElseOfTheBank() throws {
    let siglip = try FamilyFixture("siglip").model
    let clip = try ClipFixture("quick-gelu").model
    func bank(scale: Double?, bias: Double?) throws -> LabelBank {
      try LabelBank(
        source: "bank", labels: ["a"], embeddings: Matrix.random(rows: 1, columns: 2, seed: 1),
        logitScale: scale, logitBias: bias)
    }
    let whole = try bank(scale: 5, bias: -1)
    #expect(try SigmoidScores.scores(of: siglip, or: whole)?.bias == -12.5)
    #expect(try SigmoidScores.scores(of: clip, or: whole) == nil)
    #expect(try SigmoidScores.scores(of: nil, or: whole) == SigmoidScores(scale: 5, bias: -1))
    #expect(try SigmoidScores.scores(of: nil, or: bank(scale: nil, bias: -1)) == nil)
    #expect(try SigmoidScores.scores(of: nil, or: bank(scale: 5, bias: nil)) == nil)
    #expect(try SigmoidScores.scores(of: nil) == nil)
  }
}
