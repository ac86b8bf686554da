/// What is asked of the meaning of names, besides how they stand beside null features.
public struct SemanticsRequest: Sendable {
  /// Other vocabularies that the autoencoder is judged by, in order.
  ///
  /// Labels are encoded by the templates stated here, those of the scan as a rule.
  public var vocabularies: [LabelSource]

  /// Whether the templates of the scan, two at least, are also read one by one.
  public var comparesTemplates = false

  /// Files with the embeddings of the labels of the scan by one template each, none or two at least.
  public var templateEmbeddings: [String] = []

  /// The features that are written as sums of labels, such as `17,200-299`, or `all`; nil for none.
  public var sparseFeatures: String?

  /// A file of sets of labels that are looked for; nil for none.
  public var labelSets: String?

  /// The directory of WordNet, whose hypernyms are the sets; nil for none.
  public var wordNet: String?

  /// Makes a request.
  ///
  /// - Parameter vocabularies: Other vocabularies.
  public init(vocabularies: [LabelSource] = []) { self.vocabularies = vocabularies }

  /// The files that are read on account of it.
  public var files: [String] {
    templateEmbeddings + (labelSets.map { [$0] } ?? [])
      + (wordNet.map { [$0 + "/index.noun", $0 + "/data.noun"] } ?? [])
      + vocabularies.flatMap { source -> [String] in
        switch source {
        case .vocabulary(let name, _): name == "imagenet" ? [] : [name]
        case .embeddings(let path, _, let namesPath): [path] + (namesPath.map { [$0] } ?? [])
        }
      }
  }
}

extension LabelSource {
  /// Whether a file holds tensors rather than lines of text, by its name or its first bytes.
  ///
  /// No file of tensors that can be read begins like text: safetensors has the zeros of a length among its
  /// first eight bytes, an archive or gzip a control character, NPY and pickles a byte at which no
  /// character of UTF-8 begins. Raw rows are known by their name.
  ///
  /// - Parameter path: The file.
  /// - Returns: Whether it is to be opened as tensors.
  /// - Throws: `CheckpointError` if it cannot be read.
  public static func hasTensors(_ path: String) throws(CheckpointError) -> Bool {
    guard !path.hasSuffix(".index.json"), !path.hasSuffix(".npy") else { return true }
    let start = try MappedFile.contents(of: path).prefix(8)
    let text: [UInt8] = [0x09, 0x0A, 0x0D]
    return start.contains { $0 < 0x20 && !text.contains($0) }
      || start.first.map { (0x80...0xC1).contains($0) } ?? false
  }
}
