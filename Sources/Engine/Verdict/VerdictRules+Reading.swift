internal import Foundation

// Rules about the variant, the temperature and the labels in use.

extension VerdictRules {
  var degenerateTemperature: VerdictFinding {
    judged(.degenerateTemperature, by: evidence.confidence) { confidence in
      .known(
        Outcome(
          holds: confidence.entropy > Self.degenerateEntropy, value: confidence.entropy,
          threshold: Self.degenerateEntropy,
          sentence: "the median entropy is \(confidence.entropy.figure) of that of equal "
            + "probabilities, limit \(Self.degenerateEntropy.figure)"))
    }
  }

  var falseConfidence: VerdictFinding {
    judged(.falseConfidence, by: evidence.confidence) { confidence in
      let least = Self.confidentTimes / Double(evidence.labelCount)
      let holds = least < confidence.best && confidence.best <= confidence.nullBest
      return .known(
        Outcome(
          holds: holds, value: confidence.best, threshold: confidence.nullBest,
          sentence: "the median best probability is \(confidence.best.figure), and "
            + "\(confidence.nullBest.figure) is reached by 1 % of rotated features"))
    }
  }

  var labelCollapse: VerdictFinding {
    judged(.labelCollapse, by: evidence.labelUse) { use in
      guard evidence.featureCount >= Self.leastFeatures else {
        return .missing(
          "\(evidence.featureCount) features are read, expected at least \(Self.leastFeatures)")
      }
      let least = Self.leastEffectiveShare * use.effective.null
      let isNarrow = use.effective.observed < least
      if let hub = use.hub, !isNarrow {
        return .known(
          Outcome(
            holds: hub.share > Self.hubShare, value: hub.share, threshold: Self.hubShare,
            sentence:
              "\"\(hub.label.printable(limit: 60))\" is first for \(hub.share.share) of the "
              + "features, \(hub.nullShare.share) by chance; limit \(Self.hubShare.share)"))
      }
      return .known(
        Outcome(
          holds: isNarrow, value: use.effective.observed, threshold: least,
          sentence: "\(use.effective.observed.figure) labels are in effective use, "
            + "\(use.effective.null.figure) by chance; limit \(least.figure)"))
    }
  }

  var biasDominated: VerdictFinding {
    judged(.biasDominated, by: evidence.reference) { reference in
      .known(
        Outcome(
          holds: reference.share.estimate > Self.referenceShare, value: reference.share.estimate,
          interval: reference.share, threshold: Self.referenceShare,
          sentence: "\(reference.share.shares) of the features are named "
            + "\"\(reference.label.printable(limit: 60))\", as what all are shifted by; limit "
            + Self.referenceShare.share))
    }
  }

  var gapLimited: VerdictFinding {
    judged(.gapLimited, by: evidence.gap) { gap in
      .known(
        Outcome(
          holds: gap.isReal && gap.difference.lower > 0, value: gap.difference.estimate,
          interval: gap.difference, threshold: 0,
          sentence: (gap.isAgreement ? "agreement beyond chance" : "the significant share")
            + " is \(gap.raw.share) raw and \(gap.centred.share) with both centred"
            + (gap.isReal ? "" : ", which is not beyond chance")))
    }
  }

  var wrongVocabulary: VerdictFinding {
    judged(.wrongVocabulary, by: evidence.vocabularies) { vocabularies in
      func isBetter(_ other: VerdictEvidence.Vocabulary) -> Bool {
        other.share.exceeds && other.exceedsInPlace
          && other.share.observed >= Self.vocabularyTimes * other.shareInUse
      }
      let better = vocabularies.filter(isBetter)
      let shown = (better.isEmpty ? vocabularies : better)
        .max { $0.share.observed < $1.share.observed }
      guard let shown else { return .missing("no other labels were compared") }
      let limit = max(shown.share.limit, Self.vocabularyTimes * shown.shareInUse)
      let name = (shown.isSets ? "sets of labels by " : "") + shown.name.printable(limit: 60)
      return .known(
        Outcome(
          holds: !better.isEmpty, value: shown.share.observed, threshold: limit,
          sentence:
            "\(name) \(shown.isSets ? "find" : "finds") \(shown.share.observed.share) of the "
            + "features, the vocabulary in use \(shown.shareInUse.share)"
            + (shown.exceedsInPlace ? "" : "; not beyond random vectors in their place")))
    }
  }

  var indexPermuted: VerdictFinding {
    judged(.indexPermuted, by: evidence.table) { map in
      .known(
        Outcome(
          holds: !map.isIdentity && map.pValue < Self.mapLevel, value: map.pValue,
          threshold: Self.mapLevel,
          sentence: "\(map.agreement.share) of the table agree by \(map.name), "
            + "\(map.identityAgreement.share) as it is filed, p "
            + (map.pValue < 1e-300 ? "under 1e-300" : map.pValue.figure)))
    }
  }
}

extension Double {
  /// The number with four significant digits.
  var figure: String { String(format: "%.4g", self) }

  /// The number in percent, with one decimal place.
  var share: String { percentage + "%" }

  /// The same without a sign after it; zero has none before it either.
  fileprivate var percentage: String {
    String(format: "%.1f", abs(self) < 0.0005 ? 0 : 100 * self)
  }
}

extension IntervalEstimate {
  /// The share and its interval in percent.
  var shares: String {
    "\(estimate.share) (\(lower.percentage) to \(upper.percentage))"
  }
}
