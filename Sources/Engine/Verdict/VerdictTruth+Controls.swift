/// What pictures say of the model and of the autoencoder, apart from any lens.
struct PictureControls: Sendable {
  /// How many pictures the model's own embeddings name right.
  let model: Known<VerdictEvidence.Limit>
  /// What is left of that without the blocks behind the layer.
  let drift: Known<VerdictEvidence.Drift>
  /// How well inputs are reconstructed.
  let reconstruction: Known<VerdictEvidence.Reconstruction>

  /// The controls without a truth of pictures.
  static func missing(_ reason: String) -> PictureControls {
    PictureControls(
      model: .missing(reason), drift: .missing(reason), reconstruction: .missing(reason))
  }
}

extension VerdictTruth {
  /// Reads the pictures.
  ///
  /// - Parameters:
  ///   - autoencoder: The autoencoder.
  ///   - head: The image head, where directions pass it; nil if the autoencoder reads the joint space.
  ///   - seed: Determines replicates, exchanges and the rotation.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Returns: The controls, or why one is missing.
  /// - Throws: `AutoencoderError` or `TruthError` if inputs cannot be encoded.
  func controls(
    _ autoencoder: Autoencoder, head: ImageHead?, seed: UInt64, workers: Int
  ) throws -> PictureControls {
    guard truth.pictureCount > 0 else { return .missing("the truth has no pictures") }
    let reconstruction: Known<VerdictEvidence.Reconstruction>
    if let inputs = truth.residuals {
      let control = try ReconstructionControl(
        autoencoder, inputs: inputs, path: path, seed: seed, workers: workers)
      reconstruction =
        control.map { .known(.init(unexplained: $0.unexplained, turned: $0.turned)) }
        ?? .missing("the autoencoder does not give back what it is given")
    } else {
      reconstruction = .missing("the truth has no residuals")
    }
    guard Set(truth.classIDs).count > 1 else {
      return PictureControls(
        model: .missing("all pictures are of one class"),
        drift: .missing("all pictures are of one class"), reconstruction: reconstruction)
    }
    let map = head.map { DirectionMap($0, isLinear: false) }
    let control = ResidualControl(
      truth, text: text, labelGroups: labelGroups, seed: seed, workers: workers
    ) { residuals in
      map.map { Self.images(of: residuals, through: $0) } ?? residuals
    }
    return PictureControls(
      model: control.model.estimate.isNaN
        ? .missing("the truth has no embeddings")
        : .known(.init(value: control.model.estimate, limit: control.limit)),
      drift: drift(control, isMapped: map != nil), reconstruction: reconstruction)
  }

  private func drift(
    _ control: ResidualControl, isMapped: Bool
  ) -> Known<VerdictEvidence.Drift> {
    guard isMapped else { return .missing("no blocks follow the joint space") }
    guard form == .residuals, truth.residuals != nil else {
      return .missing("the truth has no residuals")
    }
    guard truth.embeddings != nil else { return .missing("the truth has no embeddings") }
    return .known(
      .init(
        skipping: control.residuals.estimate, whole: control.model.estimate,
        difference: control.difference))
  }

  /// Unit images of residuals, NaN where there is none, [rows, D].
  private static func images(of residuals: Matrix, through map: DirectionMap) -> Matrix {
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(
            name: "residuals", shape: [residuals.rows, residuals.columns],
            elements: residuals.elements),
          isTransposed: false),
        selection: FeatureSelection(all: residuals.rows), shift: nil),
      map: map)
    var elements: [Float] = []
    elements.reserveCapacity(residuals.rows * bank.width)
    for start in stride(from: 0, to: residuals.rows, by: JointBank.tileRows) {
      let tile = bank.tile(start..<min(start + JointBank.tileRows, residuals.rows))
      for row in 0..<tile.rows {
        elements +=
          tile.statuses[row] == .read
          ? tile.images[(row * bank.width)..<((row + 1) * bank.width)]
          : [Float](repeating: .nan, count: bank.width)[...]
      }
    }
    return Matrix(rows: residuals.rows, columns: bank.width, elements: elements)
  }
}
