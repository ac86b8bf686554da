/// What variants that shift by the decoder bias read at one factor a.
struct AlphaStep: Sendable {
  /// The factor.
  let alpha: Double
  /// What was found, without what can be asked of any lens.
  let report: FormReport
}

extension VerdictRun {
  /// Judges the variants that shift by the decoder bias at each factor that is asked for.
  ///
  /// - Parameters:
  ///   - judge: How they are judged.
  ///   - forms: The variants that were judged.
  ///   - progress: Called before each, on the calling thread.
  /// - Returns: In the order of the variants, then of the factors.
  /// - Throws: `LensError` if one cannot be made.
  func alphaSteps(
    _ judge: FormJudge, forms: [LensForm], progress: (LensForm) throws -> Void
  ) throws -> [AlphaStep] {
    var steps: [AlphaStep] = []
    for form in forms where form.direction == .shifted {
      for alpha in request.alphaSweep {
        var materials = inputs.materials
        materials.alpha = alpha
        materials.alphas = nil
        try progress(form)
        materials.keepEnds(for: form, workers: run.memory.workers)
        guard let report = judge.report(form, try materials.bank(form)) else { continue }
        var step = compared(report, asksCeiling: false)
        step.trim()
        steps.append(AlphaStep(alpha: alpha, report: step))
      }
    }
    return steps
  }
}
