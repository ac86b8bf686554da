import Testing

@testable import Engine

@Suite struct StopSignalTests {
  @Test func nothingStopsUnasked() throws {
    let stop = StopSignal()
    #expect(!stop.isRequested)
    try stop.check("run")
  }

  @Test func workStopsOnceAskedAndSaysHowFarItIs() {
    let stop = StopSignal()
    stop.request()
    stop.request()
    #expect(stop.isRequested)
    let interruption = Interruption(
      subject: "run", state: "stopped after 3 of 7 shards; the same command goes on")
    #expect(throws: interruption) {
      try stop.check("run", "stopped after 3 of 7 shards; the same command goes on")
    }
    #expect(
      "\(interruption)" == "run: stopped after 3 of 7 shards; the same command goes on")
    #expect(interruption.kind == .interrupted)
  }
}
