internal import Foundation

/// A file that cannot be used as a checkpoint, configuration or table of numbers, and why.
///
/// The description is one line that names the file, the tensor if there is one, and both the
/// value found and the value expected, so that it can be acted on without a debugger.
public struct CheckpointError: EngineError, Equatable {
  /// What is wrong with the file.
  public enum Reason: Equatable, Sendable {
    // MARK: The file
    case notFound
    case notPermitted
    case unreadable(String)
    case tooManyOpenFiles
    case isDirectory
    case notFile(String)
    case malformedGzip(String)
    case tooLarge(limit: Int)
    case notInCache(download: String)

    // MARK: Safetensors
    case notSafetensors(bytes: Int)
    case pointerFile
    case webPage
    case headerPastEnd(bytes: UInt64, fileSize: Int)
    case headerTooLarge(bytes: UInt64, limit: Int)
    case malformedJSON(JSONError)
    case malformedHeader(String)
    case malformedEntry(tensor: String, what: String)
    case unsupportedDType(tensor: String, dtype: String)
    case misplacedTensor(tensor: String, start: Int, expectedStart: Int)
    case tensorPastEnd(tensor: String, end: Int, dataSize: Int)
    case sizeMismatch(tensor: String, bytes: Int, shape: [Int], dtype: DType)
    case trailingBytes(Int)
    case unsafeShardPath(String)

    // MARK: NPY
    case notNPY
    case malformedNPY(String)
    case unsupportedNPY(String)

    // MARK: Archives and pickles
    case malformedArchive(ArchiveError)
    case malformedPickle(PickleError)
    case malformedTorch(String)
    case tarArchive
    case unknownContainer
    case unreadableTensor(String, what: String)
    indirect case member(String, Reason)
    case longHeaderLine(limit: Int)
    case wrongMemmapSize(bytes: Int, rows: Int, columns: Int)

    // MARK: What a reader needs
    case missingTensor(String, available: [String])
    case wrongShape(tensor: String, found: [Int], expected: String)
    case wrongDType(tensor: String, found: DType, expected: String)
    case missingField(String)
    case wrongField(String, found: String, expected: String)
  }

  /// The file, as it was named.
  public let path: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .notFound, .notInCache: .missingInput
    case .notPermitted: .permission
    case .unreadable: .inputOutput
    case .tooManyOpenFiles: .system
    default: .badData
    }
  }

  public var description: String { "\(path.printable(limit: 1000)): \(message)" }
}

extension CheckpointError {
  /// What is said of a file that cannot be opened besides so many others.
  static let tooManyOpenFiles =
    "cannot be opened: too many open files, expected fewer; ulimit -n allows more"

  /// Makes the error that says why a file cannot be opened or looked at.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - code: The error of the system.
  init(path: String, _ code: POSIXErrorCode) {
    let reason: Reason =
      switch code {
      case .ENOENT, .ENOTDIR: .notFound
      case .EACCES, .EPERM: .notPermitted
      case .EMFILE, .ENFILE: .tooManyOpenFiles
      default: .unreadable(POSIXError(code).text)
      }
    self.init(path: path, reason: reason)
  }

  private var message: String { Self.message(reason) }

  private static func message(_ reason: Reason) -> String {
    switch reason {
    case .notFound: "no such file or directory"
    case .notPermitted: "not permitted to read"
    case .unreadable(let what): "cannot be read: \(what)"
    case .tooManyOpenFiles: tooManyOpenFiles
    case .isDirectory: "found a directory, expected a file"
    case .notFile(let what): "found \(what), expected a file"
    case .malformedGzip(let what): "gzip: \(what)"
    case .tooLarge(let limit): "holds more than \(limit) bytes when inflated"
    case .notInCache(let download): "not in the local cache; to fetch it: \(download.printable())"
    case .notSafetensors(let bytes): "not a safetensors file: \(bytes) bytes, expected at least 8"
    case .pointerFile: "found a Git LFS pointer, expected weights; run git lfs pull"
    case .webPage: "found a web page or text, expected weights; download the file again"
    case .headerPastEnd(let bytes, let size):
      "header of \(bytes) bytes, but the file has \(size)"
    case .headerTooLarge(let bytes, let limit):
      "header of \(bytes) bytes, expected at most \(limit)"
    case .malformedJSON(let error): "not JSON: \(error)"
    case .malformedHeader(let what): "header: \(what)"
    case .notNPY: "not an NPY file"
    case .malformedNPY(let what), .unsupportedNPY(let what): "NPY header: \(what)"
    case .missingField(let name): "no field \"\(name.printable())\""
    case .wrongField(let name, let found, let expected):
      "field \"\(name.printable())\": found \(found.printable()), expected \(expected)"
    case .unsafeShardPath(let name):
      "shard \"\(name.printable())\": expected the name of a file in the same directory"
    case .trailingBytes(let count): "\(count) bytes after the last tensor"
    default: containerMessage(reason)
    }
  }

  private static func containerMessage(_ reason: Reason) -> String {
    switch reason {
    case .malformedArchive(let error): error.description
    case .malformedPickle(let error): error.description
    case .malformedTorch(let what): "torch file: \(what)"
    case .tarArchive:
      "found a tar archive, expected weights; torch files of before version 0.1.10 are not read"
    case .unknownContainer:
      "found no file of tensors that is known here: expected safetensors, a torch file, a pickle, "
        + "NPY or NPZ"
    case .member(let name, let reason): "\(name.printable()): \(message(reason))"
    case .longHeaderLine(let limit): "first line of more than \(limit) bytes"
    case .wrongMemmapSize(let bytes, let rows, let columns):
      "found \(bytes) bytes, expected \(rows) x \(columns) x 4 by the name of the file"
    default: tensorMessage(reason)
    }
  }

  private static func tensorMessage(_ reason: Reason) -> String {
    switch reason {
    case .malformedEntry(let tensor, let what): "\(tensor.printable()): \(what)"
    case .unsupportedDType(let tensor, let dtype):
      "\(tensor.printable()): dtype \(dtype.printable()), expected one of "
        + DType.allCases.map(\.rawValue).joined(separator: " ")
    case .misplacedTensor(let tensor, let start, let expectedStart):
      "\(tensor.printable()): starts at byte \(start), expected \(expectedStart): "
        + (start < expectedStart ? "tensors overlap" : "a hole between tensors")
    case .tensorPastEnd(let tensor, let end, let dataSize):
      "\(tensor.printable()): ends at byte \(end), but the data has \(dataSize): "
        + "the file is \(end - dataSize) bytes short"
    case .sizeMismatch(let tensor, let bytes, let shape, let dtype):
      "\(tensor.printable()): \(bytes) bytes, expected \(dtype.rawValue) elements of shape \(shape)"
    case .missingTensor(let tensor, let available):
      "no tensor \(tensor.printable()); found \(listing(available))"
    case .wrongShape(let tensor, let found, let expected):
      "\(tensor.printable()): shape \(found), expected \(expected)"
    case .wrongDType(let tensor, let found, let expected):
      "\(tensor.printable()): dtype \(found.rawValue), expected \(expected)"
    case .unreadableTensor(let tensor, let what):
      "\(tensor.printable()): \(what.printable()), which cannot be read: expected one of "
        + DType.allCases.map(\.rawValue).joined(separator: " ")
    default: ""
    }
  }

  /// The first few of many names.
  private static func listing(_ names: [String]) -> String {
    let shown = names.prefix(12).map { $0.printable(limit: 80) }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}
