import Foundation
import Testing

@testable import Engine

/// Arrays that are read, and rows 40 to 43 of the table of faults.
@Suite struct NPYHeaderTests {
  private static let values = SafetensorsBuilder.bytes(of: [1, 2, 3, 4, 5, 6], dtype: .f32)

  private func dictionary(
    _ descriptor: String = "'<f4'", order: String = "False", shape: String = "(2, 3)"
  ) -> String {
    "{'descr': \(descriptor), 'fortran_order': \(order), 'shape': \(shape), }"
  }

  /// An NPY file; the header is padded as NumPy does it.
  private func file(
    _ header: String, version: UInt8 = 1, claimedLength: Int? = nil, body: Data = values
  ) -> Data {
    let prefix = version == 1 ? 10 : 12
    let padding = (63 - (prefix + header.utf8.count) % 64 + 64) % 64
    let text = Data((header + String(repeating: " ", count: padding) + "\n").utf8)
    let length = claimedLength ?? text.count
    let lengthBytes = (0..<(prefix - 8)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return Data([0x93]) + Data("NUMPY".utf8) + Data([version, 0]) + Data(lengthBytes) + text + body
  }

  /// The message for a file, without the path that opens it, or nil if it is accepted.
  private func message(_ file: Data) -> String? {
    do {
      _ = try NPYHeader.tensor(parsing: file, path: "f")
      return nil
    } catch {
      #expect(error.kind == .badData)
      return String(error.description.dropFirst(3))
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt8])
  func everyVersionIsRead(version: UInt8) throws {
    let tensor = try NPYHeader.tensor(parsing: file(dictionary(), version: version), path: "f")
    #expect(tensor.name == "array")
    #expect(tensor.shape == [2, 3])
    #expect(tensor.floats() == [1, 2, 3, 4, 5, 6])
  }

  @Test func arraysOfAnyRankAreRead() throws {
    for (shape, expected) in [
      ("(6,)", [6]), ("(1, 2, 3)", [1, 2, 3]), ("(6, 1)", [6, 1]),
    ] {
      let tensor = try NPYHeader.tensor(parsing: file(dictionary(shape: shape)), path: "f")
      #expect(tensor.shape == expected)
    }
    let scalar = file(dictionary(shape: "()"), body: Self.values.prefix(4))
    #expect(try NPYHeader.tensor(parsing: scalar, path: "f").floats() == [1])
    let empty = file(dictionary(shape: "(0, 4)"), body: Data())
    #expect(try NPYHeader.tensor(parsing: empty, path: "f").floats() == [])
  }

  @Test(arguments: [
    ("'<f8'", DType.f64), ("'<f4'", .f32), ("'<f2'", .f16), ("'<i8'", .i64), ("'<i4'", .i32),
    ("'<i2'", .i16), ("'|i1'", .i8), ("'<u8'", .u64), ("'<u4'", .u32), ("'<u2'", .u16),
    ("'|u1'", .u8), ("'|b1'", .bool),
  ])
  func everyTypeOfNumberIsRead(descriptor: String, dtype: DType) throws {
    let body = SafetensorsBuilder.bytes(of: [0, 1], dtype: dtype)
    let tensor = try NPYHeader.tensor(
      parsing: file(dictionary(descriptor, shape: "(2,)"), body: body), path: "f")
    #expect(tensor.dtype == dtype)
    #expect(tensor.bytes == body)
  }

  @Test func row40PickledObjects() {
    #expect(
      message(file(dictionary("'|O'"))) == "NPY header: pickled objects are never loaded")
  }

  @Test func row41ShapeBeyondTheFile() {
    #expect(
      message(file(dictionary(shape: "(65536, 65536)"), body: Data()))
        == "NPY header: shape [65536, 65536] needs 17179869184 bytes of data, found 0")
    #expect(
      message(file(dictionary(shape: "(4611686018427387904, 4)")))
        == "NPY header: shape [4611686018427387904, 4] is too large")
    // Empty arrays whose other sizes cannot be multiplied.
    for descriptor in ["'<f4'", "'|u1'"] {
      #expect(
        message(file(dictionary(descriptor, shape: "(0, 2305843009213693952, 4)"), body: Data()))
          == "NPY header: shape [0, 2305843009213693952, 4] is too large")
    }
    #expect(
      message(file(dictionary()) + Data([0]))
        == "NPY header: shape [2, 3] needs 24 bytes of data, found 25")
  }

  @Test func row42HeaderPastEndOfFile() {
    let short = file("{}", claimedLength: 60_000)
    #expect(message(short) == "NPY header: 60000 bytes, but the file has \(short.count)")
    #expect(
      message(file("{}", version: 2, claimedLength: 65_537))
        == "NPY header: 65537 bytes, expected at most 65536")
    #expect(message(Data([0x93]) + Data("NUMPY".utf8)) == "NPY header: the file ends within it")
    #expect(message(Data("NUMPY".utf8)) == "not an NPY file")
  }

  @Test func row42UnknownVersion() {
    #expect(
      message(file(dictionary(), version: 4))
        == "NPY header: version 4.0, expected 1.0, 2.0 or 3.0")
  }

  @Test(arguments: [
    ("__import__('os').system('x')", "not a dictionary"),
    ("{'descr': __import__('os'), ", "not a dictionary of plain values"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", "member \"x\" unexpected"
    ),
    ("{'descr': '<f4', 'descr': '<f4'}", "member \"descr\" unexpected"),
    (
      "{'descr': '<f4', 'shape': (2, 3)}",
      "not the members descr, fortran_order and shape alone"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + 1",
      "not the members descr, fortran_order and shape alone"
    ),
    ("{'fortran_order': 0}", "fortran_order is neither True nor False"),
    ("{'shape': [2, 3]}", "shape is not a tuple"),
    ("{'shape': (2, -3)}", "shape is not a tuple of whole numbers from 0"),
    ("{'shape': (2, 3.0)}", "shape is not a tuple of whole numbers from 0"),
    ("{'shape': (2 ** 3,)}", "shape is not a tuple of whole numbers from 0"),
  ])
  func row42HeadersThatAreNotPlain(header: String, what: String) {
    #expect(message(file(header)) == "NPY header: " + what)
  }

  @Test func row43FortranOrderIsReadAsItIsStored() throws {
    let tensor = try NPYHeader.tensor(parsing: file(dictionary(order: "True")), path: "f")
    #expect(tensor.shape == [2, 3])
    #expect(tensor.strides == [1, 2])
    #expect(tensor.floats() == [1, 3, 5, 2, 4, 6])
    #expect(tensor.contiguousTranspose?.floats() == [1, 2, 3, 4, 5, 6])
    let cube = try NPYHeader.tensor(
      parsing: file(dictionary(order: "True", shape: "(1, 2, 3)")), path: "f")
    #expect(cube.floats() == [1, 3, 5, 2, 4, 6])
    let row = try NPYHeader.tensor(
      parsing: file(dictionary(order: "True", shape: "(6,)")), path: "f")
    #expect(row.strides == nil)
  }

  @Test(arguments: [
    ("'>f8'", DType.f64), ("'>f4'", .f32), ("'>f2'", .f16), ("'>i8'", .i64), ("'>u2'", .u16),
    ("'=f4'", .f32), ("'<i1'", .i8),
  ])
  func row43OrdersOfBytesAreRead(descriptor: String, dtype: DType) throws {
    var body = SafetensorsBuilder.bytes(of: [0, 1, 2], dtype: dtype)
    if descriptor.contains(">") {
      let width = dtype.byteWidth
      body = Data((0..<3).flatMap { body[($0 * width)..<(($0 + 1) * width)].reversed() })
    }
    let tensor = try NPYHeader.tensor(
      parsing: file(dictionary(descriptor, shape: "(3,)"), body: body), path: "f")
    #expect(tensor.dtype == dtype)
    if dtype.isFloatingPoint {
      #expect(tensor.floats() == [0, 1, 2])
    } else {
      #expect(tensor.integers() == [0, 1, 2])
    }
  }

  @Test(arguments: ["'|f4'", "'<c8'", "'<U5'", "'|S4'", "'<f16'", "'<M8[ns]'"])
  func row43OtherTypesAreRefused(descriptor: String) {
    let name = descriptor.dropFirst().dropLast()
    #expect(
      message(file(dictionary(descriptor)))
        == "NPY header: dtype \(name), expected numbers of 1 to 8 bytes")
  }

  @Test func row43StructuredArraysAreRefused() {
    #expect(
      message(file(dictionary("[('a', '<f4')]")))
        == "NPY header: not a dictionary of plain values")
  }
}
