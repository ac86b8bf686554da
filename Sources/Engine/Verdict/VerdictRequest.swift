/// Everything that determines a verdict besides the scan that it goes with.
public struct VerdictRequest: Sendable {
  /// The variants of the lens that are judged; those that the space of the autoencoder allows if nil.
  public var forms: [LensForm]?

  /// The number of null banks of each variant, r.
  public var rotations: Int

  /// The number of null banks of each kind that a sample of each variant, as a whole, is compared with; 0
  /// for no such comparison.
  public var nullBanks = BankEvidence.usualBankCount

  /// Determines null banks and intervals.
  public var seed: UInt64

  /// A file of what features fire on; nil without.
  public var truth: String?

  /// The names of the truth's classes, one a line; nil where class ids are label ids.
  public var classes: String?

  /// A file with the embedding of the empty label, for labels that are ready embeddings; nil without.
  public var emptyEmbedding: String?

  /// The name of its tensor, where the file has several.
  public var emptyKey: String?

  /// What is asked of the meaning of names.
  public var semantics = SemanticsRequest()

  /// What the factors a of shifted directions are by feature; nil for one for all, that of the scan.
  public var alphaKind: AlphaKind?

  /// A file with mean or greatest activations of features; nil to take them from the truth.
  public var activationStats: String?

  /// Factors at which shifted directions are judged besides.
  public var alphaSweep: [Double] = []

  /// A file with a translator of the user's; nil without.
  public var translator: String?

  /// The block whose output the autoencoder reads, from 0, or from the end if negative; nil to go by
  /// its configuration.
  public var layer: Int?

  /// Results of another program: a table of labels, or the folders of the original experiment; nil
  /// without.
  public var results: String?

  /// The order in which that program listed features, one a line; nil if it is not known.
  public var listing: String?

  /// The published experiment that the scan repeats; nil if it repeats none.
  public var replay: Replay?

  /// The directory that the experiment's files are written to, under the names that its code gives them; nil
  /// for none.
  public var misfiled: String?

  /// Whether rows of those results whose text is no label are left out.
  public var skipsUnknownLabels = false

  /// Which controls are made.
  public var controls = ControlScope.usual

  /// The files that are named here, of which truths may be directories.
  public var files: [String] {
    [truth, classes, emptyEmbedding, results, listing, activationStats, translator]
      .compactMap { $0 } + semantics.files
  }

  /// The numbers of null banks that can be asked for.
  public static let rotationLimits = 1...64

  /// The numbers of null banks of whole samples that can be asked for, besides 0.
  public static let nullBankLimits = 20...10_000

  /// Makes a request with the defaults of the command line.
  public init(forms: [LensForm]? = nil, rotations: Int = 4, seed: UInt64 = 1) {
    self.forms = forms
    self.rotations = rotations
    self.seed = seed
  }
}
