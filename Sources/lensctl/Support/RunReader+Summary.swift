import Engine

extension RunReader {
  /// What can be said of all features together.
  func summary() -> Answer {
    let summary = RunSummary(run, labelCount: top ?? 10)
    var lines = FactList(facts(summary)).lines(style)
    lines += [""] + distributions(summary)
    if !summary.mostOftenFirst.isEmpty {
      var table = Table([("features", .right), ("label most often first", .left)])
      for (label, count) in summary.mostOftenFirst {
        table.add(["\(count)", run.labels[label].printable(limit: 60)])
      }
      lines += [""] + table.lines(style)
    }
    return Answer(lines: lines, json: json(summary))
  }

  private func facts(_ summary: RunSummary) -> [(name: String, value: String)] {
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
      ("seconds", seconds(description["seconds"])),
    ]
    if let sigmoid = run.sigmoid {
      facts.insert(
        (
          "sigmoid",
          "of \(Number.short(sigmoid.scale)) times the cosine, plus \(Number.short(sigmoid.bias))"
        ), at: facts.count - 1)
    }
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
    let shares = Quantiles.shares.map { share -> (heading: String, alignment: Table.Alignment) in
      switch share {
      case 0: ("least", .right)
      case 0.5: ("median", .right)
      case 1: ("greatest", .right)
      default: ("\(Number.short(100 * share))%", .right)
      }
    }
    var table = Table([("over features", .left)] + shares)
    for (name, quantiles) in [
      ("best cosine", summary.bestCosine), ("margin", summary.margin),
      ("entropy (nats)", summary.entropy),
    ] {
      table.add([name] + quantiles.points.map { Number.cosine(Float($0)) })
    }
    return table.lines(style)
  }

  private func json(_ summary: RunSummary) -> JSONObject {
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
    return json
  }
}
