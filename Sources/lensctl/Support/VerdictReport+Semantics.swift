import Engine

extension VerdictReport {
  /// The part of the summary that says what names mean, below the rest; nothing if nothing was asked.
  ///
  /// - Parameter style: How tables are written.
  /// - Returns: Lines, the first one empty if there are any.
  func semanticLines(_ style: OutputStyle) -> [String] {
    vocabularyTable(style) + templateSentence + sparseSentence + setTable(style)
  }

  private func setTable(_ style: OutputStyle) -> [String] {
    guard !setLines.isEmpty else { return [] }
    var table = Table([
      ("set", .left), ("of labels", .right), ("p of 0.05", .right), ("found", .right),
    ])
    for line in setLines {
      table.add([
        line.name.printable(limit: 60), "\(line.labelCount)", line.share.percent,
        "\(line.discoveries)",
      ])
    }
    return [""] + table.lines(style)
  }

  private var sparseSentence: [String] {
    guard let line = sparseLine else { return [] }
    return [
      "",
      "\(line.namedCount) of \(line.featureCount) features are sums of labels, which explain "
        + "\((100 * line.explained).text(1))% of their median feature",
    ]
  }

  private var templateSentence: [String] {
    guard let line = templateLine else { return [] }
    return [
      "",
      "\(line.count) templates: two agree on the first label of \(line.same.percent) of the features, all on "
        + "\(line.allSame.percent); kappa \(line.kappa.text(2))",
    ]
  }

  private func vocabularyTable(_ style: OutputStyle) -> [String] {
    guard !vocabularyLines.isEmpty else { return [] }
    var table = Table([
      ("vocabulary", .left), ("of labels", .right), ("beyond rotated", .right), ("found", .right),
      ("beyond random", .right), ("found", .right), ("labels", .right),
      ("most frequent label", .left),
    ])
    for line in vocabularyLines {
      table.add([
        line.source.printable(limit: 60), "\(line.labelCount)",
        line.rotated.nullShare.complement.percent, "\(line.rotated.discoveries)",
        line.inPlace.nullShare.complement.percent, "\(line.inPlace.discoveries)",
        line.effectiveLabels.text(1), line.hub?.printable(limit: 60) ?? "",
      ])
    }
    return [""] + table.lines(style)
  }
}
