import Testing

@testable import Engine

@Suite struct IntervalEstimateTests {
  @Test func intervalsAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().shares {
      let exact = IntervalEstimate.clopperPearson(
        successes: item.successes, of: item.trials, confidence: item.confidence)
      let wilson = IntervalEstimate.wilson(
        successes: item.successes, of: item.trials, confidence: item.confidence)
      #expect(exact.estimate == Double(item.successes) / Double(item.trials))
      #expect(wilson.estimate == exact.estimate)
      #expect(agree(exact.lower, item.exact[0], within: 1e-10))
      #expect(agree(exact.upper, item.exact[1], within: 1e-10))
      // SciPy forms differences that cancel at the ends: an absolute tolerance.
      #expect(abs(wilson.lower - item.wilson[0]) < 1e-14)
      #expect(abs(wilson.upper - item.wilson[1]) < 1e-14)
    }
  }

  @Test func nothingIsKnownWithoutTrials() {
    for interval in [
      IntervalEstimate.clopperPearson(successes: 0, of: 0),
      IntervalEstimate.wilson(successes: 0, of: 0),
    ] {
      #expect(interval.estimate.isNaN)
      #expect(interval.lower == 0 && interval.upper == 1)
    }
  }

  @Test func endsAreCovered() {
    let interval = IntervalEstimate(estimate: 1, lower: 0, upper: 2)
    #expect(interval.covers(0) && interval.covers(2))
    #expect(!interval.covers(-0.1) && !interval.covers(2.1) && !interval.covers(.nan))
  }
}
