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
    table[name] ?? (name, .warning)
  }

  private static let table: [String: (text: String, tone: Tone)] = [
    "LOAD-SUSPECT": ("The autoencoder does not reconstruct its inputs", .bad),
    "MODEL-MISMATCH": ("The model does not know these pictures and labels", .bad),
    "DRIFT-LIMITED": ("Later blocks change what directions mean", .warning),
    "INDEX-PERMUTED": ("Names are filed under other features", .bad),
    "DEGENERATE-TEMPERATURE": ("Probabilities are all the same", .warning),
    "FALSE-CONFIDENCE": ("Probabilities are no higher than by chance", .warning),
    "LABEL-COLLAPSE": ("A few labels name most features", .warning),
    "BIAS-DOMINATED": ("The bias is read, not the features", .bad),
    "GAP-LIMITED": ("What all features share hides their names", .warning),
    "WRONG-VOCABULARY": ("Another vocabulary says far more", .warning),
    "NOT-IN-TEXT-SPAN": ("Features do not lie where labels differ", .warning),
    "NULL-INDISTINGUISHABLE": ("Names are no better than chance", .bad),
    "UNDERPOWERED": ("Too little to tell names from chance", .warning),
    "SIGNIFICANT-BUT-WRONG": ("Names are beyond chance, and wrong", .bad),
    "PARTIAL": ("The lens works on some of the features", .warning),
    "WORKS": ("The lens works", .good),
    "AT-REFERENCE": ("It reads nearly all that can be read", .good),
  ]

  /// A score in words.
  static func score(_ id: String) -> String {
    [
      "raw": "raw cosine", "centred": "labels centred", "both": "both banks centred",
      "zcol": "hubs corrected",
    ][id] ?? id
  }
}
