import Engine
import Foundation
import Testing

/// Faults of the system beneath a scan, by their rows.
@Suite struct SystemFaultTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  /// A scan of 48 features in shards of ten, by a line of bash.
  private static func scan(_ out: String) -> String {
    "$LENSCTL scan \(Workplace.model.joined(separator: " ")) "
      + "--sae \(Commands.fixtures)/sae/standard-new --labels labels.txt --shard-size 10 --out \(out)"
  }

  /// The files of a run that are the same however it was computed.
  private func contents(_ run: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: place.path + "/" + run)
    where name != "environment.json" {
      contents[name] = try place.contents(run + "/" + name)
    }
    return contents
  }

  /// Whether a small file system can be mounted, for which one must be root.
  private static let canMount: Bool = {
    guard let place = try? Workplace() else { return false }
    let line = "mkdir try && mount -t tmpfs -o size=4k tmpfs try && umount try"
    return (try? place.shell(line))?.status == 0
  }()

  @Test func row92LocaleAndTimeZoneChangeNothing() throws {
    #expect(try place.shell(Self.scan("plain")).status == 0)
    for variables in ["LC_ALL=de_DE.UTF-8 TZ=Pacific/Kiritimati", "LC_ALL=tr_TR.UTF-8 LANG=tr"] {
      #expect(try place.shell("\(variables) \(Self.scan("other --force"))").status == 0)
      #expect(try contents("other") == contents("plain"), "\(variables)")
    }
  }

  /// A disk of every size from one that holds nothing to one that holds the run.
  @Test(.enabled(if: canMount, "no file system can be mounted here"))
  func row77AFullDiskLosesNothing() throws {
    let disk = place.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    #expect(try place.shell("mount -t tmpfs -o size=4k tmpfs disk").status == 0)
    defer { _ = try? place.shell("umount disk") }
    #expect(try place.shell(Self.scan("plain")).status == 0)
    var statuses: Set<Int32> = []
    for kilobytes in stride(from: 4, through: 240, by: 12) {
      _ = try place.shell("rm -rf disk/*; mount -o remount,size=\(kilobytes)k disk")
      let run = try place.shell(Self.scan("disk/run"))
      statuses.insert(run.status)
      if run.status != 0 {
        #expect(run.status == 74, "\(run.messages)")
        #expect(run.messages.hasSuffix(": no space left\n"), "\(run.messages)")
        #expect(!place.has("disk/run"))
        let files = try place.shell("find disk -name '*.tmp.*'").output
        #expect(files.isEmpty, "temporary files stay: \(files)")
      }
      _ = try place.shell("mount -o remount,size=4m disk")
      let again = try place.shell(Self.scan("disk/run"))
      #expect(again.status == 0, "\(kilobytes) KiB: \(again.messages)")
      #expect(try contents("disk/run") == contents("plain"), "\(kilobytes) KiB")
      #expect(!place.has("disk/run.partial"))
    }
    #expect(statuses == [0, 74], "disks too small and large enough were tried")
  }
}
