internal import Foundation

/// The header of an NPY file, versions 1 to 3.
///
/// The dictionary is read as the literal that it is; nothing is evaluated. Arrays in C order and
/// in Fortran order, lowest or highest byte first, are used where they lie. <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>
struct NPYHeader: Equatable {
  /// The first bytes of every NPY file.
  static let magic = Data([0x93]) + Data("NUMPY".utf8)

  /// The longest header accepted, in bytes.
  static let sizeLimit = 65_536

  /// The type code, such as `<f4`.
  var descriptor: String
  var isFortranOrder: Bool
  var shape: [Int]

  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - name: The name that the array gets.
  ///   - path: The name for messages.
  /// - Returns: The array.
  /// - Throws: `CheckpointError` if the file is not an array of numbers that is supported.
  static func tensor(
    parsing file: Data, name: String = "array", path: String
  ) throws(CheckpointError) -> Tensor {
    func fail(_ what: String) -> CheckpointError {
      CheckpointError(path: path, reason: .malformedNPY(what))
    }
    guard file.starts(with: magic) else { throw CheckpointError(path: path, reason: .notNPY) }
    let (text, dataStart) = try headerText(of: file, path: path)
    let header: NPYHeader
    do {
      header = try NPYHeader(parsing: text)
    } catch {
      throw fail(error.what)
    }
    guard let (dtype, order) = type(of: header.descriptor) else {
      let what =
        header.descriptor.hasSuffix("O")
        ? "pickled objects are never loaded"
        : "dtype \(header.descriptor.printable()), expected numbers of 1 to 8 bytes"
      throw CheckpointError(path: path, reason: .unsupportedNPY(what))
    }
    let found = file.count - dataStart
    guard let needed = byteCount(shape: header.shape, dtype: dtype) else {
      throw fail("shape \(header.shape) is too large")
    }
    guard found == needed else {
      throw fail("shape \(header.shape) needs \(needed) bytes of data, found \(found)")
    }
    return Tensor(
      name: name, dtype: dtype, shape: header.shape,
      strides: strides(header.shape, isFortranOrder: header.isFortranOrder), byteOrder: order,
      storage: file[(file.startIndex + dataStart)...])
  }

  /// The steps between elements in C order or in Fortran order.
  ///
  /// - Precondition: The number of elements fits in `Int`.
  static func strides(_ shape: [Int], isFortranOrder: Bool) -> [Int] {
    guard isFortranOrder else { return Tensor.rowMajorStrides(shape) }
    return Tensor.rowMajorStrides(shape.reversed()).reversed()
  }

  /// The text of the header, and where the data start.
  private static func headerText(
    of file: Data, path: String
  ) throws(CheckpointError) -> (text: String, dataStart: Int) {
    func fail(_ what: String) -> CheckpointError {
      CheckpointError(path: path, reason: .malformedNPY(what))
    }
    guard file.count >= 10 else { throw fail("the file ends within it") }
    let bytes = [UInt8](file.prefix(12))
    let version = bytes[6]
    guard (1...3).contains(version), bytes[7] == 0 else {
      throw fail("version \(version).\(bytes[7]), expected 1.0, 2.0 or 3.0")
    }
    let sizeWidth = version == 1 ? 2 : 4
    guard bytes.count >= 8 + sizeWidth else { throw fail("the file ends within it") }
    let size = bytes[8..<(8 + sizeWidth)].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size <= sizeLimit else { throw fail("\(size) bytes, expected at most \(sizeLimit)") }
    let start = 8 + sizeWidth
    guard start + size <= file.count else {
      throw fail("\(size) bytes, but the file has \(file.count)")
    }
    guard let text = String(validating: file.dropFirst(start).prefix(size), as: UTF8.self) else {
      throw fail("not text")
    }
    return (text, start + size)
  }

  /// The type of elements and the order of their bytes that a code such as `<f4` or `>i8` stands
  /// for, or nil if it is not supported.
  static func type(of descriptor: String) -> (DType, ByteOrder)? {
    guard let mark = descriptor.first, "<>|=".contains(mark),
      let dtype = types[String(descriptor.dropFirst())], dtype.byteWidth == 1 || mark != "|"
    else { return nil }
    return (dtype, mark == ">" ? .big : .little)
  }

  private static let types: [String: DType] = [
    "f8": .f64, "f4": .f32, "f2": .f16, "i8": .i64, "i4": .i32, "i2": .i16, "i1": .i8,
    "u8": .u64, "u4": .u32, "u2": .u16, "u1": .u8, "b1": .bool,
  ]
}

// MARK: - The dictionary

extension NPYHeader {
  /// What is wrong with the dictionary.
  struct ParsingError: Error {
    let what: String
  }

  /// Parses a dictionary of the three members `descr`, `fortran_order` and `shape`.
  fileprivate init(parsing text: String) throws(ParsingError) {
    var rest = text[...]
    func skipSpace() {
      rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" }
    }
    func take(_ token: String) -> Bool {
      skipSpace()
      guard rest.hasPrefix(token) else { return false }
      rest = rest.dropFirst(token.count)
      return true
    }
    func takeString() throws(ParsingError) -> String {
      guard take("'"), let end = rest.firstIndex(of: "'") else {
        throw ParsingError(what: "not a dictionary of plain values")
      }
      defer { rest = rest[rest.index(after: end)...] }
      return String(rest[..<end])
    }
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    guard take("{") else { throw ParsingError(what: "not a dictionary") }
    while !take("}") {
      let name = try takeString()
      guard take(":") else { throw ParsingError(what: "not a dictionary of plain values") }
      switch name {
      case "descr" where descriptor == nil: descriptor = try takeString()
      case "fortran_order" where isFortranOrder == nil:
        isFortranOrder = take("True")
        if isFortranOrder == false, !take("False") {
          throw ParsingError(what: "fortran_order is neither True nor False")
        }
      case "shape" where shape == nil:
        guard take("("), let end = rest.firstIndex(of: ")") else {
          throw ParsingError(what: "shape is not a tuple")
        }
        shape = try Self.parseShape(rest[..<end])
        rest = rest[rest.index(after: end)...]
      default: throw ParsingError(what: "member \"\(name.printable(limit: 80))\" unexpected")
      }
      _ = take(",")
    }
    skipSpace()
    guard rest.isEmpty, let descriptor, let isFortranOrder, let shape else {
      throw ParsingError(what: "not the members descr, fortran_order and shape alone")
    }
    self.init(descriptor: descriptor, isFortranOrder: isFortranOrder, shape: shape)
  }

  private static func parseShape(_ text: Substring) throws(ParsingError) -> [Int] {
    var shape: [Int] = []
    for part in text.split(separator: ",") {
      let digits = part.trimming { $0 == " " }
      guard !digits.isEmpty, digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
        let size = Int(digits)
      else { throw ParsingError(what: "shape is not a tuple of whole numbers from 0") }
      shape.append(size)
    }
    return shape
  }
}

extension Substring {
  /// The text without the characters at both ends that satisfy a predicate.
  fileprivate func trimming(_ predicate: (Character) -> Bool) -> Substring {
    var result = drop(while: predicate)
    while let last = result.last, predicate(last) { result.removeLast() }
    return result
  }
}
