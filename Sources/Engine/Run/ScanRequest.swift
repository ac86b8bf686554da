/// Where the label embeddings of a scan come from.
public enum LabelSource: Sendable, Equatable {
  /// Labels encoded by the model: `imagenet` or a label file, and templates, the default if empty.
  case vocabulary(String, templates: [PromptTemplate])
  /// Embeddings in a file, the tensor's name if it is needed, and a file of names.
  case embeddings(String, key: String?, namesPath: String?)
}

/// Everything that determines the results of a scan.
public struct ScanRequest: Sendable {
  /// The model: a directory, or `org/name[@revision]` in the hub's cache.
  public var model: String?
  /// The tokenizer's file or directory; the model's own if nil.
  public var tokenizer: String?
  /// The autoencoder's file or directory.
  public var autoencoder: String
  /// The names of tensors, as `W_dec=NAME,...`; nil for a checkpoint of a known family.
  public var keys: String?
  /// The family of the autoencoder, where several fit.
  public var family: AutoencoderFamily?
  /// What the rows of stored matrices are, where it cannot be proven.
  public var orientation: Orientation?
  /// Which direction is read.
  public var direction: Direction
  /// How it is mapped; if nil, `native` for an autoencoder that states the joint space, else
  /// `full`.
  public var map: LensMap?
  /// The factor on the decoder row of shifted directions.
  public var alpha: Double?
  /// Where the labels come from.
  public var labels: LabelSource
  /// Whether labels that say the same as one before them are masked.
  public var masksDuplicates = false
  /// 1 over the factor on cosines; the model's own factor if nil.
  public var temperature: Double?
  /// The labels kept at each end.
  public var topCount: Int
  /// Which features, such as `17,200-299`; all if nil.
  public var features: String?
  /// The number of threads.
  public var workers: Int
  /// The most memory that is used besides mapped files, in bytes; a quarter of what is free if nil.
  public var memoryLimit: Int?
  /// The features after which what was computed is kept; nil to go by the work that they are.
  public var shardSize: Int?
  /// Whether warnings about data are errors.
  public var isStrict: Bool
  /// The files and directories to be made of the results, none of which may be or hold an input.
  public var outputs: [String] = []
  /// Where label banks are kept; nil to encode always.
  public var bankCache: BankCache?
  /// Where digests of files are kept; nil to compute them always.
  public var digestCache: DigestCache?

  /// Makes a request with the defaults of the command line.
  ///
  /// - Parameters:
  ///   - model: The model, if one is needed.
  ///   - autoencoder: The autoencoder's file or directory.
  ///   - direction: Which direction is read.
  ///   - map: How it is mapped.
  ///   - labels: Where the labels come from.
  ///   - workers: The number of threads; those the process may use if nil.
  public init(
    model: String?, autoencoder: String, direction: Direction = .decoder, map: LensMap? = nil,
    labels: LabelSource, workers: Int? = nil
  ) {
    self.model = model
    self.autoencoder = autoencoder
    self.direction = direction
    self.map = map
    self.labels = labels
    topCount = 10
    self.workers = workers ?? Machine.usableProcessors
    isStrict = false
  }
}
