public import Engine

/// How far a campaign has come.
public struct CampaignStatus: Sendable {
  /// What went wrong with an item when it was tried last.
  public struct Failure: Sendable, Equatable {
    /// The item.
    public let id: Int
    /// The line that said it.
    public let message: String
    /// The exit status; nil if it cannot be read.
    public let status: Int?
  }

  /// The state of each item, by id.
  public let states: [ItemState]

  /// What went wrong with those that failed, by id.
  public let failures: [Failure]

  private let stages: [WorkItem.Stage]

  /// Looks at the files of a campaign; what is in the files of results is not looked at.
  ///
  /// - Parameters:
  ///   - plan: The table of work.
  ///   - folder: The directory of the campaign.
  ///   - running: The ids of the items that a process holds.
  public init(_ plan: CampaignPlan, in folder: CampaignFolder, running: Set<Int> = []) {
    var failures: [Failure] = []
    states = plan.items.indices.map { id in
      if folder.isDone(plan.items[id], of: plan) { return .done }
      if running.contains(id) { return .running }
      guard let failure = Failure(id: id, in: folder) else { return .missing }
      failures.append(failure)
      return .failed
    }
    self.failures = failures
    stages = plan.items.map(\.stage)
  }
}

extension CampaignStatus.Failure {
  /// Reads what went wrong with an item; nil if nothing says that it was tried.
  fileprivate init?(id: Int, in folder: CampaignFolder) {
    let path = folder.failurePath(id)
    guard MappedFile.exists(path) else { return nil }
    let json = try? JSONValue(contentsOf: path)
    self.init(
      id: id, message: json?["message"]?.string ?? "no message can be read",
      status: json?["status"]?.integer)
  }
}

extension CampaignStatus {
  /// The ids of the items in a state, rising.
  public func ids(_ state: ItemState) -> [Int] {
    states.indices.filter { states[$0] == state }
  }

  /// The ids of the items that are still to be done and that nobody does: those that failed and those that are
  /// missing, rising.
  public var open: [Int] {
    states.indices.filter { [.failed, .missing].contains(states[$0]) }
  }

  /// The number of items of a stage in a state.
  public func count(_ state: ItemState, in stage: WorkItem.Stage) -> Int {
    states.indices.count { states[$0] == state && stages[$0] == stage }
  }

  /// The status as one JSON object.
  public var json: JSONObject {
    var json: JSONObject = ["items": .integer(states.count)]
    for state in ItemState.allCases { json[state.rawValue] = .integer(ids(state).count) }
    json["open"] = .string(IndexList.text(open))
    var byStage: JSONObject = [:]
    for stage in WorkItem.Stage.allCases {
      var counts: JSONObject = [:]
      for state in ItemState.allCases { counts[state.rawValue] = .integer(count(state, in: stage)) }
      byStage[stage.rawValue] = .object(counts)
    }
    json["stages"] = .object(byStage)
    json["running_items"] = .array(ids(.running).map { .integer($0) })
    json["failures"] = .array(
      failures.map { failure in
        [
          "item": .integer(failure.id), "status": failure.status.map { .integer($0) } ?? .null,
          "message": .string(failure.message),
        ]
      })
    return json
  }
}
