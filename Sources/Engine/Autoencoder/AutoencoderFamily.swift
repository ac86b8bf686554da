/// The code that wrote an autoencoder, which determines its layout and its rules.
public enum AutoencoderFamily: String, Sendable, CaseIterable {
  case saelens
  case fry
  case patchsae
  case prisma
  case dictionaryLearning = "dictionary_learning"
  case sparsify
  case openai
  case saev
  case msae
  case dncbm
  case clipscope
  case attributingCLIP = "attributing-clip"
  case overcomplete

  /// The reader of the family.
  var reader: any FamilyReader.Type {
    switch self {
    case .saelens: SAELensReader.self
    case .fry: FryReader.self
    case .patchsae: PatchSAEReader.self
    case .prisma: PrismaReader.self
    case .dictionaryLearning: DictionaryLearningReader.self
    case .sparsify: SparsifyReader.self
    case .openai: OpenAIReader.self
    case .saev: SaevReader.self
    case .msae: MSAEReader.self
    case .dncbm: DNCBMReader.self
    case .clipscope: ClipscopeReader.self
    case .attributingCLIP: AttributingCLIPReader.self
    case .overcomplete: OvercompleteReader.self
    }
  }
}

/// Whether a checkpoint is of a family.
enum Recognition {
  /// It is: its tensors, and what shows it.
  case fits(FamilyTensors, because: String)
  /// It is not, and why.
  case no(String)
}

/// Knows the checkpoints of a family, and reads them.
protocol FamilyReader {
  /// Whether a checkpoint is of the family, by what it holds.
  static func recognise(_ contents: CheckpointContents) -> Recognition

  /// Reads a checkpoint of the family.
  ///
  /// - Parameter source: The checkpoint.
  /// - Returns: What the family's rules make of it.
  /// - Throws: `CheckpointError` or `AutoencoderError`.
  static func read(_ source: FamilySource) throws -> FamilyParts
}

/// A checkpoint that is known to be of a family.
struct FamilySource {
  var contents: CheckpointContents
  /// The tensors under the family's names.
  var tensors: FamilyTensors
  /// Which way the features of the decoder run, if that was stated.
  var orientation: Orientation?
}

/// What the rules of a family make of a checkpoint.
struct FamilyParts {
  /// The kind of autoencoder, in the family's words; `unknown` if nothing says it.
  var architecture: String
  /// The directions and how their orientation was proven.
  var layout: MatrixLayout
  /// How inputs are encoded; nil if that cannot be said in the terms of `Encoding`.
  var encoding: Encoding?
  /// What is added after decoding, [d].
  var decoderBias: [Float]?
  /// What inputs are multiplied by and added to the output, `W_skip`; not checked.
  var skipConnection: Tensor?
  /// Where the activations come from.
  var hook = HookFacts()
  /// The files read besides the weights.
  var configurationPaths: [String] = []
  /// What a reader of results should know.
  var notes: [String] = []
}

/// Where the activations of an autoencoder come from, as its files say it.
struct HookFacts {
  /// The hook of the input.
  var name: String?
  /// The hook that a transcoder writes to.
  var outputName: String?
  /// The layer, as the family counts.
  var layer: Int?
  /// The model.
  var model: String?
  /// Whether it writes into another space than it reads.
  var isTranscoder = false
}
