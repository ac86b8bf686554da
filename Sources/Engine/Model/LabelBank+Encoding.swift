extension LabelBank {
  /// Encodes labels by the text tower of a model.
  ///
  /// Each label is put into each template; the unit embeddings of a label's prompts are averaged,
  /// and the mean is made a unit vector again. Masked labels are not encoded.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - templates: The templates, at least one.
  ///   - model: The model.
  ///   - tokenizer: Its tokenizer.
  ///   - source: What the labels are called in messages.
  ///   - provenance: The facts that determine the embeddings.
  ///   - workers: The number of threads.
  ///   - progress: Called with the number of distinct prompts done and their total.
  /// - Returns: The bank.
  /// - Throws: `CheckpointError` or `ModelError` if the model cannot encode them.
  public static func encoding(
    _ labels: LabelSet, templates: [PromptTemplate], model: CLIPModel,
    tokenizer: BytePairTokenizer, source: String, provenance: JSONObject = [:], workers: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> LabelBank {
    precondition(!templates.isEmpty, "no template")
    let tower = try model.textTower()
    let usable = labels.labels.indices.filter { !labels.isMasked[$0] }
    let grid = PromptGrid(labels: usable.map { labels.labels[$0] }, templates: templates)
    let sequences = tokenizer.encode(grid.prompts, contextLength: tower.contextLength)
    let prompts = try tower.embed(sequences.map(\.ids), workers: workers, progress: progress)
    var embeddings = Matrix(rows: labels.count, columns: tower.embeddingWidth)
    for (position, label) in usable.enumerated() {
      let mean = prompts.meanOfRows(grid.indices(ofLabel: position))
      embeddings.elements.replaceSubrange(
        (label * mean.count)..<((label + 1) * mean.count), with: mean)
    }
    let truncated = sequences.count(where: \.isTruncated)
    var warnings = labels.notices.map(\.description)
    if truncated > 0 {
      warnings.append("\(truncated) prompts truncated to \(tower.contextLength) tokens")
    }
    let unknown = sequences.reduce(0) { $0 + $1.unknownCount }
    if unknown > 0 { warnings.append("\(unknown) pieces of prompts unknown to the tokenizer") }
    if labels.frontEndRiskCount > 0 {
      warnings.append(
        "\(labels.frontEndRiskCount) labels that another tokenizer of CLIP may cut otherwise "
          + "(non-ASCII and the like); lensctl inspect tells which")
    }
    return try LabelBank(
      source: source, labels: labels.labels, embeddings: embeddings, blank: labels.isMasked,
      logitScale: try model.logitScale(), provenance: provenance, warnings: warnings,
      truncatedPromptCount: truncated)
  }
}

extension Matrix {
  /// The mean of some rows, summed in `Double`; one row is returned as it is.
  fileprivate func meanOfRows(_ range: Range<Int>) -> [Float] {
    if range.count == 1 { return Array(row(range.lowerBound)) }
    var sum = [Double](repeating: 0, count: columns)
    for index in range {
      for (j, element) in row(index).enumerated() { sum[j] += Double(element) }
    }
    return sum.map { Float($0 / Double(range.count)) }
  }
}
