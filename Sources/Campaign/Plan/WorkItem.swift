internal import Engine

/// A piece of work that is done by one process at a time, and then is done for good.
public enum WorkItem: Sendable, Equatable {
  /// Encoding the labels of a bank.
  case labels(bank: Int)
  /// Reading some features of a run.
  case shard(run: Int, shard: Int)
  /// Judging a run.
  case verdict(run: Int)
}

extension WorkItem {
  /// When an item's turn comes: labels are encoded before they are used.
  public enum Stage: String, Sendable, CaseIterable {
    case labels, work
  }

  /// When its turn comes.
  public var stage: Stage { if case .labels = self { .labels } else { .work } }

  /// All items, labels first, then shards, then verdicts; an item's id is its index.
  ///
  /// - Parameters:
  ///   - bankCount: The number of banks.
  ///   - runs: The runs.
  /// - Returns: The items.
  static func all(bankCount: Int, runs: [PlannedRun]) -> [WorkItem] {
    let shards = runs.enumerated().flatMap { index, run in
      run.shards.map { WorkItem.shard(run: index, shard: $0) }
    }
    let verdicts = runs.indices.filter { runs[$0].reading.verdict != nil }
    return (0..<bankCount).map { .labels(bank: $0) } + shards
      + verdicts.map { .verdict(run: $0) }
  }

  /// The item as the table of work has it.
  var json: JSONValue {
    switch self {
    case .labels(let bank): ["kind": "labels", "bank": .integer(bank)]
    case .shard(let run, let shard):
      ["kind": "shard", "run": .integer(run), "shard": .integer(shard)]
    case .verdict(let run): ["kind": "verdict", "run": .integer(run)]
    }
  }
}
