/// A form in which a run leaves for other programs.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// One table, a record for each feature.
  case csv
  /// An object for each feature, one a line.
  case jsonl
  /// The columns of the run as arrays of NumPy.
  case npz
  /// A database with tables, indices and a search over labels.
  case sqlite
  /// A directory of tables of flat columns.
  case parquet
  /// A directory as Neuronpedia's exports are laid out.
  case neuronpedia
}

/// Which columns of a verdict are exported.
public enum VerdictSelection: String, Sendable, CaseIterable {
  /// All of them.
  case all
  /// Those of the variant in use, and those that are of no variant.
  case inUse = "in-use"
  /// None.
  case none
}

/// What is to be exported, and how.
public struct ExportRequest: Sendable {
  /// The run directory.
  public var run: String

  /// The form.
  public var format: ExportFormat

  /// The file or directory to be made.
  public var out: String

  /// Which columns of the verdict are exported, if the run has one.
  public var verdict = VerdictSelection.all

  /// Whether what stands under the name is replaced.
  public var replacesExisting = false

  /// Whether texts of CSV that a spreadsheet would take for a formula get a `'` before them.
  public var escapesFormulas = false

  /// What Neuronpedia is to call the model and the autoencoder.
  public var neuronpedia = NeuronpediaNames()

  /// Makes a request.
  ///
  /// - Parameters:
  ///   - run: The run directory.
  ///   - format: The form.
  ///   - out: The file or directory to be made.
  public init(run: String, format: ExportFormat, out: String) {
    self.run = run
    self.format = format
    self.out = out
  }
}

/// Names that Neuronpedia asks for and a run does not know; nil where the run's own will do.
public struct NeuronpediaNames: Sendable {
  /// `modelId`; by default the last part of the model's name.
  public var model: String?

  /// The name of the source set; by default the last part of the autoencoder's path.
  public var sourceSet: String?

  /// `creatorName`.
  public var creator: String?

  /// `creatorId`, the id of a user of the instance that imports it.
  public var creatorID: String?

  /// Makes names that are all those of the run.
  public init() {}
}
