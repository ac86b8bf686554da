internal import Engine
internal import Foundation

/// Features as lines of JSON: the objects of `JSONLines`, with a member `verdict` behind the others if
/// columns of a verdict are exported.
///
/// `verdict` has a member for each column, by its name; columns of several values a feature are arrays. Behind each
/// column of ids of the run's labels comes one of their texts. Where there is no value, the member is null.
struct LinesExport {
  let source: ExportSource

  /// The labels as JSON strings, by id.
  private let labels: [[UInt8]]

  /// The names of the verdict's columns as JSON strings, and of those of texts beside them.
  private let names: [(values: [UInt8], texts: [UInt8]?)]

  init(_ source: ExportSource) {
    self.source = source
    labels = source.run.labels.map { jsonBytes($0) }
    names = source.verdictColumns.map {
      (jsonBytes($0.name), $0.nameOfTexts.map { jsonBytes($0) })
    }
  }

  /// Writes the lines.
  func write(_ write: (Data) throws -> Void, progress: (Int) -> Void) throws {
    try source.forEachBlock(progress: progress) { rows in
      let features = try source.run.features(in: rows)
      let verdict = source.verdictColumns.map { column -> FlatValues in
        column.tensor.dtype.isFloatingPoint
          ? .numbers(column.tensor.numbers(in: rows, width: column.width))
          : .integers(column.tensor.wholes(in: rows, width: column.width))
      }
      var text: [UInt8] = []
      for row in 0..<rows.count {
        append(features, row, to: &text)
        if !verdict.isEmpty { append(verdict, row, to: &text) }
        text += "}\n".utf8
      }
      try write(Data(text))
    }
  }

  /// Appends a feature without the brace at its end.
  private func append(_ block: FeatureBlock, _ row: Int, to text: inout [UInt8]) {
    text += "{\"feature\":\(block.featureIDs[row]),\"status\":\"".utf8
    text += ExportSource.statusNames[Int(block.statuses[row])].utf8
    text.append(UInt8(ascii: "\""))
    guard block.isRead(row) else { return }
    let ranks = (row * block.topCount)..<((row + 1) * block.topCount)
    append(
      "top", block.topLabelIDs[ranks], block.topCosines[ranks], block.topProbabilities[ranks],
      to: &text)
    append(
      "bottom", block.bottomLabelIDs[ranks], block.bottomCosines[ranks],
      block.bottomProbabilities[ranks], to: &text)
    let statistics = [
      block.means, block.standardDeviations, block.skewnesses, block.kurtoses, block.margins,
      block.entropies, block.logPartitions,
    ]
    for (name, values) in zip(ExportSource.statisticNames, statistics) {
      text += ",\"\(name)\":".utf8
      appendJSON(values[row], to: &text)
    }
  }

  private func append(
    _ name: String, _ ids: ArraySlice<Int32>, _ cosines: ArraySlice<Float>,
    _ probabilities: ArraySlice<Float>, to text: inout [UInt8]
  ) {
    text += ",\"\(name)\":[".utf8
    for rank in ids.indices {
      if rank > ids.startIndex { text.append(UInt8(ascii: ",")) }
      text += "{\"label_id\":\(ids[rank]),\"label\":".utf8
      text += labels[Int(ids[rank])]
      text += ",\"cosine\":".utf8
      appendJSON(cosines[rank], to: &text)
      text += ",\"probability\":".utf8
      appendJSON(probabilities[rank], to: &text)
      if let sigmoid = source.run.sigmoid {
        text += ",\"sigmoid\":".utf8
        appendJSON(sigmoid.score(cosines[rank]), to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
    text.append(UInt8(ascii: "]"))
  }

  /// Appends the member `verdict`.
  private func append(_ verdict: [FlatValues], _ row: Int, to text: inout [UInt8]) {
    text += ",\"verdict\":{".utf8
    for (index, column) in source.verdictColumns.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      let places = (row * column.width)..<((row + 1) * column.width)
      let isList = column.tensor.shape.count == 2
      text += names[index].values
      append(places, isList: isList, to: &text) { place, text in
        switch verdict[index] {
        case .numbers(let numbers): appendJSON(numbers[place], to: &text)
        case .integers(let wholes), .labels(let wholes):
          text += (wholes[place] == column.missing ? "null" : "\(wholes[place])").utf8
        case .words(let words): text += jsonBytes(words[place])
        }
      }
      guard let name = names[index].texts, case .integers(let ids) = verdict[index] else {
        continue
      }
      text.append(UInt8(ascii: ","))
      text += name
      append(places, isList: isList, to: &text) { place, text in
        text += labels.indices.contains(ids[place]) ? labels[ids[place]] : Array("null".utf8)
      }
    }
    text.append(UInt8(ascii: "}"))
  }

  /// Appends a colon and one value, or a list of them.
  private func append(
    _ places: Range<Int>, isList: Bool, to text: inout [UInt8],
    _ appendValue: (_ place: Int, _ text: inout [UInt8]) -> Void
  ) {
    text += (isList ? ":[" : ":").utf8
    for place in places {
      if place > places.lowerBound { text.append(UInt8(ascii: ",")) }
      appendValue(place, &text)
    }
    if isList { text.append(UInt8(ascii: "]")) }
  }
}

/// A text as a JSON string.
func jsonBytes(_ text: String) -> [UInt8] {
  Array(JSONValue.string(text).serialized().utf8)
}

/// Appends a number as `JSONValue` writes it.
func appendJSON(_ value: Float, to text: inout [UInt8]) {
  // Below 2^24 the digits of a `Float` are those of the `Double` that they name.
  text += (abs(value) < 16_777_216 ? value.description : JSONValue(value).serialized()).utf8
}
