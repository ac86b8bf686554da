internal import Foundation

extension Conversion {
  /// Writes everything beside its final name, and renames it when it is complete.
  ///
  /// - Parameter progress: Called as work goes on.
  /// - Throws: `OutputError` if it cannot be written; `RunError` if an input has changed since
  ///   before it was opened. Nothing is left under the final name then.
  public func write(progress: @escaping (RunProgress) -> Void = { _ in }) throws {
    switch contents {
    case .tensors(let copy, _):
      try writeFile(request.out, byteCount: copy.layout.fileSize, progress) { write in
        try copy.forEachPiece(write)
        try inputs.checkUnchanged()
      }
    case .autoencoder(let autoencoder, let form):
      let directory = Self.directory(request.out)
      try directory.start()
      do {
        try write(autoencoder, form, in: directory.partialPath, progress)
        try directory.moveIntoPlace(replacesExisting: request.replacesExisting)
      } catch {
        directory.removePartial()
        throw error
      }
    }
  }

  private func write(
    _ autoencoder: Autoencoder, _ form: SAELensForm, in directory: String,
    _ progress: @escaping (RunProgress) -> Void
  ) throws {
    inputs.startDigests()
    let layout = SafetensorsLayout(
      form.weights.map { .init(name: $0.name, dtype: form.dtype, shape: $0.shape) })
    let weights = directory + "/" + Autoencoder.weightsName
    try writeFile(weights, byteCount: layout.fileSize, progress) { write in
      try write(layout.header)
      for tensor in form.weights { try tensor.forEachPiece(as: form.dtype, write) }
    }
    progress(.writing)
    var configuration = form.configuration
    configuration["metadata"] = .object(
      metadata(of: autoencoder, files: try inputs.records()))
    try OutputFile.write(
      json: .object(configuration), to: directory + "/" + Autoencoder.configurationName)
    try inputs.checkUnchanged()
  }

  /// What `cfg.json` says of where the autoencoder is from.
  private func metadata(
    of autoencoder: Autoencoder, files: [InputRecord]
  ) -> JSONObject {
    var metadata: JSONObject = [
      "sae_lens_version": .string(SAELensForm.version), "sae_lens_training_version": .null,
    ]
    metadata["model_name"] = autoencoder.modelName.map { .string($0) }
    metadata["hook_name"] = autoencoder.hookName.map { .string($0) }
    metadata["hook_name_out"] = autoencoder.outputHookName.map { .string($0) }
    metadata["hook_layer"] = autoencoder.layer.map { .integer($0) }
    metadata["converted_by"] = .string("lensctl \(Engine.version)")
    metadata["converted_from"] = [
      "family": .string(autoencoder.family), "architecture": .string(autoencoder.architecture),
      "files": .array(
        files.map { file in
          let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
          return ["name": .string(name), "sha256": .string(file.sha256)]
        }),
      "notes": .array(notes.map { .string($0) }),
    ]
    return metadata
  }

  /// Writes a file piece after piece, and tells how far it is.
  private func writeFile(
    _ path: String, byteCount: Int, _ progress: @escaping (RunProgress) -> Void,
    _ body: (_ write: (Data) throws -> Void) throws -> Void
  ) throws {
    var done = 0
    try OutputFile.write(to: path) { handle in
      try body { piece in
        do {
          try handle.write(contentsOf: piece)
        } catch {
          throw OutputError(path: path, error, isCreation: false)
        }
        done += piece.count
        progress(.converting(done: done, total: byteCount))
      }
    }
  }
}
