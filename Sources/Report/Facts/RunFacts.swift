internal import Engine

/// A run as the sections of a page ask for it.
struct RunFacts: Sendable {
  /// What is on disk.
  let columns: RunColumns
  /// Its place among the runs of the page, from 0.
  let index: Int
  /// What it is called on the page: the end of its path, as short as tells it from the others.
  let name: String
  /// `run.json`.
  let run: Cited
  /// `environment.json`.
  let environment: Cited
  /// `verdict.json`; nil without a verdict.
  let verdict: Cited?
  /// The ids of the features, [n].
  let featureIDs: [Int]
  /// What became of them, [n].
  let statuses: [Int]

  init(_ columns: RunColumns, index: Int, name: String) throws(CheckpointError) {
    self.columns = columns
    self.index = index
    self.name = name
    run = Cited(columns.description, file: "\(index):run.json")
    environment = Cited(columns.environment, file: "\(index):environment.json")
    verdict = columns.verdict.map { Cited($0, file: "\(index):verdict.json") }
    featureIDs = try columns.integers("feature_id")
    statuses = try columns.integers("status")
  }

  /// A prefix for ids of elements of this run.
  var prefix: String { "r\(index)" }

  /// The short name of the lens of the run, such as `dec.lin`.
  var lens: String { run["lens", "id"]?.string ?? "" }

  /// The form in use, if the verdict judged it.
  var form: Cited? {
    guard let id = verdict?["form_in_use"]?.string else { return nil }
    return verdict?["variants"]?.element(where: "id", is: id)
  }

  /// The name of the form in use, whether it was judged or not.
  var formID: String { verdict?["form_in_use"]?.string ?? lens }

  /// What was found of the form in use by a score.
  func score(_ id: String) -> Cited? { form?["scores"]?.element(where: "id", is: id) }

  /// Whether names were compared with what features fire on.
  var hasTruth: Bool { score("centred")?["agreement"] != nil }

  /// The number of features that were read.
  var readCount: Int { readRows.count }

  /// The rows of the features that were read, rising.
  var readRows: [Int] {
    statuses.indices.filter { statuses[$0] == Int(FeatureStatus.read.rawValue) }
  }

  /// A column of the form in use by a score.
  func numbers(_ score: String, _ column: String) throws(CheckpointError) -> [Float]? {
    try columns.verdictNumbers("\(formID).\(score).\(column)")
  }

  /// A column of whole numbers of the form in use by a score.
  func integers(_ score: String, _ column: String) throws(CheckpointError) -> [Int]? {
    try columns.verdictIntegers("\(formID).\(score).\(column)")
  }

  /// The row of a feature, by halving, since ids rise; nil if it is not part of the run.
  func row(ofFeature id: Int) -> Int? {
    var (low, high) = (0, featureIDs.count)
    while low < high {
      let middle = (low + high) / 2
      if featureIDs[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < featureIDs.count && featureIDs[low] == id ? low : nil
  }

  /// The text of a label; its id where there is none.
  func label(_ id: Int) -> String {
    columns.labels.indices.contains(id) ? columns.labels[id] : "\(id)"
  }
}
