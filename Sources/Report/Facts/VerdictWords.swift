internal import Engine

/// Verdicts in words.
public enum VerdictWords {
  /// Whether a verdict that holds is good news, a warning, or says that names cannot be used.
  public enum Tone: String, Sendable {
    case good, warning, bad
  }

  /// A verdict in a few words, and whether it is good.
  ///
  /// - Parameter name: The name as `verdict.json` has it.
  /// - Returns: The words; the name itself if it is not known.
  public static func words(_ name: String) -> (text: String, tone: Tone) {
    VerdictName(rawValue: name).map(words) ?? (name, .warning)
  }

  private static func words(_ name: VerdictName) -> (text: String, tone: Tone) {
    switch name {
    case .loadSuspect: ("The autoencoder does not reconstruct its inputs", .bad)
    case .modelMismatch: ("The model does not know these pictures and labels", .bad)
    case .driftLimited: ("Later blocks change what directions mean", .warning)
    case .indexPermuted: ("Names are filed under other features", .bad)
    case .degenerateTemperature: ("Probabilities are all the same", .warning)
    case .falseConfidence: ("Probabilities are no higher than by chance", .warning)
    case .labelCollapse: ("A few labels name most features", .warning)
    case .biasDominated: ("The bias is read, not the features", .bad)
    case .gapLimited: ("What all features share hides their names", .warning)
    case .wrongVocabulary: ("Another vocabulary says far more", .warning)
    case .notInTextSpan: ("Features do not lie where labels differ", .warning)
    case .nullIndistinguishable: ("Names are no better than chance", .bad)
    case .underpowered: ("Too little to tell names from chance", .warning)
    case .significantButWrong: ("Names are beyond chance, and wrong", .bad)
    case .partial: ("The lens works on some of the features", .warning)
    case .works: ("The lens works", .good)
    case .atReference: ("It reads nearly all that can be read", .good)
    }
  }

  /// A score in words.
  static func score(_ id: String) -> String {
    [
      "raw": "raw cosine", "centred": "labels centred", "both": "both banks centred",
      "zcol": "hubs corrected",
    ][id] ?? id
  }
}
