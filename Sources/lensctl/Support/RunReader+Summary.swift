import Engine

extension RunReader {
  /// What can be said of all features together.
  func summary() throws -> Answer {
    let summary = RunSummary(run, labelCount: top ?? 10)
    let verdict = try run.verdict().map { VerdictSummary($0.description) }
    var lines = FactList(facts(summary, verdict)).lines(style)
    lines += [""] + distributions(summary)
    if !summary.mostOftenFirst.isEmpty {
      var table = Table([("features", .right), ("label most often first", .left)])
      for (label, count) in summary.mostOftenFirst {
        table.add(["\(count)", run.labels[label].printable(limit: style.limit(60))])
      }
      lines += [""] + table.lines(style)
    }
    return Answer(lines: lines, json: json(summary, verdict))
  }

  private func facts(
    _ summary: RunSummary, _ verdict: VerdictSummary?
  ) -> [(name: String, value: String)] {
    let description = JSONValue.object(run.description)
    func fact(_ path: String...) -> String {
      path.reduce(description) { $0[$1] ?? .null }.cell
    }
    let counts = summary.statusCounts.filter { $0.count > 0 || $0.status == .read }
      .map { "\($0.count) \($0.status.name)" }.joined(separator: ", ")
    var facts: [(name: String, value: String)] = [
      ("run", run.path.printable(limit: 1000)),
      ("lens", lensText(description)),
      ("autoencoder", "\(fact("autoencoder", "path")), \(fact("autoencoder", "architecture"))"),
      ("model", fact("model", "reference")),
      (
        "labels",
        "\(fact("labels", "source")): \(fact("labels", "usable")) of \(fact("labels", "count")) "
          + "usable, \(summary.neverFirstCount) never first"
      ),
      ("features", "\(run.featureCount): \(counts)"),
      (
        "logit scale",
        "\(fact("logit_scale", "value")), from the \(scaleText(fact("logit_scale", "source")))"
      ),
      ("seconds", seconds(run.environment["seconds"])),
    ]
    if let sigmoid = run.sigmoid {
      facts.insert(
        (
          "sigmoid",
          "of \(Number.short(sigmoid.scale)) times the cosine, plus \(Number.short(sigmoid.bias))"
        ), at: facts.count - 1)
    }
    if let verdict { facts.append(("verdict", verdictWords(verdict))) }
    for warning in description["warnings"]?.array ?? [] {
      facts.append(("warning", warning.string?.printable(limit: 1000) ?? ""))
    }
    return facts
  }

  private func lensText(_ description: JSONValue) -> String {
    let lens = description["lens"] ?? .null
    let alpha = lens["alpha"]?.double.map { ", alpha \(Number.short($0))" } ?? ""
    return "\(run.lensID.printable()): \(lens["direction"]?.cell ?? "") direction, "
      + "\(lens["map"]?.cell ?? "") map\(alpha)"
  }

  private func scaleText(_ source: String) -> String {
    switch source {
    case "temperature": "--temperature"
    case "bank": "label bank"
    case "default": "default, since nothing states one"
    default: source
    }
  }

  private func seconds(_ stages: JSONValue?) -> String {
    (stages?.object?.names ?? []).map { name in
      "\(name) \(Number.short(((stages?[name]?.double ?? 0) * 1000).rounded() / 1000))"
    }.joined(separator: ", ")
  }

  private func distributions(_ summary: RunSummary) -> [String] {
    Self.quantileTable(
      over: "over features",
      [
        ("best cosine", summary.bestCosine), ("margin", summary.margin),
        ("entropy (nats)", summary.entropy),
      ]
    ) { Number.cosine(Float($0)) }.lines(style)
  }

  private func json(_ summary: RunSummary, _ verdict: VerdictSummary?) -> JSONObject {
    var json: JSONObject = ["path": .string(run.path), "run": .object(run.description)]
    var distributions: JSONObject = [:]
    for (name, quantiles) in [
      ("best_cosine", summary.bestCosine), ("margin", summary.margin),
      ("entropy", summary.entropy),
    ] {
      distributions[name] = .array(quantiles.points.map { JSONValue($0) })
    }
    json["quantile_shares"] = .array(Quantiles.shares.map { JSONValue($0) })
    json["quantiles"] = .object(distributions)
    json["most_often_first"] = .array(
      summary.mostOftenFirst.map { label, count in
        [
          "label_id": .integer(label), "label": .string(run.labels[label]),
          "count": .integer(count),
        ]
      })
    json["never_first"] = .integer(summary.neverFirstCount)
    json["verdicts"] = verdict.map { .array($0.holding.map { .string($0.name) }) } ?? .null
    return json
  }
}
