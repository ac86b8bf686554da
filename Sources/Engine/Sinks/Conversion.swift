internal import Foundation

/// What is to be converted, and how it is to be read.
public struct ConversionRequest: Sendable {
  /// The file or directory to be read.
  public var path: String
  /// The file or directory to be made.
  public var out: String
  /// The form to be made; nil to go by what there is.
  public var form: Conversion.Form?
  /// Whether what stands at `out` may be replaced.
  public var replacesExisting = false
  /// The names of an autoencoder's tensors, where no family is known.
  public var keys: TensorKeys?
  /// What is done to the values of its features, where the files do not say it.
  public var activation: StatedActivation?
  /// With `keys`, whether the decoder bias is subtracted from inputs.
  public var subtractsBias: Bool?
  /// The family of an autoencoder, where several fit.
  public var family: AutoencoderFamily?
  /// Which way its features run, where that is not proven.
  public var orientation: Orientation?

  /// Makes a request.
  public init(path: String, out: String) {
    (self.path, self.out) = (path, out)
  }
}

/// A file of tensors, or an autoencoder, that is written in a form that is safe to open.
public struct Conversion: Sendable {
  /// The forms that can be made.
  public enum Form: String, Sendable, CaseIterable {
    /// A directory of SAELens 6: `cfg.json` and `sae_weights.safetensors`.
    case saelens
    /// One safetensors file of all tensors.
    case safetensors
  }

  /// What is written.
  enum Contents {
    case tensors(TensorCopy, TensorFile)
    case autoencoder(Autoencoder, SAELensForm)
  }

  /// What was asked for.
  let request: ConversionRequest

  let contents: Contents

  /// The files that are read, watched from before they were opened.
  let inputs: RunInputs

  /// Opens what is to be converted; nothing is written yet.
  ///
  /// - Parameter request: What is asked for.
  /// - Throws: `OutputError` if the output exists or is an input; `CheckpointError` or
  ///   `AutoencoderError` if the input cannot be read, or not be put in the form.
  public init(_ request: ConversionRequest) throws {
    self.request = request
    var inputs = RunInputs(before: [request.path], cache: nil, workers: 1)
    try OutputFile.refuse(request.out, ifAmong: [request.path])
    switch try Self.form(for: request) {
    case .safetensors:
      try OutputFile.checkTarget(request.out, replacesExisting: request.replacesExisting)
      let file = try Self.tensorFile(at: request.path)
      let copy = try TensorCopy(of: file)
      try inputs.add(role: "source", file.filePaths)
      contents = .tensors(copy, file)
      try OutputFile.refuse(request.out, ifAmong: inputs.paths)
      try OutputFile.check(header: copy.layout, of: request.out)
    case .saelens:
      let directory = Self.directory(request.out)
      try directory.checkTarget(replacesExisting: request.replacesExisting)
      let (autoencoder, form) = try Self.autoencoder(for: request)
      try inputs.add(role: "source", autoencoder.sourcePaths)
      contents = .autoencoder(autoencoder, form)
      for path in [directory.path, directory.partialPath] {
        try OutputFile.refuse(path, ifAmong: inputs.paths)
      }
    }
    self.inputs = inputs
  }
}

extension Conversion {
  /// What should be known of what is written, a line each.
  public var notes: [String] {
    switch contents {
    case .autoencoder(let autoencoder, let form): return form.notes + autoencoder.notes
    case .tensors(let copy, _):
      guard !copy.leftOut.isEmpty else { return [] }
      let names = copy.leftOut.prefix(12).map { $0.printable(limit: 80) }.joined(separator: ", ")
      let rest = copy.leftOut.count > 12 ? " and \(copy.leftOut.count - 12) more" : ""
      return ["plain values that the metadata cannot hold are left out: " + names + rest]
    }
  }

  /// What is written, in a line.
  public var summary: String {
    switch contents {
    case .autoencoder(let autoencoder, let form):
      "\(form.architecture.rawValue) of \(autoencoder.featureCount) features, "
        + "\(form.dtype.rawValue), from \(autoencoder.family)"
    case .tensors(let copy, let file):
      "\(copy.tensors.count) \(copy.tensors.count == 1 ? "tensor" : "tensors"), "
        + "\(copy.layout.fileSize) bytes, from \(file.container.rawValue)"
    }
  }

  /// The form that is asked for, or that fits what there is.
  private static func form(for request: ConversionRequest) throws -> Form {
    if let form = request.form { return form }
    let isStated =
      request.keys != nil || request.family != nil || request.orientation != nil
      || request.activation != nil
    if isStated { return .saelens }
    if request.out.hasSuffix(".safetensors") { return .safetensors }
    return try isAutoencoder(request.path) ? .saelens : .safetensors
  }

  private static func isAutoencoder(_ path: String) throws(AutoencoderError) -> Bool {
    let root = path.withoutFinalSlash
    guard MappedFile.isDirectory(root) else { return Autoencoder.isKnown(weights: path) }
    if MappedFile.exists(root + "/" + Autoencoder.configurationName)
      || Autoencoder.hasConfiguration(in: root)
    {
      return true
    }
    if MappedFile.exists(root + "/model.safetensors.index.json") { return false }
    return try Autoencoder.weightsName(in: root).map {
      Autoencoder.isKnown(weights: root + "/" + $0)
    } ?? false
  }

  /// The tensors of a file, or of the weights in a directory.
  static func tensorFile(at path: String) throws -> TensorFile {
    let root = path.withoutFinalSlash
    guard MappedFile.isDirectory(root) else { return try TensorFile(contentsOf: path) }
    let isSharded = MappedFile.exists(root + "/model.safetensors.index.json")
    guard !isSharded, let name = try Autoencoder.weightsName(in: root) else {
      return try TensorFile(weightsIn: root)
    }
    return try TensorFile(contentsOf: root + "/" + name)
  }

  /// The directory to be made.
  static func directory(_ path: String) -> OutputDirectory {
    OutputDirectory(
      path,
      .init(
        noun: "a SAELens autoencoder and nothing else",
        unfinishedNoun: "an unfinished conversion", mark: Autoencoder.configurationName,
        files: [Autoencoder.configurationName, Autoencoder.weightsName], mayHoldOthers: false))
  }
}
