/// A published experiment whose computation is repeated exactly.
public enum Replay: String, Sendable, CaseIterable {
  /// The lens of "Towards Multimodal Interpretability" (Fry 2024): `softmax(cos(E(13 d + b), t) / 0.015)`
  /// over the data set's own names of the classes, the ten most likely written.
  case fry
}

extension Replay {
  /// Which direction is read.
  public var direction: Direction { .shifted }

  /// How it is mapped.
  public var map: LensMap { .full }

  /// The factor on decoder rows, whatever the activations of a feature.
  public var alpha: Double { 13 }

  /// The temperature of the softmax.
  public var temperature: Double { 0.015 }

  /// The prompt.
  public var template: PromptTemplate { .photo }

  /// The labels that are kept of each feature.
  public var topCount: Int { 10 }

  /// Sets what the experiment determines.
  ///
  /// - Parameter request: A request, of which labels, model and autoencoder stay as they are.
  public func apply(to request: inout ScanRequest) {
    request.direction = direction
    request.map = map
    request.alpha = alpha
    request.temperature = temperature
    request.topCount = topCount
    if case .vocabulary(let name, _) = request.labels {
      request.labels = .vocabulary(name, templates: [template])
    }
  }

  /// Checks that the published code would have gone on: it asks for ten labels of each feature.
  ///
  /// - Parameter run: The scan that the experiment is repeated by.
  /// - Throws: `RunError` if there are fewer.
  public func check(_ run: LensRun) throws(RunError) {
    guard run.scan.topCount == topCount else {
      throw RunError(
        subject: run.labels.source,
        reason: .tooFewLabels(run.labels.rows.labelIDs.count, needed: topCount, by: rawValue))
    }
  }
}
