internal import Foundation

extension VerdictReport {
  /// The groups that are listed, and the features that are listed of each.
  private static let listLimits = (groups: 20, features: 20)

  /// Dead, duplicate and rare features, and the counts in which duplicates are one.
  var hygiene: JSONValue {
    let hygiene = verdict.hygiene
    var object: JSONObject = [
      "cosine": JSONValue(DuplicateGroups.usualThreshold),
      "least_density": JSONValue(FeatureHygiene.leastDensity),
      "decoder": hygiene.decoder.map { json($0) } ?? .null,
      "encoder": hygiene.encoder.map { json($0) } ?? .null,
    ]
    object["density"] =
      hygiene.densities.map { densities in
        [
          "known": .integer(densities.count { !$0.isNaN }),
          "never_fire": list(hygiene.silent), "ultra_low": list(hygiene.ultraLow),
        ]
      } ?? .null
    object["variants"] = .array(
      reports.compactMap { report in
        hygiene.clusters(of: report.form).map { json(report, clusters: $0) }
      })
    return .object(object)
  }

  /// The columns of groups: the id of the first feature of each feature's group.
  var groupColumns: [Column] {
    let ids = featureIDs
    return [("decoder", verdict.hygiene.decoder), ("encoder", verdict.hygiene.encoder)]
      .compactMap { name, rows in
        rows.map { rows in
          Column(name: name + ".duplicate_group", dtype: .i32, shape: [ids.count]) {
            littleEndianBytes(rows.representatives.map { ids[$0] })
          }
        }
      }
  }

  var featureIDs: [Int32] {
    let selection = verdict.run.scan.selection
    return selection.ids(at: 0..<selection.count).flatMap { $0.map { Int32($0) } }
  }

  private func list(_ positions: [Int]) -> JSONValue {
    let ids = featureIDs
    return [
      "count": .integer(positions.count),
      "features": .array(
        positions.prefix(Self.listLimits.features).map { .integer(Int(ids[$0])) }),
    ]
  }

  private func json(_ rows: FeatureHygiene.Rows) -> JSONValue {
    let groups = rows.groups
    let dead = rows.lengths.indices.filter { !(rows.lengths[$0] > 0 && rows.lengths[$0].isFinite) }
    return [
      "dead": list(dead),
      "groups": .integer(groups.count),
      "surplus": .integer(groups.reduce(0) { $0 + $1.count - 1 }),
      "largest": .integer(groups.first?.count ?? 1),
      "listed": .array(groups.prefix(Self.listLimits.groups).map { list($0) }),
    ]
  }

  private func json(_ report: FormReport, clusters: [Int]) -> JSONValue {
    let read = report.statuses.indices.filter { report.statuses[$0] == .read }
    let groups = Set(read.map { clusters[$0] }).count
    func json(_ significance: Significance?) -> JSONValue {
      guard let collapsed = significance?.collapsed(clusters) else { return .null }
      return [
        "share": JSONValue(collapsed.share), "null_share": JSONValue(collapsed.nullShare),
        "discoveries": .integer(collapsed.discoveries),
      ]
    }
    return [
      "id": .string(report.form.rawValue), "groups": .integer(groups),
      "notices": .array(
        groups < 2 ? ["all features that are read are duplicates of one: no interval bears"] : []),
      "scores": .array(
        report.namings.filter { $0.rotated != nil }.map { naming in
          [
            "id": .string(naming.reading.kind.rawValue), "rotated": json(naming.rotated),
            "in_place": json(naming.inPlace),
          ]
        }),
    ]
  }
}
