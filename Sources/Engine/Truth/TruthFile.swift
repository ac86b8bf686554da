/// What features fire on, as files say it.
///
/// A file of tensors of any container, or a directory with the files of the original experiment.
/// `MODEL.md` has the table of names.
public struct TruthFile: Sendable {
  /// How a file says it.
  ///
  /// In all that hold pictures, `class_ids` says what each shows.
  public enum Form: String, Sendable, CaseIterable {
    /// Inputs of the autoencoder, to be encoded.
    case residuals
    /// Image embeddings alone, to be encoded by an autoencoder of the joint space.
    case embeddings
    /// The activations of all features for each picture.
    case activations
    /// Activations row by row (CSR).
    case rows
    /// Activations as triples (COO).
    case entries
    /// The mean activation of each feature for each class.
    case classMeans
    /// How often, or how strongly, each class is among the top pictures of each feature.
    case classHistogram
    /// The top pictures of each feature, in the files of the original experiment.
    case topPictures
  }

  /// The file or directory, as it was given.
  public let path: String

  /// How it says it.
  public let form: Form

  /// The tensors, by canonical name.
  let tensors: [String: Tensor]

  /// The files that were read.
  public let filePaths: [String]
}

extension TruthFile.Form {
  /// The canonical names of what the form needs, besides `class_ids`.
  var keys: [String] {
    switch self {
    case .residuals: ["residuals"]
    case .embeddings: ["embeddings"]
    case .activations: ["activations"]
    case .rows: ["indptr", "indices", "values"]
    case .entries: ["rows", "columns", "values"]
    case .classMeans: ["class_means"]
    case .classHistogram: ["class_histogram"]
    case .topPictures: ["max_activating_image_values", "max_activating_image_label_indices"]
    }
  }

  /// Whether it has pictures, each of a class.
  var hasPictures: Bool { ![.classMeans, .classHistogram, .topPictures].contains(self) }

  /// The names, as they are written in messages.
  var keyDescription: String {
    (keys + (hasPictures ? ["class_ids"] : [])).joined(separator: ", ")
  }
}

extension TruthFile {
  /// Other names, by canonical name.
  static let aliases: [String: [String]] = [
    "class_ids": ["class_ids", "picture_ids", "labels"],
    "values": ["values", "data"],
    "rows": ["rows", "row"],
    "columns": ["columns", "col"],
  ]

  /// What may stand beside what a form needs.
  private static let optionalKeys = [
    "embeddings", "sae_sparsity", "sae_mean_acts", "max_activating_image_indices",
  ]

  /// The files of the original experiment, each of which holds one tensor.
  private static let experimentNames = [
    "max_activating_image_indices", "max_activating_image_values",
    "max_activating_image_label_indices", "sae_sparsity", "sae_mean_acts",
  ]

  /// Opens a truth.
  ///
  /// - Parameter path: A file of tensors, or a directory of the original experiment.
  /// - Throws: `CheckpointError` if a file cannot be read, `TruthError` if it says nothing that is
  ///   known here, or more than one thing.
  public init(contentsOf path: String) throws {
    if MappedFile.isDirectory(path) {
      try self.init(experiment: path)
      return
    }
    let file = try TensorFile(contentsOf: path)
    var tensors: [String: Tensor] = [:]
    let canonical = Form.allCases.flatMap(\.keys) + ["class_ids"] + Self.optionalKeys
    for name in Set(canonical) {
      let found = (Self.aliases[name] ?? [name]).filter { file.tensors[$0] != nil }
      guard found.count < 2 else {
        throw TruthError(path: path, reason: .repeated(found[0], found[1]))
      }
      if let stored = found.first { tensors[name] = try file.tensor(stored) }
    }
    var forms = Form.allCases.filter { form in form.keys.allSatisfy { tensors[$0] != nil } }
    // Embeddings stand beside any other form.
    if forms.count > 1 { forms.removeAll { $0 == .embeddings } }
    guard let form = forms.first else {
      throw TruthError(path: path, reason: .noForm(found: file.names))
    }
    guard forms.count == 1 else {
      throw TruthError(path: path, reason: .severalForms(forms.map(\.keyDescription)))
    }
    if form.hasPictures, tensors["class_ids"] == nil { _ = try file.tensor("class_ids") }
    self.init(path: path, form: form, tensors: tensors, filePaths: file.filePaths)
  }

  private init(experiment directory: String) throws {
    var tensors: [String: Tensor] = [:]
    var filePaths: [String] = []
    for name in Self.experimentNames {
      let path = directory.withoutFinalSlash + "/\(name).pt"
      guard MappedFile.exists(path) || Form.topPictures.keys.contains(name) else { continue }
      let file = try TensorFile(contentsOf: path)
      guard let tensor = file.names.first.flatMap({ file.tensors[$0] }), file.names.count == 1
      else { throw TruthError(path: path, reason: .noForm(found: file.names)) }
      tensors[name] = tensor
      filePaths.append(path)
    }
    self.init(path: directory, form: .topPictures, tensors: tensors, filePaths: filePaths)
  }
}

extension TruthFile {
  /// The files that a truth may be made of, before any is opened.
  static func files(at path: String) -> [String] {
    MappedFile.isDirectory(path)
      ? experimentNames.map { path.withoutFinalSlash + "/\($0).pt" } : [path]
  }

  /// A tensor that the form has.
  func tensor(_ name: String) -> Tensor {
    guard let tensor = tensors[name] else { preconditionFailure("\(form) without \(name)") }
    return tensor
  }

  /// The whole numbers of a tensor, which may be stored as real ones.
  ///
  /// - Parameters:
  ///   - name: The canonical name.
  ///   - limit: What all must be below, from 0 on.
  /// - Returns: The numbers, in order.
  /// - Throws: `TruthError` that names the first number that is not whole or not in range.
  func wholeNumbers(_ name: String, below limit: Int) throws(TruthError) -> [Int] {
    let tensor = tensor(name)
    var numbers: [Int] = []
    if let integers = tensor.integers() {
      numbers = integers
    } else {
      let floats = tensor.dtype.isFloatingPoint ? tensor.floats() : []
      numbers.reserveCapacity(floats.count)
      for (row, value) in floats.enumerated() {
        guard let number = Int(exactly: value) else {
          throw TruthError(path: path, reason: .notWhole(tensor.name, row: row))
        }
        numbers.append(number)
      }
      guard numbers.count == tensor.elementCount else {
        throw TruthError(path: path, reason: .notWhole(tensor.name, row: 0))
      }
    }
    for (row, number) in numbers.enumerated() where number < 0 || number >= limit {
      throw TruthError(
        path: path, reason: .outOfRange(tensor.name, row: row, found: number, limit: limit))
    }
    return numbers
  }

  /// Checks the shape and the type of a tensor of real numbers.
  ///
  /// - Parameters:
  ///   - name: The canonical name.
  ///   - shape: The sizes that it must have; nil for any.
  ///   - what: The sizes in words.
  /// - Returns: The tensor.
  /// - Throws: `TruthError` if it has other sizes, or holds no real numbers.
  func reals(_ name: String, shape: [Int?], _ what: String) throws(TruthError) -> Tensor {
    let tensor = tensor(name)
    let fits =
      tensor.shape.count == shape.count && tensor.dtype.isFloatingPoint
      && zip(tensor.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
    guard fits else {
      throw TruthError(
        path: path,
        reason: .shape(
          tensor.name, found: tensor.shape,
          expected: tensor.dtype.isFloatingPoint ? what : "real numbers, found \(tensor.dtype)"))
    }
    return tensor
  }
}
