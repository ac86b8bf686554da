internal import Foundation

/// The labels of a run as they are kept beside its features.
struct LabelColumns {
  let bank: LabelBank
  let tally: RunTally

  /// Writes `labels.safetensors` and `labels.txt` into a directory.
  func write(to directory: String) throws(OutputError) {
    let labelCount = bank.labels.count
    let layout = SafetensorsLayout(
      [
        .init(name: "first_counts", dtype: .i64, shape: [labelCount]),
        .init(name: "top_counts", dtype: .i64, shape: [labelCount]),
        .init(
          name: "embeddings", dtype: .f32, shape: [labelCount, bank.embeddingWidth]),
        .init(name: "status", dtype: .u8, shape: [labelCount]),
      ],
      metadata: [
        ("format", "lensctl.labels"), ("version", "\(RunWriter.formatVersion)"),
      ])
    try OutputFile.writePieces(to: directory + "/labels.safetensors") { write in
      try write(layout.header)
      try write(littleEndianBytes(tally.firstCounts))
      try write(littleEndianBytes(tally.topCounts))
      try bank.rows.forEachPiece(write)
      try write(littleEndianBytes(bank.statuses.map(\.rawValue)))
    }
    let text = bank.labels.map { $0 + "\n" }.joined()
    try OutputFile.write(Data(text.utf8), to: directory + "/labels.txt")
  }
}
