import Foundation
import Testing

@testable import Engine

@Suite struct HubCacheTests {
  static let commit = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"

  /// The order of `constants.py` in huggingface_hub.
  @Test func firstVariableThatIsSetNamesTheCache() {
    var environment = ["HOME": "/h"]
    #expect(HubCache(environment: environment).root == "/h/.cache/huggingface/hub")
    environment["XDG_CACHE_HOME"] = "/x"
    #expect(HubCache(environment: environment).root == "/x/huggingface/hub")
    environment["HF_HOME"] = "~/hf"
    #expect(HubCache(environment: environment).root == "/h/hf/hub")
    environment["HUGGINGFACE_HUB_CACHE"] = "/old"
    #expect(HubCache(environment: environment).root == "/old")
    environment["HF_HUB_CACHE"] = "/new"
    #expect(HubCache(environment: environment).root == "/new")
    environment["HF_HUB_CACHE"] = ""
    #expect(HubCache(environment: environment).root == "/old")
  }

  /// A cache with one model whose branches `main` and `pr/1` name the one commit.
  private func makeCache() throws -> (TemporaryDirectory, HubCache) {
    let directory = try TemporaryDirectory()
    let model = "models--org--name.v1"
    try directory.write("\(model)/refs/main", Self.commit)
    try directory.write("\(model)/refs/pr/1", Self.commit + "\n")
    try directory.write("\(model)/refs/hostile", "../../../etc")
    try directory.write("\(model)/refs/gone", String(repeating: "0", count: 40))
    try directory.write("\(model)/snapshots/\(Self.commit)/config.json", "{}")
    return (directory, HubCache(root: directory.path))
  }

  @Test(arguments: [
    "org/name.v1", "hf:org/name.v1", "org/name.v1@main", "org/name.v1@pr/1",
    "org/name.v1@\(commit)",
  ])
  func revisionsResolveToTheirCommit(reference: String) throws {
    let (directory, cache) = try makeCache()
    let found = try cache.resolve(reference)
    #expect(found.commit == Self.commit)
    #expect(
      found.directory == "\(directory.path)/models--org--name.v1/snapshots/\(Self.commit)")
  }

  @Test func pathsThatExistWin() throws {
    let (directory, cache) = try makeCache()
    let found = try cache.resolve(directory.path)
    #expect(found == HubCache.Resolved(directory: directory.path, commit: nil))
  }

  @Test(arguments: [
    ("org/other", "hf download org/other"),
    ("hf:org/other", "hf download org/other"),
    ("org/name.v1@v2", "hf download org/name.v1 --revision v2"),
    ("org/name.v1@gone", "hf download org/name.v1 --revision gone"),
    ("org/name.v1@hostile", "hf download org/name.v1 --revision hostile"),
  ])
  func absentModelsComeWithTheCommandThatFetchesThem(reference: String, command: String) throws {
    let (directory, cache) = try makeCache()
    defer { withExtendedLifetime(directory) {} }
    do {
      _ = try cache.resolve(reference)
      Issue.record("resolved \(reference)")
    } catch {
      #expect(error.kind == .missingInput)
      #expect(
        error.description == "\(reference): not in the local cache; to fetch it: \(command)")
    }
  }

  @Test(arguments: [
    "name", "a/b/c", "../name", "org/..", "/", "org/", "org/na me", "org/name@", "org/name@../main",
    "org/name@/etc", "org/name@a//b", "org/name@$(x)", "org/name@-x", "-org/name", "org/näme",
    "org/name@a\u{1B}", "hf:", "",
  ])
  func hostileNamesNeverReachTheDisk(reference: String) throws {
    let (directory, cache) = try makeCache()
    defer { withExtendedLifetime(directory) {} }
    do {
      let found = try cache.resolve(reference)
      // "/" is a directory that exists, and a path that exists wins.
      #expect(reference == "/" && found.commit == nil)
    } catch {
      #expect(
        error.description == "\(reference.printable()): no such file or directory")
    }
  }
}
