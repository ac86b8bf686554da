internal import Engine

/// Figures of all features of a run, as they are drawn.
enum ReadingColumns {
  /// A figure of each feature.
  struct Column {
    /// Its name in `verdict.json`.
    let id: String
    let title: String
    let axis: String
    let values: [Float]
    let format: (Double) -> String
  }

  /// The figures whose spread is shown, one after the other, so that no more than one is in memory.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - body: Called with each.
  /// - Throws: What reading a column throws, and what `body` throws.
  static func forEach(of run: RunColumns, _ body: (Column) throws -> Void) throws {
    try body(
      Column(
        id: "best_cosine", title: "Best cosine", axis: "cosine with the first label",
        values: run.firstNumbers("top_cosines"), format: NumberText.cosine))
    try body(
      Column(
        id: "margin", title: "Margin", axis: "best cosine less the second best",
        values: run.numbers("margin"), format: NumberText.cosine))
    try body(
      Column(
        id: "entropy", title: "Entropy", axis: "entropy of the probabilities, nats",
        values: run.numbers("entropy"), format: { NumberText.fixed($0, 3) }))
    try body(
      Column(
        id: "kurtosis", title: "Kurtosis", axis: "kurtosis of the cosines, 3 if normal",
        values: run.numbers("kurtosis"), format: { NumberText.fixed($0, 2) }))
  }
}
