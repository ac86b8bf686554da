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
          name: "embeddings", dtype: .f32, shape: [labelCount, bank.embeddings.columns]),
        .init(name: "status", dtype: .u8, shape: [labelCount]),
      ],
      metadata: [
        ("format", "lensctl.labels"), ("version", "\(RunWriter.formatVersion)"),
      ])
    try OutputFile.write(
      layout.header, littleEndianBytes(tally.firstCounts), littleEndianBytes(tally.topCounts),
      littleEndianBytes(bank.embeddings.elements), littleEndianBytes(bank.statuses.map(\.rawValue)),
      to: directory + "/labels.safetensors")
    let text = bank.labels.map { $0 + "\n" }.joined()
    try OutputFile.write(Data(text.utf8), to: directory + "/labels.txt")
  }
}
