internal import Foundation

extension VerdictReport {
  /// What was found of another program's results, or null without.
  var permutationJSON: JSONValue {
    guard let table = verdict.table else { return .null }
    let results = table.results
    var object: JSONObject = [
      "path": .string(MappedFile.absolute(results.path)),
      "form": .string(results.form.rawValue),
      "rows": .integer(results.rows.count),
      "unknown_labels": .integer(table.skippedCount),
      "listing": verdict.listing.map { .string(MappedFile.absolute($0.path)) } ?? .null,
      "level": JSONValue(IndexPermutation.level),
    ]
    guard let permutation else {
      object["omitted"] = .string(
        "the variant in use, \(verdict.run.scan.variant.id), is not judged")
      return .object(object)
    }
    object["maps"] = .array(permutation.trials.map { Self.json($0, of: permutation) })
    object["best"] = .string(permutation.best.name)
    object["p"] = JSONValue(permutation.pValue)
    object["permuted"] = .bool(permutation.isPermuted)
    return .object(object)
  }

  private static func json(
    _ trial: IndexPermutation.Trial, of permutation: IndexPermutation
  ) -> JSONValue {
    [
      "name": .string(trial.name), "compared": .integer(trial.compared),
      "hits": .integer(trial.hits),
      "hit": JSONValue(permutation.hitShare(of: trial)),
      "chance": JSONValue(trial.chance), "probability": JSONValue(trial.probability),
    ]
  }

  /// What is to be said of another program's results, in one line; nil without.
  public var permutationLine: String? {
    guard let table = verdict.table else { return nil }
    let place = table.results.path.printable(limit: 200)
    guard let permutation, let identity = permutation.trials.first else {
      return "\(place): not compared, since the variant in use is not judged"
    }
    func percent(_ trial: IndexPermutation.Trial) -> String {
      let tenths = (permutation.hitShare(of: trial) * 1000).rounded()
      return "\(tenths / 10) %"
    }
    let asFiled = "\(percent(identity)) of \(permutation.rowCount) labels agree as they are filed"
    guard !permutation.best.isIdentity else { return "\(place): \(asFiled), by no other map more" }
    return "\(place): \(asFiled), \(percent(permutation.best)) by \(permutation.best.name), "
      + "p \(Self.short(permutation.pValue))"
      + (permutation.isPermuted ? ": INDEX-PERMUTED" : "")
  }

  /// A probability in words that fit a line.
  private static func short(_ p: Double) -> String {
    p < 1e-300 ? "under 1e-300" : String(format: "%.1e", p)
  }
}

// MARK: - Experiments that are repeated

extension VerdictReport {
  /// The published experiment that was repeated, or null.
  var replayJSON: JSONValue {
    guard let replay = verdict.request.replay else { return .null }
    let misfiled = verdict.request.misfiled.map { path -> JSONValue in
      [
        "path": .string(MappedFile.absolute(path)),
        "order": .string(
          verdict.listing != nil ? "listing" : verdict.truth != nil ? "alive" : "all"),
        "folders": .integer(verdict.folderOrder.count),
      ]
    }
    return [
      "id": .string(replay.rawValue), "direction": .string(replay.direction.rawValue),
      "map": .string(replay.map.rawValue), "alpha": JSONValue(replay.alpha),
      "temperature": JSONValue(replay.temperature), "template": .string(replay.template.text),
      "top": .integer(replay.topCount), "misfiled": misfiled ?? .null,
    ]
  }
}
