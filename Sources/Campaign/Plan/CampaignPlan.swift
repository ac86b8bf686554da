internal import Engine

/// The table of work of a campaign: what is read, in which pieces, made from which files.
///
/// The same file and the same inputs give the same table, byte for byte.
public struct CampaignPlan: Sendable, Equatable {
  /// What wrote it, with its version.
  let createdBy: String

  /// The file that it was made from, absolute.
  let source: String

  let readings: [PlannedReading]
  let banks: [PlannedBank]
  let autoencoders: [PlannedAutoencoder]
  let runs: [PlannedRun]

  /// The files that work is made from.
  let inputs: [PlannedInput]

  /// The pieces of work, by id.
  public let items: [WorkItem]

  /// The version of the format; readers refuse any other.
  static let formatVersion = 1

  /// What this program writes as `created_by`.
  static let creator = "lensctl \(Engine.version)"

  /// Puts a table together.
  init(
    createdBy: String = creator, source: String, readings: [PlannedReading],
    banks: [PlannedBank], autoencoders: [PlannedAutoencoder], runs: [PlannedRun],
    inputs: [PlannedInput]
  ) {
    self.createdBy = createdBy
    self.source = source
    self.readings = readings
    self.banks = banks
    self.autoencoders = autoencoders
    self.runs = runs
    self.inputs = inputs
    items = WorkItem.all(bankCount: banks.count, runs: runs)
  }
}

extension CampaignPlan {
  /// The number of runs.
  public var runCount: Int { runs.count }

  /// The number of label banks.
  public var bankCount: Int { banks.count }

  /// The ids of the items of a part of the table.
  ///
  /// - Parameters:
  ///   - part: Which part, and of how many; nil for all of it.
  ///   - stage: Items of this stage alone; nil for both.
  /// - Returns: The ids, rising.
  public func items(of part: TablePart?, stage: WorkItem.Stage? = nil) -> [Int] {
    stride(from: part?.index ?? 0, to: items.count, by: part?.count ?? 1).filter { id in
      stage == nil || items[id].stage == stage
    }
  }

  /// What messages call an item.
  public func name(of id: Int) -> String {
    switch items[id] {
    case .labels(let bank): "labels \(banks[bank].id)"
    case .shard(let run, let shard):
      "shard \(shard) of \(runs[run].shards.count) of \(runs[run].id)"
    case .verdict(let run): "verdict of \(runs[run].id)"
    }
  }
}
