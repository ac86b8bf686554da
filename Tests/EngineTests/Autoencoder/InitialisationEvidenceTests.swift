import Foundation
import Testing

@testable import Engine

@Suite struct InitialisationEvidenceTests {
  /// The numbers that a case draws, [n, d].
  private static func uniform(_ n: Int, _ d: Int, bound: Double, seed: UInt64 = 1) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<(n * d)).map { _ in Double.random(in: -bound..<bound, using: &generator) }
  }

  /// Normal numbers by Box and Muller 1958.
  private static func normal(_ count: Int, scale: Double, seed: UInt64 = 2) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let radius = (-2 * log(Double.random(in: 0x1p-53..<1, using: &generator))).squareRoot()
      return scale * radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
  }

  private static func unitRows(_ elements: [Double], width: Int) -> [Double] {
    elements.split(intoRowsOf: width).flatMap { row in
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
  }

  private static func bank(
    _ elements: [Double], _ shape: [Int], isTransposed: Bool = false, _ dtype: DType = .f32
  ) -> DirectionBank {
    DirectionBank(
      OrientationEvidenceTests.tensor(elements, shape, dtype), isTransposed: isTransposed)
  }

  private func note(_ bank: DirectionBank) -> String? {
    InitialisationEvidence.note(on: bank, name: "encoder")
  }

  /// Each initialisation of torch, of 210 features of width 90.
  @Test(arguments: [
    (1, 90, "1/sqrt(90) of torch's nn.Linear"),
    (1, 210, "1/sqrt(210) of torch's nn.Linear"),
    (6, 90, "sqrt(6/90) of torch's kaiming_uniform_"),
    (6, 210, "sqrt(6/210) of torch's kaiming_uniform_"),
    (6, 300, "sqrt(6/(210 + 90)) of torch's xavier_uniform_"),
  ])
  func initialisationsAreNamedByTheirBounds(numerator: Double, denominator: Double, name: String)
    throws
  {
    let bound = (numerator / denominator).squareRoot()
    for (seed, dtype) in [(1, DType.f32), (2, .bf16)] {
      let elements = Self.uniform(210, 90, bound: bound, seed: UInt64(seed))
      let rows = try #require(note(Self.bank(elements, [210, 90], dtype)))
      let columns = try #require(note(Self.bank(elements, [90, 210], isTransposed: true, dtype)))
      for note in [rows, columns] {
        #expect(
          note.hasPrefix(
            "encoder directions look never trained: 4096 elements lie evenly within 0."))
        #expect(note.hasSuffix(", the bound \(name)"), "\(note)")
      }
    }
  }

  @Test func theWholeNoteIsOneLine() {
    let elements = Self.uniform(64, 64, bound: 0.125)
    let found = InitialisationEvidence(of: Self.bank(elements, [64, 64]))
    let numbers = String(format: "%.4g (kurtosis %.2f)", found?.greatest ?? 0, found?.kurtosis ?? 0)
    #expect(
      note(Self.bank(elements, [64, 64]))
        == "encoder directions look never trained: 4096 elements lie evenly within \(numbers), the "
        + "bound 1/sqrt(64) of torch's nn.Linear")
  }

  /// Rows scaled to length 1 have their own bounds, which lie around sqrt(3/d); those of another
  /// length have none that is known.
  @Test func scaledRowsAreFoundToo() {
    let rows = Self.unitRows(Self.uniform(200, 512, bound: 1), width: 512)
    #expect(
      note(Self.bank(rows, [200, 512]))?.hasSuffix("sqrt(3/512) of rows of length 1") == true)
    #expect(note(Self.bank(rows.map { $0 * 0.3 }, [200, 512]))?.hasSuffix(")") == true)
  }

  @Test func otherDistributionsAreNotFound() {
    let (n, d) = (160, 96)
    let start = Self.uniform(n, d, bound: 0.0625)
    let noise = Self.normal(n * d, scale: 1)
    let scale = 0.0625 / 3.0.squareRoot()
    var trained = start
    for i in trained.indices { trained[i] += 0.2 * scale * noise[i] }
    let others: [(String, [Double])] = [
      ("normal", noise), ("normal rows of length 1", Self.unitRows(noise, width: d)),
      ("trained a little", trained),
      ("from 0 on", start.map { abs($0) }), ("two levels", start.map { $0 < 0 ? -1 : 1 }),
      ("three levels", start.map { ($0 * 24).rounded() }),
      ("cut", noise.map { min(max($0, -1), 1) }),
      ("sines", start.map { sin($0 * 1000) }),
      ("zeros", start.map { $0 * 0 }), ("heavy", noise.map { $0 * $0 * $0 }),
      ("not finite", start.enumerated().map { $0.offset % d == 3 ? .nan : $0.element }),
    ]
    for (name, elements) in others {
      #expect(note(Self.bank(elements, [n, d])) == nil, "\(name)")
      #expect(note(Self.bank(elements, [d, n], isTransposed: true)) == nil, "\(name), columns")
    }
    #expect(note(Self.bank(start, [n, d])) != nil)
  }

  /// Features that were never active keep their initialisation: half of them prove nothing.
  @Test func featuresThatWereNeverActiveAreNotTheWhole() {
    let (n, d) = (320, 64)
    let noise = Self.normal(n * d, scale: 0.05)
    var elements = Self.uniform(n, d, bound: 0.088)
    for i in elements.indices where (i / d) % 3 == 0 { elements[i] = noise[i] }
    #expect(note(Self.bank(elements, [n, d])) == nil)
  }

  @Test(arguments: [[31, 66], [1, 2047], [2047, 1], [64, 31]])
  func fewElementsProveNothing(shape: [Int]) {
    let elements = Self.uniform(shape[0], shape[1], bound: 0.1)
    #expect(InitialisationEvidence(of: Self.bank(elements, shape)) == nil)
  }

  @Test(arguments: [[1, 2048], [3, 1000], [64, 32], [33, 400]])
  func fewRowsShowMoreOfEach(shape: [Int]) {
    let elements = Self.uniform(shape[0], shape[1], bound: 0.1)
    let found = InitialisationEvidence(of: Self.bank(elements, shape))
    #expect((2048...4096).contains(found?.count ?? 0) && found?.isUniform == true)
  }

  /// The autoencoders of the example were trained; no note says otherwise.
  @Test(arguments: ["sae-embed", "sae-resid"])
  func trainedAutoencodersAreNotNoted(name: String) throws {
    let autoencoder = try Autoencoder(
      contentsOf: ClipFixture.fixtures + "/../../../examples/emoji/" + name)
    #expect(!autoencoder.notes.contains { $0.contains("never trained") })
    let encoder = try #require(autoencoder.encoder)
    #expect((InitialisationEvidence(of: encoder)?.kurtosis ?? 0) > 2.5)
  }

  @Test func bothMatricesOfACheckpointAreNoted() throws {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    builder.add("encoder.weight", [200, 96], Self.uniform(200, 96, bound: (1.0 / 96).squareRoot()))
    builder.add("latent_bias", [200], [Double](repeating: 0, count: 200))
    builder.add(
      "decoder.weight", [96, 200],
      Self.uniform(96, 200, bound: (1.0 / 200).squareRoot(), seed: 9))
    builder.add("pre_bias", [96], [Double](repeating: 0, count: 96))
    let path = try directory.write("ae.safetensors", builder.file)
    for keys in [nil, "W_enc=encoder.weight,W_dec=decoder.weight,b_dec=pre_bias"] {
      let autoencoder = try Autoencoder(
        contentsOf: path, keys: try keys.map { try TensorKeys(parsing: $0) })
      let notes = autoencoder.notes.filter { $0.contains("look never trained") }
      #expect(notes.count == 2, "\(autoencoder.notes)")
      #expect(notes.first?.hasPrefix("encoder ") == true)
      #expect(notes.first?.hasSuffix("the bound 1/sqrt(96) of torch's nn.Linear") == true)
      #expect(notes.last?.hasPrefix("decoder ") == true)
      #expect(notes.last?.hasSuffix("the bound 1/sqrt(200) of torch's nn.Linear") == true)
    }
  }
}
