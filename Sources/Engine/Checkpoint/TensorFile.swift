internal import Foundation

/// Named tensors on disk: a safetensors file, the shards that an index names, a torch file, a
/// pickle, or arrays of NumPy.
public struct TensorFile: Sendable {
  /// The file or directory, as it was given.
  public let path: String

  /// The files that hold the tensors, the index file first if there is one.
  public let filePaths: [String]

  /// The tensors by name.
  public let tensors: [String: Tensor]

  /// The free-form strings of a safetensors header.
  public let metadata: [String: String]

  /// What kind of file it is.
  public internal(set) var container = Container.safetensors

  /// Numbers, texts, and lists of them that stand beside the tensors, by dotted path, such as
  /// `cfg.d_in`.
  public internal(set) var attributes: JSONObject = [:]

  /// Why tensors that are in the file cannot be read, by name; empty as a rule.
  public internal(set) var unreadable: [String: String] = [:]

  /// The bytes of contents that were inflated, and so are in memory rather than mapped.
  var heldBytes = 0

  /// The names of the tensors, sorted.
  public var names: [String] { tensors.keys.sorted() }
}

extension TensorFile {
  /// Opens a file by what it is, not by its name alone.
  ///
  /// Known are safetensors, a `*.index.json` of shards, torch files of every form, pickles (plain
  /// and gzipped), saev's files, NPY, NPZ, and raw `f32` in files named `..._ROWS_COLUMNS.npy`.
  /// A tensor that nothing names has the name `array`.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it cannot be read or anything in it is wrong.
  public init(contentsOf path: String) throws(CheckpointError) {
    if path.hasSuffix(".index.json") {
      self = try TensorFile(shardsNamedBy: path)
    } else {
      self = try TensorFile(single: path)
    }
  }

  init(safetensors file: Data, path: String) throws(CheckpointError) {
    let header = try SafetensorsHeader(parsing: file, path: path)
    self.init(
      path: path, filePaths: [path], tensors: Self.tensors(of: header, in: file),
      metadata: header.metadata)
  }

  /// Opens the weights in a directory: `model.safetensors`, or the shards of
  /// `model.safetensors.index.json`.
  ///
  /// - Parameter directory: The directory.
  /// - Throws: `CheckpointError` if there are no such files or anything in them is wrong.
  public init(weightsIn directory: String) throws(CheckpointError) {
    let single = directory + "/model.safetensors"
    let index = directory + "/model.safetensors.index.json"
    guard MappedFile.exists(index), !MappedFile.exists(single) else {
      self = try TensorFile(contentsOf: single)
      return
    }
    self = try TensorFile(contentsOf: index)
  }

  private static func tensors(of header: SafetensorsHeader, in file: Data) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for entry in header.entries {
      let start = file.startIndex + entry.byteRange.lowerBound
      tensors[entry.name] = Tensor(
        name: entry.name, dtype: entry.dtype, shape: entry.shape,
        bytes: file[start..<(start + entry.byteRange.count)])
    }
    return tensors
  }

  private init(shardsNamedBy indexPath: String) throws(CheckpointError) {
    let map = try JSONValue(contentsOf: indexPath)["weight_map"]
    guard let shardOf = map?.object else {
      throw CheckpointError(path: indexPath, reason: .missingField("weight_map"))
    }
    let directory = indexPath.lastIndex(of: "/").map { String(indexPath[...$0]) } ?? ""
    var shards: [String: TensorFile] = [:]
    var tensors: [String: Tensor] = [:]
    for name in shardOf.names {
      guard let shard = shardOf[name]?.string else {
        throw CheckpointError(
          path: indexPath,
          reason: .wrongField(
            "weight_map.\(name)", found: shardOf[name]?.serialized() ?? "", expected: "a string"))
      }
      guard isPlainFileName(shard) else {
        throw CheckpointError(path: indexPath, reason: .unsafeShardPath(shard))
      }
      if shards[shard] == nil {
        let path = directory + shard
        shards[shard] = try TensorFile(single: path)
      }
      tensors[name] = try shards[shard]?.tensor(name)
    }
    self.init(
      path: indexPath, filePaths: [indexPath] + shards.keys.sorted().map { directory + $0 },
      tensors: tensors, metadata: [:])
    container = shards.values.first?.container ?? .safetensors
    heldBytes = shards.values.reduce(0) { $0 + $1.heldBytes }
  }
}

/// Whether a name stands for a file in the directory at hand and nowhere else.
private func isPlainFileName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.contains("\\")
    && !name.unicodeScalars.contains("\0")
}

extension TensorFile {
  /// The tensor of a name.
  ///
  /// - Parameter name: The name, verbatim.
  /// - Returns: The tensor.
  /// - Throws: `CheckpointError` that lists the nearest names if there is none of that name.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let tensor = tensors[name] else {
      if let what = unreadable[name] {
        throw CheckpointError(path: path, reason: .unreadableTensor(name, what: what))
      }
      throw CheckpointError(path: path, reason: .missingTensor(name, available: nearest(to: name)))
    }
    return tensor
  }

  /// The names of all tensors, most like `name` first; sorted where they are too many to compare.
  private func nearest(to name: String) -> [String] {
    guard tensors.count <= 10_000 else { return names }
    return names.map { (distance: editDistance($0, name), name: $0) }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .map(\.name)
  }

  /// The tensor of a name, checked for a floating-point type and a shape.
  ///
  /// - Parameters:
  ///   - name: The name, verbatim.
  ///   - shape: The shape that it must have; nil stands for any size.
  /// - Returns: The tensor.
  /// - Throws: `CheckpointError` if it is missing, of another type, or of another shape.
  public func weights(_ name: String, shape: [Int?]) throws(CheckpointError) -> Tensor {
    let tensor = try tensor(name)
    guard tensor.dtype.isFloatingPoint else {
      throw CheckpointError(
        path: path,
        reason: .wrongDType(tensor: name, found: tensor.dtype, expected: "F64, F32, F16 or BF16"))
    }
    let fits =
      tensor.shape.count == shape.count
      && zip(tensor.shape, shape).allSatisfy { found, expected in
        expected == nil || found == expected
      }
    guard fits else {
      let expected = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
      throw CheckpointError(
        path: path,
        reason: .wrongShape(tensor: name, found: tensor.shape, expected: "[\(expected)]"))
    }
    return tensor
  }
}

/// The Levenshtein distance of two names, in UTF-8 bytes, at most 100 of each.
package func editDistance(_ first: String, _ second: String) -> Int {
  let first = Array(first.utf8.prefix(100))
  let second = Array(second.utf8.prefix(100))
  var previous = Array(0...second.count)
  for (i, byte) in first.enumerated() {
    var current = [i + 1]
    for (j, other) in second.enumerated() {
      current.append(
        min(previous[j + 1] + 1, current[j] + 1, previous[j] + (byte == other ? 0 : 1)))
    }
    previous = current
  }
  return previous[second.count]
}

extension TensorFile {
  /// The whole numbers of a tensor, checked for its shape.
  ///
  /// - Parameters:
  ///   - name: The name, verbatim.
  ///   - shape: The shape that it must have.
  ///   - range: The numbers wanted, as indices into the row-major order; nil for all.
  /// - Returns: The numbers, in order.
  /// - Throws: `CheckpointError` if it is missing, of another type, or of another shape.
  public func integers(
    _ name: String, shape: [Int], in range: Range<Int>? = nil
  ) throws(CheckpointError) -> [Int] {
    let tensor = try tensor(name)
    // Of a tensor of another shape `range` may not be a part.
    guard let integers = tensor.integers(in: tensor.shape == shape ? range : nil) else {
      throw CheckpointError(
        path: path,
        reason: .wrongDType(tensor: name, found: tensor.dtype, expected: "whole numbers"))
    }
    guard tensor.shape == shape else {
      throw CheckpointError(
        path: path, reason: .wrongShape(tensor: name, found: tensor.shape, expected: "\(shape)"))
    }
    return integers
  }
}
