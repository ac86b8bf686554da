/// All figures that verdicts are made of.
///
/// *In use* is the variant and temperature of the scan, by the raw score; names beside null features and beside
/// what features fire on are those of the same variant by the centred score.
struct VerdictEvidence: Sendable {
  /// The number of features that are read, n.
  var featureCount: Int
  /// The number of labels, C.
  var labelCount: Int
  /// The probabilities of the variant in use.
  var confidence: Known<NamingConfidence>
  /// How labels are used by the variant in use.
  var labelUse: Known<LabelUse>
  /// The features that are named what the reference point of the variant in use is named.
  var reference: Known<Reference>
  /// What centring gives to the isolated variant.
  var gap: Known<Gap>
  /// What the names of features are beside null features and beside what they fire on.
  var naming: Known<Naming>
  /// Named strata in which the lens works.
  var strata: Known<[Stratum]>
  /// The energy of features where texts differ, and the limit of rotated features.
  var textSpan: Known<Limit>
  /// The share of pictures that the model's own embeddings name right, and the limit under exchanged classes.
  var model: Known<Limit>
  /// What is left of it without the rest of the model.
  var drift: Known<Drift>
  /// How well inputs are reconstructed.
  var reconstruction: Known<Reconstruction>
  /// Other vocabularies, and sets of labels, beside the labels in use.
  var vocabularies: Known<[Vocabulary]>
  /// Under which map of features a foreign table agrees.
  var table: Known<IndexMap>
  /// The share of what any lens could name right that the variant in use names right.
  var efficiency: Known<IntervalEstimate>
}

extension VerdictEvidence {
  /// A figure that must exceed a limit.
  struct Limit: Sendable, Equatable {
    var value: Double
    var limit: Double
  }

  /// How labels are used, beside null features.
  struct LabelUse: Sendable, Equatable {
    /// The effective number of first labels of the sample, and its median over null banks.
    var effective: (observed: Double, null: Double)
    /// The label that is first for most features of those that are so more than ten times as often as by
    /// chance; nil if there is none.
    var hub: (label: String, share: Double, nullShare: Double)?

    static func == (a: LabelUse, b: LabelUse) -> Bool {
      a.effective == b.effective && a.hub?.label == b.hub?.label && a.hub?.share == b.hub?.share
        && a.hub?.nullShare == b.hub?.nullShare
    }
  }

  /// The features that have the first label of the point that all features of a variant are shifted by.
  struct Reference: Sendable, Equatable {
    /// The label.
    var label: String
    /// The share of features.
    var share: IntervalEstimate
  }

  /// What centring features and labels gives.
  struct Gap: Sendable, Equatable {
    /// Whether the figures are excess agreement; significant shares if not.
    var isAgreement: Bool
    /// The figure by the raw score, and by the score that centres both.
    var raw: Double
    var centred: Double
    /// `centred / 2 - raw`, what centring gives less half of what is there at the end.
    var difference: IntervalEstimate
    /// Whether what is there at the end is more than chance.
    var isReal: Bool
  }

  /// What names are beside null features and beside what features fire on.
  struct Naming: Sendable, Equatable {
    /// 1 - π₀ beside rotated features, and beside random vectors in their place.
    var rotated: IntervalEstimate
    var inPlace: IntervalEstimate
    /// Whether the features as a whole exceed null banks of both kinds.
    var beatsNull: Bool
    /// The least p-value of the tests that are asked beside each kind.
    var pValues: (rotated: Double, inPlace: Double)
    /// The share of planted banks that are found at the required cosine; nil where it was not computed.
    var power: IntervalEstimate?
    /// Agreement with what features fire on less that of exchanged features; nil where nothing can be compared.
    var excess: IntervalEstimate?
    /// Why nothing can be compared, if so.
    var noExcess = "no truth was given"

    static func == (a: Naming, b: Naming) -> Bool {
      a.rotated == b.rotated && a.inPlace == b.inPlace && a.beatsNull == b.beatsNull
        && a.pValues == b.pValues && a.power == b.power && a.excess == b.excess
    }
  }

  /// Some of the features.
  struct Stratum: Sendable, Equatable {
    /// Which, in words.
    var name: String
    var featureCount: Int
    /// 1 - π₀ beside rotated features and excess agreement, with intervals that hold for all strata at once.
    var beyond: IntervalEstimate
    var excess: IntervalEstimate?
  }

  /// Pictures that are named right without the rest of the model and by the whole of it.
  struct Drift: Sendable, Equatable {
    var skipping: Double
    var whole: Double
    /// `skipping - whole / 2`, over classes.
    var difference: IntervalEstimate
  }

  /// The share of the variance of inputs that is not reconstructed, and that of the same inputs turned.
  struct Reconstruction: Sendable, Equatable {
    var unexplained: Double
    var turned: Double
  }

  /// Another vocabulary, or sets of labels.
  struct Vocabulary: Sendable, Equatable {
    /// What it is called; of sets where they come from.
    var name: String
    /// Whether it is sets of the labels in use.
    var isSets = false
    /// The share of features that are high beside rotated features.
    var share: AggregateTest
    /// Whether the features as a whole exceed random vectors in their place.
    var exceedsInPlace: Bool
    /// The share by the labels in use, one by one.
    var shareInUse: Double
  }

  /// The map of features under which a table agrees best with the names found here.
  struct IndexMap: Sendable, Equatable {
    /// What the map does, in words, and whether it is the identity.
    var name: String
    var isIdentity: Bool
    /// The share of rows that agree, and that by the identity.
    var agreement: Double
    var identityAgreement: Double
    /// By the binomial distribution, times the number of maps.
    var pValue: Double
  }
}
