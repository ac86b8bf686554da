internal import Foundation

// Rules about what there is to be read, and what comes before it.

extension VerdictRules {
  var loadSuspect: VerdictFinding {
    judged(.loadSuspect, by: evidence.reconstruction) { reconstruction in
      let limit = Self.unexplainedShare * reconstruction.turned
      return .known(
        Outcome(
          holds: reconstruction.unexplained > limit, value: reconstruction.unexplained,
          threshold: limit,
          sentence:
            "\(reconstruction.unexplained.figure) of the variance of inputs is unexplained, "
            + "\(reconstruction.turned.figure) of the same inputs turned"))
    }
  }

  var modelMismatch: VerdictFinding {
    judged(.modelMismatch, by: evidence.model) { model in
      .known(
        Outcome(
          holds: model.value <= model.limit, value: model.value, threshold: model.limit,
          sentence: "the model's own embeddings name \(model.value.share) of the pictures, at most "
            + "\(model.limit.share) with classes exchanged"))
    }
  }

  var driftLimited: VerdictFinding {
    judged(.driftLimited, by: evidence.drift) { drift in
      if case .known(let model) = evidence.model, model.value <= model.limit {
        return .missing("the whole model names no more pictures right than chance")
      }
      return .known(
        Outcome(
          holds: drift.difference.upper < 0, value: drift.difference.estimate,
          interval: drift.difference, threshold: 0,
          sentence:
            "\(drift.skipping.share) of the pictures are named right without the rest of the "
            + "model, \(drift.whole.share) with it"))
    }
  }

  var notInTextSpan: VerdictFinding {
    judged(.notInTextSpan, by: evidence.textSpan) { energy in
      .known(
        Outcome(
          holds: energy.value <= energy.limit, value: energy.value, threshold: energy.limit,
          sentence: "half of the features have \(energy.value.share) of their energy where labels "
            + "differ, rotated ones up to \(energy.limit.share)"))
    }
  }

  /// `NULL-INDISTINGUISHABLE` or `UNDERPOWERED`, which hold for a negative with enough power and without.
  func negative(_ name: VerdictName) -> VerdictFinding {
    judged(name, by: evidence.naming) { naming in
      let power = naming.power?.estimate
      let p =
        "p \(naming.pValues.rotated.figure) beside rotated features and "
        + "\(naming.pValues.inPlace.figure) beside random ones in their place"
      guard !naming.beatsNull else {
        return .known(
          Outcome(
            holds: false, value: power ?? .nan, interval: naming.power,
            threshold: PowerCurve.neededPower, sentence: "beyond both: " + p))
      }
      guard let power else { return .missing("the power was not computed") }
      let isEnough = power >= PowerCurve.neededPower
      return .known(
        Outcome(
          holds: isEnough == (name == .nullIndistinguishable), value: power,
          interval: naming.power, threshold: PowerCurve.neededPower,
          sentence: p + ", power \(power.figure) at cosine \(PowerCurve.requiredCosine.figure)"))
    }
  }

  var significantButWrong: VerdictFinding {
    judged(.significantButWrong, by: evidence.naming) { naming in
      guard let excess = naming.excess else { return .missing(naming.noExcess) }
      return .known(
        Outcome(
          holds: naming.beatsNull && !(excess.lower > 0), value: excess.estimate,
          interval: excess, threshold: 0,
          sentence: "agreement beyond exchanged features is \(excess.shares)"))
    }
  }

  /// Whether the lens works on all features.
  private func doesWork(_ naming: VerdictEvidence.Naming) -> Bool {
    naming.rotated.lower >= Self.workingShare && naming.inPlace.lower >= Self.workingShare
      && (naming.excess.map { $0.lower > 0 } ?? true)
  }

  var works: VerdictFinding {
    judged(.works, by: evidence.naming) { naming in
      // The bound that decides is the lower of the two.
      let worse = naming.rotated.lower <= naming.inPlace.lower ? naming.rotated : naming.inPlace
      let agreement =
        naming.excess.map { ", agreement beyond exchanged features \($0.shares)" } ?? ""
      return .known(
        Outcome(
          holds: doesWork(naming), value: worse.estimate, interval: worse,
          threshold: Self.workingShare,
          sentence: "\(naming.rotated.shares) of the features are beyond rotated ones, "
            + "\(naming.inPlace.shares) beyond random ones in their place" + agreement))
    }
  }

  var partial: VerdictFinding {
    judged(.partial, by: evidence.naming) { naming in
      guard case .known(let strata) = evidence.strata else {
        if case .missing(let reason) = evidence.strata { return .missing(reason) }
        return .missing("no strata are known")
      }
      let working = strata.filter { isWorking($0) }
      let shown = (working.isEmpty ? strata : working).max { $0.beyond.lower < $1.beyond.lower }
      let count = strata.reduce(0) { max($0, $1.featureCount) }
      guard let shown else {
        return .missing("no stratum is large enough among \(count) features")
      }
      let names = working.map { "\($0.name) (\($0.beyond.shares))" }
      return .known(
        Outcome(
          holds: naming.beatsNull && !doesWork(naming) && !working.isEmpty,
          value: shown.beyond.estimate, interval: shown.beyond, threshold: Self.workingShare,
          sentence: working.isEmpty
            ? "it works in none of \(strata.count) strata"
            : "it works in \(working.count) of \(strata.count) strata: "
              + names.joined(separator: "; ")))
    }
  }

  private func isWorking(_ stratum: VerdictEvidence.Stratum) -> Bool {
    stratum.beyond.lower >= Self.workingShare && (stratum.excess.map { $0.lower > 0 } ?? true)
  }

  var atReference: VerdictFinding {
    judged(.atReference, by: evidence.naming) { naming in
      guard let excess = naming.excess else { return .missing(naming.noExcess) }
      switch evidence.efficiency {
      case .missing(let reason): return .missing(reason)
      case .known(let efficiency):
        return .known(
          Outcome(
            holds: excess.lower > 0 && efficiency.upper >= Self.referenceEfficiency,
            value: efficiency.estimate, interval: efficiency,
            threshold: Self.referenceEfficiency,
            sentence: "the efficiency is \(efficiency.shares)"))
      }
    }
  }
}
