extension LensRun {
  /// What determines the results of a run, and what is recorded of that: members of `run.json`.
  ///
  /// - Parameters:
  ///   - inputs: The files that it is made from, with their digests.
  ///   - further: Others, as `run.json` lists them.
  /// - Returns: The members, the same for any threads, machine and time.
  func identity(inputs: [InputRecord], and further: [JSONValue] = []) -> JSONObject {
    [
      "created_by": .string("lensctl \(Engine.version)"),
      "lens": [
        "id": .string(scan.variant.id),
        "direction": .string(scan.variant.direction.rawValue),
        "map": .string(scan.variant.map.rawValue),
        "alpha": scan.variant.alpha.map { JSONValue($0) } ?? .null,
      ],
      "logit_scale": ["value": JSONValue(scan.logitScale), "source": .string(logitScaleSource)],
      "sigmoid": sigmoidRecord,
      "top_k": .integer(scan.topCount),
      "block_size": .integer(LensScan.blockSize),
      "model": modelRecord,
      "autoencoder": autoencoderRecord,
      "labels": labelRecord,
      "options": request.record,
      "inputs": .array(inputs.map(\.json) + further),
    ]
  }

  /// Where a run was made and how long it took, which its results do not depend on: members of
  /// `environment.json`.
  ///
  /// - Parameter clock: The stages that have ended.
  /// - Returns: The members.
  func circumstances(clock: StageClock) -> JSONObject {
    ["environment": Machine.record(memory), "seconds": clock.json]
  }

  private var modelRecord: JSONValue {
    guard let model else { return .null }
    return [
      "reference": .string(model.reference),
      "directory": .string(MappedFile.absolute(model.directory)),
      "path": .string(MappedFile.absolute(model.place)),
      "commit": model.commit.map { .string($0) } ?? .null,
      "family": .string(model.family.rawValue),
      "evidence": .array(model.evidence.map { .string($0) }),
      "logit_bias": sigmoid.map { JSONValue($0.bias) } ?? .null,
    ]
  }

  private var sigmoidRecord: JSONValue {
    guard let sigmoid else { return .null }
    return ["scale": JSONValue(sigmoid.scale), "bias": JSONValue(sigmoid.bias)]
  }

  private var autoencoderRecord: JSONValue {
    [
      "path": .string(MappedFile.absolute(autoencoder.path)),
      "family": .string(autoencoder.family),
      "family_evidence": .string(autoencoder.familyEvidence),
      "architecture": .string(autoencoder.architecture),
      "features": .integer(autoencoder.featureCount),
      "input_width": .integer(autoencoder.inputWidth),
      "space": .string(autoencoder.space.rawValue),
      "decoder_space": .string(autoencoder.decoderSpace.rawValue),
      "hook": autoencoder.hookName.map { .string($0) } ?? .null,
      "layer": autoencoder.layer.map { .integer($0) } ?? .null,
      "notes": .array(autoencoder.notes.map { .string($0) }),
      "evidence": .array(autoencoder.evidence.map { .string($0) }),
    ]
  }

  private var labelRecord: JSONValue {
    [
      "source": .string(labels.source),
      "count": .integer(labels.labels.count),
      "usable": .integer(labels.count(of: .usable)),
      "blank": .integer(labels.count(of: .blank)),
      "zero_length": .integer(labels.count(of: .zeroLength)),
      "nonfinite": .integer(labels.count(of: .nonFinite)),
      "duplicate": .integer(labels.count(of: .duplicate)),
      "provenance": .object(labels.provenance),
    ]
  }
}
