import Engine
import Report

extension RunReader {
  /// What the verdict of the run says.
  func verdictSummary() throws -> Answer {
    guard let verdict = try run.verdict() else {
      throw QueryError(subject: run.path, reason: .noVerdict)
    }
    let summary = VerdictSummary(verdict.description)
    var lines = FactList(findingFacts(summary)).lines(style) + [""]
    let numbers = numberFacts(summary, verdict.description)
    lines += numbers.isEmpty ? [] : FactList(numbers).lines(style) + [""]
    let table = variantTable(summary)
    lines += (table.fits(style) ? table : variantTable(summary, hasIntervals: false)).lines(
      style)
    return Answer(lines: lines, json: Self.json(summary))
  }

  /// The verdicts that hold, in words.
  func verdictWords(_ summary: VerdictSummary) -> String {
    guard !summary.holding.isEmpty else { return "none holds: nothing stands out, good or bad" }
    return summary.holding.map { finding in
      let name = finding.name.printable()
      let words = VerdictWords.words(finding.name).text.printable()
      return words == name ? name : "\(name) (\(words.prefix(1).lowercased() + words.dropFirst()))"
    }.joined(separator: ", ")
  }

  private func findingFacts(_ summary: VerdictSummary) -> [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = [("verdict", verdictWords(summary))]
    for finding in summary.holding {
      facts.append((finding.name.printable(), finding.sentence.printable(limit: 1000)))
      if let remedy = finding.remedy {
        facts.append(("  what to do", remedy.printable(limit: 400)))
      }
    }
    if !summary.notJudged.isEmpty {
      let names = summary.notJudged.map { $0.name.printable() }
      facts.append(("not judged", names.joined(separator: ", ") + " (verdict.json has why)"))
    }
    return facts
  }

  /// The few numbers that carry a verdict: those of the variant in use.
  private func numberFacts(
    _ summary: VerdictSummary, _ verdict: JSONObject
  ) -> [(name: String, value: String)] {
    guard let variant = summary.inUse else { return [] }
    var facts: [(name: String, value: String)] = [("variant in use", variant.id.printable())]
    if let right = variant.right {
      let permuted = variant.permuted.map { "; \(($0 * 100).text(1))% if features exchange names" }
      facts.append(("right names", right.percent + (permuted ?? "")))
    }
    if let efficiency = variant.efficiency {
      facts.append(("of what can be named", efficiency.percent))
    }
    for (name, comparison) in [
      ("beyond rotated features", variant.rotated), ("beyond random vectors", variant.inPlace),
    ] {
      guard let comparison else { continue }
      let read = variant.readCount.map { " of \($0)" } ?? ""
      facts.append(
        (
          name,
          "\(comparison.beyond.percent); \(comparison.discoveries)\(read) found at 5% false discoveries"
        ))
    }
    if let alignment = variant.alignment {
      facts.append(
        (
          "alignment with labels",
          "\(alignment.ratio.text(2)); 1 +- \(alignment.deviation.text(2)) if rotated"
        ))
    }
    if let count = variant.effectiveLabels {
      facts.append(
        (
          "labels in effective use",
          "\(count.text(1)) of \(verdict["labels"]?.integer ?? run.usableLabels.count)"
        ))
    }
    if let cosine = variant.minimumCosine {
      facts.append(
        (
          "least cosine found",
          "\(cosine.estimate.text(3)) (\(cosine.lower.text(3)) to \(cosine.upper.text(3))), 4 times of 5, planted in half of the features"
        ))
    }
    return facts
  }

  /// A line for each variant, that in use with an asterisk; where they do not fit, without intervals.
  private func variantTable(_ summary: VerdictSummary, hasIntervals: Bool = true) -> Table {
    typealias Column = (heading: String, alignment: Table.Alignment)
    let hasTruth = summary.variants.contains { $0.right != nil }
    var columns: [Column] = [("variant", .left), ("alignment", .right)]
    columns +=
      hasIntervals
      ? [
        ("beyond rotated", .right), ("found", .right), ("beyond random", .right), ("found", .right),
      ]
      : [("rotated", .right), ("found", .right), ("random", .right), ("found", .right)]
    if hasTruth { columns += [("right", .right), ("of what can be", .right)] }
    columns += [("labels", .right), ("most frequent label", .left)]
    var table = Table(columns)
    func cell(_ share: IntervalEstimate?) -> String {
      guard let share else { return "-" }
      return hasIntervals ? share.percent : (100 * share.estimate).text(1) + "%"
    }
    func cells(_ comparison: VerdictSummary.Comparison?) -> [String] {
      [cell(comparison?.beyond), comparison.map { "\($0.discoveries)" } ?? "-"]
    }
    for variant in summary.variants {
      let mark = variant.id == summary.formInUse && !style.isPlain ? " *" : ""
      let ratio = variant.alignment.map {
        $0.ratio.text(2) + (hasIntervals ? " +- " + $0.deviation.text(2) : "")
      }
      let hub = variant.hub.map {
        $0.label.printable(limit: style.limit(60)) + " " + (100 * $0.share).text(1) + "%"
      }
      var row = [variant.id.printable() + mark, ratio ?? "-"]
      row += cells(variant.rotated) + cells(variant.inPlace)
      if hasTruth { row += [cell(variant.right), cell(variant.efficiency)] }
      table.add(row + [variant.effectiveLabels?.text(1) ?? "-", hub ?? "-"])
    }
    return table
  }
}

// MARK: - JSON

extension RunReader {
  private static func json(_ summary: VerdictSummary) -> JSONObject {
    [
      "verdicts": .array(summary.holding.map { json($0) }),
      "not_judged": .array(
        summary.notJudged.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
      "form_in_use": .orNull(summary.formInUse), "score": "centred",
      "variants": .array(summary.variants.map { json($0) }),
    ]
  }

  private static func json(_ finding: VerdictSummary.Finding) -> JSONValue {
    [
      "name": .string(finding.name), "words": .string(VerdictWords.words(finding.name).text),
      "sentence": .string(finding.sentence),
      "changed_by": .orNull(finding.remedy), "value": .orNull(finding.value),
      "interval": finding.interval.map { [JSONValue($0.lowerBound), JSONValue($0.upperBound)] }
        ?? .null,
      "threshold": .orNull(finding.threshold),
    ]
  }

  private static func json(_ variant: VerdictSummary.Variant) -> JSONValue {
    func comparison(_ comparison: VerdictSummary.Comparison?) -> JSONValue {
      guard let comparison else { return .null }
      return [
        "beyond": comparison.beyond.json, "discoveries": .integer(comparison.discoveries),
      ]
    }
    return [
      "id": .string(variant.id), "read": .orNull(variant.readCount),
      "alignment": .orNull(variant.alignment?.ratio),
      "alignment_deviation": .orNull(variant.alignment?.deviation),
      "rotated": comparison(variant.rotated), "in_place": comparison(variant.inPlace),
      "right": variant.right?.json ?? .null, "permuted": .orNull(variant.permuted),
      "efficiency": variant.efficiency?.json ?? .null,
      "effective_labels": .orNull(variant.effectiveLabels),
      "top_label": .orNull(variant.hub?.label),
      "top_share": .orNull(variant.hub?.share),
      "minimum_cosine": variant.minimumCosine?.json ?? .null,
    ]
  }
}
