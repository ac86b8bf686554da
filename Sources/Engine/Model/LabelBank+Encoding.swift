extension LabelBank {
  /// Encodes labels by the text tower of a model.
  ///
  /// Each label is put into each template; the unit embeddings of a label's prompts are averaged in
  /// `Double`, and the mean is made a unit vector again. Masked labels are not encoded.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - templates: The templates, at least one.
  ///   - model: The model.
  ///   - tokenizer: Its tokenizer.
  ///   - source: What the labels are called in messages.
  ///   - provenance: The facts that determine the embeddings.
  ///   - workers: The number of threads.
  ///   - checkpoint: Asked again and again; throws to end the work.
  ///   - progress: Called with the number of distinct prompts done and their total.
  /// - Returns: The bank.
  /// - Throws: `CheckpointError` or `ModelError` if the model cannot encode them; what `checkpoint`
  ///   throws.
  public static func encoding(
    _ labels: LabelSet, templates: [PromptTemplate], model: CLIPModel,
    tokenizer: TextTokenizer, source: String, provenance: JSONObject = [:], workers: Int,
    checkpoint: () throws -> Void = {}, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> LabelBank {
    precondition(!templates.isEmpty, "no template")
    let tower = try model.textTower()
    let usable = labels.labels.indices.filter { labels.statuses[$0] == .usable }
    let grid = PromptGrid(labels: usable.map { labels.labels[$0] }, templates: templates)
    let sequences = try tokenizer.encode(grid.prompts, contextLength: tower.contextLength)
    let width = tower.embeddingWidth
    var sums = [Double](repeating: 0, count: labels.count * width)
    try tower.forEachEmbedding(of: sequences.map(\.ids), workers: workers, progress: progress) {
      prompt, row in
      try checkpoint()
      let start = usable[prompt / templates.count] * width
      for j in 0..<width { sums[start + j] += Double(row[j]) }
    }
    let embeddings = Matrix(
      rows: labels.count, columns: width,
      elements: sums.map { Float($0 / Double(templates.count)) })
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
      source: source, labels: labels.labels,
      rows: LabelRows(embeddings, masked: labels.statuses), logitScale: try model.logitScale(),
      logitBias: try model.logitBias(), provenance: provenance,
      warnings: warnings, truncatedPromptCount: truncated)
  }
}
