import ArgumentParser

/// The option that says how much work may be lost.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many features are computed before they are kept, to go on from if the command is stopped.",
      discussion: "Default: as many as take some seconds. The results are the same for any."))
  var shardSize: Int?

  func validate() throws {
    if let shardSize, shardSize < 1 {
      throw ValidationError("--shard-size: found \(shardSize), expected at least 1")
    }
  }
}
