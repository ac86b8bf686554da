internal import Engine

/// What the numbers were made from, and by what.
struct RunSection {
  let facts: RunFacts
  /// The address of the run directory from where the page lies; nil for no links.
  let address: String?

  /// The section.
  var markup: Markup {
    .joined([
      .element("h2", ["id": "\(facts.prefix)-run"], [.text("Where the numbers come from")]),
      warnings, .element("dl", ["class": "list"], facts.run.value.object == nil ? [] : list),
      inputs, .details(.text("All options"), options), files,
    ])
  }

  private var warnings: Markup {
    let verdict = facts.verdict
    let places =
      [facts.run["warnings"], verdict?["truth", "notices"], facts.form?["ceiling", "notices"]]
      + [facts.form?["score_facts", "whiten", "notices"]]
      + (verdict?["hygiene", "variants"]?.elements ?? []).map { $0["notices"] }
      + (verdict?["semantics", "vocabularies"]?.elements ?? []).map { $0["warnings"] }
    let warnings = places.flatMap { $0?.elements ?? [] }.compactMap(\.string)
    guard !warnings.isEmpty else { return .empty }
    return .element(
      "ul", ["class": "verdicts"],
      warnings.map {
        .element("li", ["class": "warning"], [.text("! Warning: "), .foreign($0, limit: 1000)])
      })
  }

  private var list: [Markup] {
    let run = facts.run
    func text(_ path: String...) -> Markup {
      Self.value(path.reduce(Optional(run)) { $0?[$1] }?.value)
    }
    func number(_ format: (Double) -> String, _ path: String...) -> Markup {
      path.reduce(Optional(run)) { $0?[$1] }?.markup(format) ?? .text("–")
    }
    let environment = facts.environment["environment"]
    func machine(_ name: String) -> Markup { Self.value(environment?[name]?.value) }
    func count(_ value: Double) -> String { NumberText.count(value) }
    let counts = ["read", "dead", "nonfinite", "unmapped"].map { status in
      number(count, "counts", status) + .text(" \(status)")
    }
    let rows: [(String, Markup)] = [
      ("run", .element("code", [:], [.foreign(facts.columns.path, limit: 1000)])),
      (
        "lens",
        text("lens", "id") + .text(": ") + text("lens", "direction") + .text(" direction, ")
          + text("lens", "map") + .text(" map")
      ),
      (
        "autoencoder",
        text("autoencoder", "path") + .text(", ") + text("autoencoder", "family") + .text(", ")
          + text("autoencoder", "architecture")
      ),
      ("hook", text("autoencoder", "hook")),
      ("model", text("model", "reference") + .text(", ") + text("model", "family")),
      (
        "labels",
        text("labels", "source") + .text(": ") + number(count, "labels", "usable") + .text(" of ")
          + number(count, "labels", "count") + .text(" usable")
      ),
      (
        "features",
        number(count, "counts", "features") + .text(": ")
          + .joined(counts.enumerated().map { $0 == 0 ? $1 : .text(", ") + $1 })
      ),
      (
        "logit scale",
        number(NumberText.short, "logit_scale", "value") + .text(", from ")
          + text("logit_scale", "source")
      ),
      (
        "made by",
        text("created_by") + .text(", ") + machine("operating_system") + .text(", ")
          + machine("processor") + .text(", ")
          + (environment?["threads"]?.markup(count) ?? .text("–")) + .text(" threads")
      ),
      (
        "linear algebra",
        machine("blas") + .text(", kernel ") + machine("blas_kernel") + .text(", chosen by ")
          + machine("blas_kernel_source")
      ),
      ("seconds", seconds),
    ]
    return (rows + seedRows).flatMap { name, value in
      [Markup.element("dt", [:], [.text(name)]), .element("dd", [:], [value])]
    }
  }

  private var seedRows: [(String, Markup)] {
    guard let options = facts.verdict?["options"] else { return [] }
    return [
      (
        "verdict",
        .text("seed ") + Self.value(options["seed"]?.value) + .text(", ")
          + (options["rotations"]?.markup { NumberText.count($0) } ?? .text("–"))
          + .text(" rotations; truth: ")
          + Self.value(facts.verdict?["truth", "path"]?.value ?? .string("none"))
      )
    ]
  }

  private var seconds: Markup {
    let stages = facts.environment["seconds"]
    return .joined(
      (stages?.value.object?.names ?? []).enumerated().map { index, name in
        .text(index == 0 ? "" : ", ") + .foreign(name) + .text(" ")
          + (stages?[name]?.markup { NumberText.short($0) } ?? .text("–"))
      })
  }

  private var inputs: Markup {
    var table = DataTable(
      "Every file that was read, with its digest",
      [.text("role"), .text("file"), .number("bytes"), .text("SHA-256")])
    for input in facts.run["inputs"]?.elements ?? [] {
      table.add(
        .foreign(input["role"]?.string ?? ""), .foreign(input["path"]?.string ?? "", limit: 1000),
        input["bytes"]?.cell { NumberText.count($0) } ?? .text("–"),
        .init(
          .element("code", ["class": "digest"], [.foreign(input["sha256"]?.string ?? "–")])))
    }
    return table.markup
  }

  private var options: Markup {
    var table = DataTable("Options that bear on the results", [.text("option"), .text("value")])
    let options = facts.run["options"]?.value
    for name in options?.object?.names ?? [] {
      table.add(.foreign(name), .init(Self.value(options?[name])))
    }
    return table.markup
  }

  private var files: Markup {
    let names =
      ["run.json", "environment.json", "features.safetensors", "labels.safetensors", "labels.txt"]
      + (facts.verdict == nil ? [] : ["verdict.json", "verdict.safetensors"])
    let items = names.map { name -> Markup in
      guard let address else { return .element("code", [:], [.text(name)]) }
      return .element("a", ["href": address + name], [.text(name)])
    }
    return .element(
      "p", [:],
      [.text("Data: ")] + items.enumerated().map { $0 == 0 ? $1 : .text(" · ") + $1 })
  }

  /// Any value as text.
  static func value(_ value: JSONValue?) -> Markup {
    switch value {
    case nil, .null: .text("–")
    case .string(let text): .foreign(text, limit: 1000)
    case .some(let other): .foreign(other.serialized(), limit: 1000)
    }
  }
}
