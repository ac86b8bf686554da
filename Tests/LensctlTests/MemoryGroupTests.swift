import Engine
import Foundation
import Testing

/// Limits of memory that a control group sets before a command begins.
@Suite(.enabled(if: MemoryGroup.works, "no control group can be made that bounds memory here"))
struct MemoryGroupTests {
  private let place: Workplace
  private let group: MemoryGroup

  init() throws {
    place = try Workplace()
    group = try #require(MemoryGroup())
    try place.writeLabels()
    // Encodes the labels, which takes more than what is bounded here.
    try #require(try place.run(Self.scan(threads: 1, "first")).status == 0)
  }

  private static func scan(threads: Int, _ out: String) -> [String] {
    ["scan"] + Workplace.model + [
      "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--threads",
      "\(threads)", "--out", out,
    ]
  }

  /// Runs the program in the group.
  private func runInGroup(_ arguments: [String]) throws -> CommandRun {
    try place.run(
      program: "/bin/bash",
      ["-c", group.entrance + #"exec "$0" "$@""#, Commands.program] + arguments, environment: [:])
  }

  /// What a scan on so many threads plans to use, in bytes, where nothing bounds it.
  private func plan(threads: Int, _ out: String) throws -> Int {
    let run = try place.run(Self.scan(threads: threads, out))
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(contentsOf: "\(place.path)/\(out)/environment.json")
    return try #require(json["environment"]?["memory"]?["planned_bytes"]?.integer)
  }

  @Test func row82APlanFitsTheGroup() throws {
    let limit = try MemoryLimit.share * plan(threads: 2, "two")
    #expect(group.limit(limit))
    let run = try runInGroup(Self.scan(threads: 2, "run"))
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.preflight?.contains(" for 1 of 2 threads, ") == true, "\(run.preflight ?? "")")
    for name in ["features.safetensors", "labels.safetensors", "labels.txt", "run.json"] {
      #expect(try place.contents("run/" + name) == place.contents("two/" + name))
    }
    #expect(group.peak <= limit && group.killCount == 0)
  }

  @Test func row82WhatCannotFitIsRefusedBeforeAnyWork() throws {
    #expect(group.limit(try 2 * plan(threads: 1, "one")))
    let run = try runInGroup(Self.scan(threads: 1, "run"))
    #expect(run.status == 69)
    #expect(run.messages.hasPrefix("lensctl: memory: found "), "\(run.messages)")
    #expect(run.messages.contains(", a quarter of what is free, expected at least "))
    #expect(!place.has("run") && !place.has("run.partial"))
    #expect(group.killCount == 0)
  }
}
