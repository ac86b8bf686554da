import Engine
import Foundation
import Testing

/// Numbers that are hard to compute with, end to end.
@Suite struct NumberFaultTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// What is written of features of the joint space, read by `native`.
  private func scan(
    _ features: [[Float]], labels: [[Float]], _ arguments: String...
  ) throws -> [JSONValue] {
    let run = try run(features, labels: labels, arguments)
    #expect(run.status == 0, "\(run.messages)")
    return try run.lines.map { try JSONValue(parsing: Data($0.utf8)) }
  }

  private func run(
    _ features: [[Float]], labels: [[Float]], _ arguments: [String]
  ) throws -> CommandRun {
    try place.write("sae.safetensors", matrices: [("W_dec", features)])
    try place.write("labels.safetensors", matrices: [("rows", labels)])
    return try scanFiles(arguments)
  }

  private func scanFiles(_ arguments: [String]) throws -> CommandRun {
    try place.run(
      [
        "scan", "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--map", "native",
        "--text-embeddings", "labels.safetensors", "--format", "jsonl",
      ] + arguments)
  }

  /// The cosines as they were computed: what is written is the shortest text of a `Float`.
  private func cosines(_ feature: JSONValue) -> [Double] {
    (feature["top"]?.array ?? []).compactMap { $0["cosine"]?.double.map { Double(Float($0)) } }
  }

  private func ids(_ feature: JSONValue, _ end: String = "top") -> [Int] {
    (feature[end]?.array ?? []).compactMap { $0["label_id"]?.integer }
  }

  @Test func row64NothingToReadIsRefused() throws {
    let run = try run(
      [[Float]](repeating: [Float](repeating: .nan, count: 16), count: 3),
      labels: Workplace.rows(4, width: 16), [])
    #expect(run.status == 65)
    #expect(
      run.messages.hasSuffix(
        "lensctl: sae.safetensors: all 3 features are masked, expected at least one that can be "
          + "read\n"))
  }

  @Test func row65DeadFeaturesAndLabelsHaveNoCosine() throws {
    var (features, labels) = (Workplace.rows(3, width: 16), Workplace.rows(4, width: 16))
    features[1] = [Float](repeating: 0, count: 16)
    labels[2] = [Float](repeating: 0, count: 16)
    let found = try scan(features, labels: labels, "--top", "3")
    #expect(found.map { $0["status"]?.string } == ["read", "dead", "read"])
    #expect(found[1] == ["feature": 1, "status": "dead"])
    #expect(Set(ids(found[0])) == [0, 1, 3] && Set(ids(found[2])) == [0, 1, 3])
    #expect(cosines(found[0]).allSatisfy { $0.isFinite })
  }

  /// Squares of 1e-30 vanish and those of 1e30 overflow in `Float`.
  @Test(arguments: [Float(1e-30), 0x1p-139, 1e30])
  func row66LengthsDoNotChangeCosines(scale: Float) throws {
    let (features, labels) = (Workplace.rows(4, width: 16), Workplace.rows(5, width: 16))
    let plain = try scan(features, labels: labels, "--top", "5")
    let scaled = try scan(features.map { $0.map { $0 * scale } }, labels: labels, "--top", "5")
    // Elements of 0x1p-139 to 11 times that are denormal, in steps of 0x1p-149.
    let tolerance = scale < 1e-38 ? 2e-3 : 3e-7
    for (a, b) in zip(plain, scaled) {
      let (first, second) = (cosines(a), cosines(b))
      #expect(first.count == 5 && second.count == 5)
      #expect(zip(first, second).allSatisfy { abs($0 - $1) <= tolerance })
    }
  }

  /// The middle label is the direction, the others differ from it by a part that is denormal.
  @Test func row67DenormalNumbersAreReadWithinTheTolerance() throws {
    var features = Workplace.rows(2, width: 16)
    for j in 1..<16 { features[0][j] = Float(j) * 0x1p-136 }
    let found = try scan(features, labels: Workplace.rows(6, width: 16), "--top", "6")
    var unit = Workplace.rows(6, width: 16).map { row in
      Double(row[0]) / row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    if features[0][0] < 0 { unit = unit.map(-) }
    #expect(zip(cosines(found[0]), unit.sorted(by: >)).allSatisfy { abs($0 - $1) <= 3e-7 })
  }

  /// 65504 is the greatest number of `F16`: its square, and any sum of two, overflow there.
  @Test func row68TheGreatestHalvesAreWidenedBeforeTheyAreMultiplied() throws {
    let signs: [[Float]] = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]]
    let halves = signs.map { row in row.map { UInt16($0 < 0 ? 0xFBFF : 0x7BFF) } }
    try write(halves, dtype: "F16")
    let found = try scanned(labels: signs)
    for (feature, line) in found.enumerated() {
      #expect(line["status"] == "read" && ids(line).first == feature)
      #expect(zip(cosines(line), [1, 0, 0]).allSatisfy { abs($0 - $1) <= 1e-6 })
    }
  }

  /// Stored numbers are widened exactly, so cosines are those of the numbers in the file, within
  /// the rounding of sums of 16 terms in `Float`.
  @Test func row69BrainFloatsAreReadAsTheyAreStored() throws {
    let rows = Workplace.rows(5, width: 16).map { row in row.map { $0 * 1.013 } }
    let bits = rows.map { row in row.map { UInt16($0.bitPattern >> 16) } }
    try write(bits, dtype: "BF16")
    let labels = Workplace.rows(6, width: 16)
    for (line, stored) in zip(try scanned(labels: labels), bits) {
      let direction = stored.map { Double(Float(bitPattern: UInt32($0) << 16)) }
      let exact = labels.map { label -> Double in
        let products: [Double] = zip(direction, label).map { $0 * Double($1) }
        let squares: Double = label.reduce(0) { $0 + Double($1) * Double($1) }
        let length: Double = direction.reduce(0) { $0 + $1 * $1 }
        return products.reduce(0, +) / (squares * length).squareRoot()
      }
      #expect(zip(cosines(line), exact.sorted(by: >)).allSatisfy { abs($0 - $1) <= 20 * 0x1p-24 })
    }
  }

  /// Writes rows of 16-bit numbers.
  private func write(_ rows: [[UInt16]], dtype: String) throws {
    let (count, width) = (rows.count, rows.first?.count ?? 0)
    let header =
      #"{"W_dec":{"dtype":"\#(dtype)","shape":[\#(count),\#(width)],"#
      + #""data_offsets":[0,\#(2 * count * width)]}}"#
    let body = rows.joined().flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    try place.write("sae.safetensors", header: header, body: Data(body))
  }

  /// What is written of the features in `sae.safetensors`.
  private func scanned(labels: [[Float]]) throws -> [JSONValue] {
    try place.write("labels.safetensors", matrices: [("rows", labels)])
    let run = try scanFiles(["--top", String(labels.count)])
    #expect(run.status == 0, "\(run.messages)")
    return try run.lines.map { try JSONValue(parsing: Data($0.utf8)) }
  }

  @Test func row70LargeFactorsDoNotOverflow() throws {
    let found = try scan(
      Workplace.rows(4, width: 16), labels: Workplace.rows(1500, width: 16), "--temperature",
      "1e-6",
      "--top", "3")
    for feature in found {
      let probabilities = (feature["top"]?.array ?? []).compactMap { $0["probability"]?.double }
      #expect(probabilities.count == 3 && probabilities.allSatisfy { (0...1).contains($0) })
      #expect(feature["entropy"]?.double.map { $0 >= 0 && $0.isFinite } == true)
      #expect(feature["log_partition"]?.double?.isFinite == true)
    }
  }

  /// Twice the same thousand labels: every rank is a tie.
  @Test(arguments: ["1", "2"])
  func row71TiesAreBrokenByID(threads: String) throws {
    let half = Workplace.rows(23, width: 16)
    let labels = (0..<40).flatMap { _ in half }
    let found = try scan(
      Workplace.rows(7, width: 16), labels: labels, "--top", "50", "--threads", threads)
    for feature in found {
      for end in ["top", "bottom"] {
        let ids = ids(feature, end)
        let entries = feature[end]?.array ?? []
        for (i, next) in ids.indices.dropFirst().enumerated()
        where entries[i]["cosine"] == entries[next]["cosine"] {
          #expect(ids[i] < ids[next], "\(end) \(i)")
        }
        #expect(Set(ids).count == 50)
      }
    }
  }

  /// Directions that are labels have cosines of 1 but for rounding, which are kept as they are.
  @Test func row72CosinesNearOneAreKeptAsComputed() throws {
    let rows = Workplace.rows(9, width: 16)
    for (feature, found) in try scan(rows, labels: rows, "--top", "1").enumerated() {
      let best = cosines(found).first ?? 0
      #expect(abs(best - 1) <= 3e-7, "feature \(feature)")
    }
  }

  /// Cosines that agree to six digits: their spread would vanish in a difference of squares.
  @Test func row73SpreadsOfNearlyEqualCosinesAreRight() throws {
    var labels = [[Float]](repeating: [Float](repeating: 0, count: 16), count: 8)
    for row in 0..<8 { (labels[row][0], labels[row][1]) = (1, Float(row) * 0x1p-12) }
    var feature = [Float](repeating: 0, count: 16)
    (feature[0], feature[1]) = (1, 0x1p-6)
    let found = try scan([feature], labels: labels, "--top", "8")
    let values = cosines(found[0])
    let mean = values.reduce(0, +) / 8
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8
    #expect(variance > 0)
    #expect(abs((found[0]["sd"]?.double ?? 0) / variance.squareRoot() - 1) <= 1e-6)
  }

  /// A header that claims more elements than there are bytes, by products beyond 2^31 and 2^63.
  @Test(arguments: ["[65536,65536]", "[4294967296,4294967296]", "[3037000500,3037000500]"])
  func row74SizesBeyondTheFileAreRefused(shape: String) throws {
    let header = #"{"W_dec":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,16]}}"#
    try place.write("sae.safetensors", header: header, body: Data(count: 16))
    try place.write("labels.safetensors", matrices: [("rows", Workplace.rows(2, width: 4))])
    let run = try place.run(
      "scan", "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--map", "native",
      "--text-embeddings", "labels.safetensors", "--out", "run")
    #expect(run.status == 65)
    let sizes = shape.dropFirst().dropLast().replacing(",", with: ", ")
    #expect(
      run.messages
        == "lensctl: sae.safetensors: W_dec: 16 bytes, expected F32 elements of shape [\(sizes)]\n")
    #expect(!place.has("run") && !place.has("run.partial"))
  }

  @Test func row75TheKernelIsNamedAndItsProductsChecked() throws {
    let run = try place.run("doctor")
    #expect(run.status == 0)
    #expect(run.lines.contains { $0.hasPrefix("blas kernel        ") && $0.contains("chosen by ") })
    #expect(run.lines.contains { $0.hasPrefix("products right     yes: error ") })
  }

  @Test func row76ThreadsDoNotChangeAByte() throws {
    let (features, labels) = (Workplace.rows(300, width: 48), Workplace.rows(50, width: 48))
    let one = try run(features, labels: labels, ["--threads", "1"])
    for threads in ["2", "5"] {
      let other = try run(features, labels: labels, ["--threads", threads])
      #expect(other.output == one.output)
    }
    #expect(one.lines.count == 300)
  }
}
