import Engine
import Foundation
import Testing

/// A file that no scan may take, and the message that says why, without the program and the path.
struct HostileFile: Sendable, CustomTestStringConvertible {
  /// The number of its row in the table of faults.
  var row: Int
  var name: String
  var contents: Data
  var message: String
  /// Whether its first bytes and name say that it holds tensors; inspect tries others besides if not.
  var isKnown = true

  var testDescription: String { "row \(row): \(message.prefix(60))" }

  /// A safetensors file of a header and data.
  static func safetensors(
    _ row: Int, header: String, claims length: UInt64? = nil, bytes: Int = 0, _ message: String
  ) -> HostileFile {
    let length = length ?? UInt64(header.utf8.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return HostileFile(
      row: row, name: "w.safetensors",
      contents: Data(prefix) + Data(header.utf8) + Data(count: bytes), message: message)
  }

  /// A safetensors file of one tensor, of which one field may be wrong.
  static func tensor(
    _ row: Int, dtype: String = "F32", shape: String = "[2]", offsets: String = "[0,8]",
    _ message: String
  ) -> HostileFile {
    safetensors(
      row,
      header: #"{"W_dec":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}}"#,
      bytes: 8, "W_dec: " + message)
  }

  /// A pickle of protocol 2; every scalar is a byte.
  static func pickle(_ row: Int, _ operations: String, _ message: String) -> HostileFile {
    let bytes = ("\u{80}\u{2}" + operations).unicodeScalars.map {
      UInt8(truncatingIfNeeded: $0.value)
    }
    return HostileFile(row: row, name: "w.pkl", contents: Data(bytes), message: message)
  }

  /// An array of NumPy of a header of 118 bytes and 16 bytes of data.
  static func array(
    _ row: Int, _ header: String, version: UInt8 = 1, length: Int = 118, _ message: String
  ) -> HostileFile {
    let text = header + String(repeating: " ", count: max(0, 117 - header.utf8.count)) + "\n"
    let sizes = [version, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    return HostileFile(
      row: row, name: "w.npy",
      contents: Data([0x93]) + Data("NUMPY".utf8) + Data(sizes) + Data(text.utf8) + Data(count: 16),
      message: message)
  }

  /// A file that PyTorch or NumPy wrote, changed.
  static func fixture(
    _ row: Int, _ name: String, _ message: String, _ change: (inout Data) -> Void
  ) -> HostileFile {
    var contents =
      (try? Data(contentsOf: URL(filePath: "\(Commands.fixtures)/torch/\(name)"))) ?? Data()
    change(&contents)
    return HostileFile(row: row, name: "w-" + name, contents: contents, message: message)
  }
}

extension Data {
  /// Replaces bytes by as many others wherever they stand.
  fileprivate mutating func replaceAll(_ old: String, _ new: String) {
    precondition(old.utf8.count == new.utf8.count, "\(old) and \(new)")
    self = replacing(Data(old.utf8), with: Data(new.utf8))
  }

  /// Sets four bytes behind every signature of a kind of zip record.
  fileprivate mutating func set(_ value: UInt32, _ offset: Int, behind signature: [UInt8]) {
    for range in ranges(of: Data([0x50, 0x4B] + signature)) {
      let start = range.lowerBound + offset
      replaceSubrange(
        start..<(start + 4), with: (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }
  }
}

/// Rows 1 to 43 of the table of faults end to end: the exit status, the whole message, and that
/// nothing is left, whether a file is inspected, scanned, or read as embeddings.
@Suite struct FileFaultTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  static let safetensors: [HostileFile] = [
    HostileFile(
      row: 1, name: "w.safetensors", contents: Data(),
      message: "not a safetensors file: 0 bytes, expected at least 8"),
    HostileFile(
      row: 1, name: "w.safetensors", contents: Data(count: 7),
      message: "not a safetensors file: 7 bytes, expected at least 8"),
    HostileFile(
      row: 2, name: "w.safetensors",
      contents: Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
      message: "found a Git LFS pointer, expected weights; run git lfs pull"),
    HostileFile(
      row: 3, name: "w.safetensors", contents: Data("<!DOCTYPE html><html>".utf8),
      message: "found a web page or text, expected weights; download the file again"),
    HostileFile(
      row: 3, name: "w.safetensors", contents: Data(#"{"error":"not found"}"#.utf8),
      message: "found a web page or text, expected weights; download the file again"),
    .safetensors(4, header: "{}", claims: 3, "header of 3 bytes, but the file has 10"),
    .safetensors(
      5, header: "{}", claims: 1 << 63,
      "header of 9223372036854775808 bytes, expected at most 100000000"),
    .safetensors(
      5, header: "{}", claims: .max,
      "header of 18446744073709551615 bytes, expected at most 100000000"),
    .safetensors(
      6, header: "{}", claims: 100_000_001,
      "header of 100000001 bytes, expected at most 100000000"),
    .safetensors(7, header: " {}", "not JSON: byte 8: white space before the value"),
    .safetensors(7, header: "\u{FEFF}{}", "not JSON: byte 8: not a value"),
    .safetensors(
      8, header: #"{"a":"# + String(repeating: "[", count: 100_000),
      "not JSON: byte 77: nested more than 64 deep"),
    .safetensors(
      9, header: #"{"a":{},"a":{}}"#, "not JSON: byte 16: name \"a\" twice in one object"),
    .safetensors(
      10,
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      bytes: 8, "b: starts at byte 4, expected 8: tensors overlap"),
    .safetensors(
      11, header: #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, bytes: 2,
      "a: starts at byte 1, expected 0: a hole between tensors"),
    .safetensors(
      12, header: #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, bytes: 4,
      "3 bytes after the last tensor"),
    .safetensors(
      13, header: #"{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}"#, bytes: 4,
      "a: ends at byte 9, but the data has 4: the file is 5 bytes short"),
    .tensor(14, offsets: "[-1,8]", "data_offsets are not two whole numbers from 0"),
    .tensor(14, offsets: "[0.0,8]", "data_offsets are not two whole numbers from 0"),
    .tensor(14, offsets: #"["0","8"]"#, "data_offsets are not two whole numbers from 0"),
    .tensor(14, offsets: "[8,0]", "data ends before it starts"),
    .tensor(15, shape: "[3]", "8 bytes, expected F32 elements of shape [3]"),
    .tensor(
      16, shape: "[4194305,4194305,211106198978564]",
      "8 bytes, expected F32 elements of shape [4194305, 4194305, 211106198978564]"),
    .tensor(17, shape: "[-2]", "shape is not a list of whole numbers from 0"),
    .tensor(17, shape: "[2.0]", "shape is not a list of whole numbers from 0"),
    .tensor(17, shape: "[1,1,1,1,1,1,1,1,2]", "9 dimensions, expected at most 8"),
    .tensor(
      18, dtype: "F8_E4M3",
      "dtype F8_E4M3, expected one of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL"),
    .safetensors(
      19, header: #"{"__metadata__":{"a":1}}"#, "header: __metadata__ is not a map of strings"),
    .safetensors(
      21, header: #"{"\u001b[2J\n\u202e":7}"#, #"\u{1b}[2J\u{a}\u{202e}: not an object"#),
    .safetensors(21, header: #"{"a\u0000":{}}"#, #"a\u{0}: a name with a null character"#),
  ]

  static let others: [HostileFile] = [
    .pickle(
      25, "cos\nsystem\n(Vtouch trace\ntR.",
      "pickle: byte 2: calls or names os.system, which no tensor needs; nothing was run"),
    .pickle(
      26, "(Vtouch trace\niposix\nsystem\n.",
      "pickle: byte 16: calls or names posix.system, which no tensor needs; nothing was run"),
    .pickle(
      27, "cos\nsystem\n(Vtouch trace\ntR\u{FF}",
      "pickle: byte 2: calls or names os.system, which no tensor needs; nothing was run"),
    .pickle(27, "N.x", "pickle: byte 4: 1 bytes after the pickle"),
    .pickle(28, "0.", "pickle: byte 2: nothing on the stack to work on"),
    .pickle(28, "j\u{FF}\u{FF}\u{FF}\u{7F}.", "pickle: byte 2: memo 2147483647 was never stored"),
    .pickle(
      29, "\u{8B}\u{FF}\u{FF}\u{FF}\u{7F}x",
      "pickle: byte 2: a length of 2147483647 bytes, but 1 are left"),
    .pickle(30, "]q\u{0}h\u{0}a.", "torch file: values nested more than 64 deep, or in themselves"),
    .fixture(32, "plain.pt", "plain/data/5: no such entry in the archive") {
      $0.replaceAll("plain/data/5", "plain/data/x")
    },
    HostileFile(
      row: 33, name: "w.pt", contents: Data(count: 257) + Data("ustar".utf8) + Data(count: 762),
      message: "found a tar archive, expected weights; torch files of before version 0.1.10 are "
        + "not read",
      isKnown: false),
    HostileFile(
      row: 35, name: "w.pt", contents: Data("{\"".utf8) + Data(repeating: 0x61, count: 1 << 20),
      message: "first line of more than 1048576 bytes", isKnown: false),
    .fixture(
      36, "deflated.pt",
      "plain/data.pkl: 4294967294 bytes inflated from 519, expected at most 67160764"
    ) {
      $0.set(0xFFFF_FFFE, 22, behind: [3, 4])
      $0.set(0xFFFF_FFFE, 24, behind: [1, 2])
    },
    .fixture(
      37, "plain.pt", "ambiguous archive: two entries named \"plain/data/0\""
    ) { $0.replaceAll("plain/data/1", "plain/data/0") },
    .fixture(
      38, "plain.pt", "zip archive: no end record: the file is cut short or has bytes after it"
    ) { $0.removeLast() },
    .fixture(
      39, "plain.pt",
      "../../data/0: unsafe name, expected a relative path without \"..\", backslash or null"
    ) { $0.replaceAll("plain/data/0", "../../data/0") },
    .array(
      40, "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
      "NPY header: pickled objects are never loaded"),
    .array(
      41, "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }",
      "NPY header: shape [65536, 65536] needs 17179869184 bytes of data, found 16"),
    .array(
      42, "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", length: 2000,
      "NPY header: 2000 bytes, but the file has 144"),
    .array(
      42, "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", version: 4,
      "NPY header: version 4.0, expected 1.0, 2.0 or 3.0"),
    .array(42, "__import__('os')", "NPY header: not a dictionary"),
    .array(
      43, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }",
      "NPY header: not a dictionary of plain values"),
  ]

  @Test(arguments: safetensors + others)
  func rows1To43AreRefusedWhateverTheyAreReadAs(file: HostileFile) throws {
    try place.write(file.name, file.contents)
    try place.write("rows.safetensors", matrices: [("rows", Workplace.rows(2, width: 4))])
    let inspected = file.isKnown ? [try place.run("inspect", file.name)] : []
    let runs = [
      try place.run(
        "scan", "--sae", file.name, "--keys", "W_dec=W_dec:N", "--map", "native",
        "--text-embeddings", "rows.safetensors", "--out", "run"),
      try place.run(
        "scan", "--sae", "rows.safetensors", "--keys", "W_dec=rows:N", "--map", "native",
        "--text-embeddings", file.name, "--out", "run"),
    ]
    for run in inspected + runs {
      #expect(run.status == 65)
      #expect(run.output.isEmpty)
      #expect(run.messages == "lensctl: \(file.name): \(file.message)\n")
    }
    for name in ["run", "run.partial", "trace"] { #expect(!place.has(name)) }
  }

  private func scan(_ sae: String, _ keys: String) throws -> CommandRun {
    try place.write("labels.safetensors", matrices: [("rows", Workplace.rows(2, width: 4))])
    return try place.run(
      "scan", "--sae", sae, "--keys", keys, "--map", "native", "--text-embeddings",
      "labels.safetensors", "--out", "run")
  }

  @Test func row20TensorsWithoutElementsAreLegalUntilTheyAreChosen() throws {
    let header =
      #"{"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},"#
      + #""scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
      + #""W_dec":{"dtype":"F32","shape":[2,4],"data_offsets":[4,36]}}"#
    try place.write("w.safetensors", header: header, body: Data(repeating: 1, count: 36))
    #expect(try place.run("inspect", "w.safetensors").status == 0)
    let whole = try scan("w.safetensors", "W_dec=W_dec:N")
    #expect(whole.status == 0, "\(whole.messages)")
    try FileManager.default.removeItem(atPath: place.path + "/run")
    for (name, message) in [
      ("empty", "empty: shape [0, 4], expected at least one feature of at least one element"),
      ("scalar", "scalar: shape [], expected [any, any]"),
    ] {
      let run = try scan("w.safetensors", "W_dec=\(name):N")
      #expect(run.status == 65)
      #expect(run.messages == "lensctl: w.safetensors: \(message)\n")
      #expect(!place.has("run") && !place.has("run.partial"))
    }
  }

  @Test func row22MissingTensorsAreNamedWithTheNearest() throws {
    try place.write(
      "w.safetensors", matrices: [("other", [[1]]), ("decoder.weight", [[1]]), ("W_dac", [[1]])])
    let run = try scan("w.safetensors", "W_dec=W_dec")
    #expect(run.status == 65)
    #expect(
      run.messages
        == "lensctl: w.safetensors: no tensor W_dec; found W_dac, other, decoder.weight\n")
  }

  @Test func row23ManyTensorsAreRead() throws {
    let count = 100_000
    var header = #"{"W_dec":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]}"#
    for index in 0..<count {
      header += #","t\#(index)":{"dtype":"U8","shape":[0],"data_offsets":[32,32]}"#
    }
    try place.write("w.safetensors", header: header + "}", body: Data(repeating: 1, count: 32))
    let run = try scan("w.safetensors", "W_dec=W_dec:N")
    #expect(run.status == 0, "\(run.messages)")
  }

  @Test(
    arguments: [
      ("gone.safetensors", 66, "gone.safetensors: no such file or directory"),
      (
        "../rows.safetensors", 65,
        #"w.index.json: shard "../rows.safetensors": expected the name of a file in the same directory"#
      ),
      (
        "/etc/passwd", 65,
        #"w.index.json: shard "/etc/passwd": expected the name of a file in the same directory"#
      ),
    ] as [(String, Int32, String)])
  func row24ShardsMustStandBesideTheirIndex(
    shard: String, status: Int32, message: String
  ) throws {
    try place.write("w.index.json", #"{"weight_map": {"W_dec": "\#(shard)"}}"#)
    for run in [
      try scan("w.index.json", "W_dec=W_dec:N"), try place.run("inspect", "w.index.json"),
    ] {
      #expect(run.status == status)
      #expect(run.messages == "lensctl: \(message)\n")
      #expect(!place.has("run"))
    }
  }

  /// Views beyond their storage, in a file of PyTorch from before version 1.6.
  @Test func row31ViewsMustLieInTheirStorage() throws {
    // A matrix of [6, 8] by strides of 8 and 1 is all of its storage; here it is made [7, 8].
    var file = try Data(contentsOf: URL(filePath: "\(Commands.fixtures)/torch/legacy.pt"))
    let range = try #require(file.firstRange(of: Data([0x4B, 6, 0x4B, 8, 0x86])))
    file[range.lowerBound + 1] = 7
    try place.write("w.pt", file)
    for run in [try place.run("inspect", "w.pt"), try scan("w.pt", "W_dec=base:N")] {
      #expect(run.status == 65)
      #expect(
        run.messages
          == "lensctl: w.pt: base: shape [7, 8] by strides [8, 1] from element 0: ends outside of "
          + "its storage of 48 elements\n")
      #expect(!place.has("run"))
    }
  }

  /// Of a file with the highest bytes first the same numbers are read.
  @Test func row34HighestBytesFirstAreRead() throws {
    let big = try place.run("inspect", "\(Commands.fixtures)/torch/big-endian.pt", "--plain")
    #expect(big.status == 0, "\(big.messages)")
    #expect(big.messages.isEmpty)
    #expect(big.lines.contains("container\ttorch zip"))
  }
}
