/// What can be found out about a lens as a whole; several may hold at once.
///
/// The order is that in which verdicts are listed: what spoils the input first, then what a reader can
/// change, then what there is to be read.
public enum VerdictName: String, Sendable, CaseIterable {
  /// The autoencoder does not reconstruct what it is given.
  case loadSuspect = "LOAD-SUSPECT"
  /// The model's own embeddings do not find the labels of their pictures.
  case modelMismatch = "MODEL-MISMATCH"
  /// What lies between the layer and the embedding changes what directions mean.
  case driftLimited = "DRIFT-LIMITED"
  /// Names stand beside the ids of other features.
  case indexPermuted = "INDEX-PERMUTED"
  /// Probabilities are all the same.
  case degenerateTemperature = "DEGENERATE-TEMPERATURE"
  /// Probabilities are as high as those of null features.
  case falseConfidence = "FALSE-CONFIDENCE"
  /// A few labels are first for far more features than chance has it.
  case labelCollapse = "LABEL-COLLAPSE"
  /// Features are named what the bias is named.
  case biasDominated = "BIAS-DOMINATED"
  /// What all features and all labels have in common hides most of what can be read.
  case gapLimited = "GAP-LIMITED"
  /// Another vocabulary, or sets of labels, say far more.
  case wrongVocabulary = "WRONG-VOCABULARY"
  /// Features do not lie where labels differ.
  case notInTextSpan = "NOT-IN-TEXT-SPAN"
  /// Features are no nearer to labels than null features, and would be found if they were.
  case nullIndistinguishable = "NULL-INDISTINGUISHABLE"
  /// Features are no nearer to labels than null features, but would not be found if they were.
  case underpowered = "UNDERPOWERED"
  /// Features are nearer to labels than null features, and to wrong ones.
  case significantButWrong = "SIGNIFICANT-BUT-WRONG"
  /// The lens works on some of the features.
  case partial = "PARTIAL"
  /// The lens works.
  case works = "WORKS"
  /// The lens reads nearly all that any lens could.
  case atReference = "AT-REFERENCE"
}

/// Whether one verdict holds, and the figures that say so.
public struct VerdictFinding: Sendable {
  /// What was decided.
  public enum Status: Sendable, Equatable {
    case holds
    case doesNotHold
    /// It was not judged, for this reason.
    case notJudged(String)

    /// Whether it was not judged.
    public var isOpen: Bool {
      if case .notJudged = self { true } else { false }
    }
  }

  /// Which verdict.
  public let name: VerdictName

  /// What was decided.
  public let status: Status

  /// The figure that decides; nil where there is none.
  public let value: Double?

  /// Its interval, where it has one.
  public let interval: IntervalEstimate?

  /// What the figure, or the end of its interval that counts, is compared with.
  public let threshold: Double?

  /// The rule in a line.
  public let definition: String

  /// What was found, in a sentence with its figures; the definition where there is nothing more to say.
  public let sentence: String

  /// What changes it, or what to do about it; empty where there is nothing to do.
  public internal(set) var remedy: String

  /// Whether it holds.
  public var holds: Bool { status == .holds }
}

/// Something that a rule needs, or why it is not there.
enum Known<Value: Sendable>: Sendable {
  case known(Value)
  case missing(String)

  /// The value; nil if it is not there.
  var value: Value? {
    guard case .known(let value) = self else { return nil }
    return value
  }
}

extension Known: Equatable where Value: Equatable {}
