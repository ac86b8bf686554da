import Testing

@testable import Engine

@Suite struct TensorKeysTests {
  @Test func partsAndOrientationsAreParsed() throws {
    let keys = try TensorKeys(
      parsing: "W_dec=decoder.weight:T,W_enc=encoder.weight:N,b_dec=bias,b_enc=a=b")
    #expect(keys.decoder == .init(name: "decoder.weight", orientation: .columns))
    #expect(keys.encoder == .init(name: "encoder.weight", orientation: .rows))
    #expect(keys.decoderBias == "bias")
    #expect(keys.encoderBias == "a=b")
  }

  @Test func aPartAloneIsItsOwnName() throws {
    let keys = try TensorKeys(parsing: "W_dec")
    #expect(keys.decoder == .init(name: "W_dec", orientation: nil))
    #expect(keys.encoder == nil)
    #expect(keys.decoderBias == nil)
    #expect(keys.encoderBias == nil)
  }

  @Test(arguments: [
    ("", "--keys: found \"\", expected W_enc, W_dec, b_enc, b_dec"),
    ("Wdec=a", "--keys: found \"Wdec\", expected W_enc, W_dec, b_enc, b_dec"),
    ("W_dec=a,", "--keys: found \"\", expected W_enc, W_dec, b_enc, b_dec"),
    ("W_dec\u{1B}=a", "--keys: found \"W_dec\\u{1b}\", expected W_enc, W_dec, b_enc, b_dec"),
    ("W_dec=", "--keys: W_dec: found no tensor name, expected W_dec=NAME"),
    ("W_enc=:T", "--keys: W_enc: found no tensor name, expected W_enc=NAME"),
    ("W_dec=a,W_dec=b", "--keys: W_dec: found twice, expected once"),
    ("b_dec=a", "--keys: found neither W_enc nor W_dec, expected at least one of them"),
  ])
  func malformedKeysAreRefused(text: String, expected: String) {
    #expect(message { _ = try TensorKeys(parsing: text) } == expected)
    #expect(throws: AutoencoderError.self) { try TensorKeys(parsing: text) }
  }

  @Test func malformedKeysAreAUsageFault() {
    let error = #expect(throws: AutoencoderError.self) { try TensorKeys(parsing: "x") }
    #expect(error?.kind == .usage)
  }
}
