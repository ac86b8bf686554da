import Testing

@testable import Engine

@Suite struct ControlGroupTests {
  static let mountsV2 = """
    22 27 0:20 / /sys rw,nosuid - sysfs sysfs rw
    30 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate

    """

  static let mountsV1 = """
    31 22 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
    32 31 0:28 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:15 - cgroup cgroup \
    rw,cpu,cpuacct
    33 31 0:29 /docker/ab /sys/fs/cgroup/cpuset ro,nosuid master:16 - cgroup cgroup rw,cpuset
    34 31 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
    """

  @Test func groupsOfVersion2GoUpToTheMountPoint() {
    let groups = ControlGroup.all(ofProcess: "0::/user.slice/a b\n", mounts: Self.mountsV2)
    #expect(
      groups.map(\.directory) == [
        "/sys/fs/cgroup/user.slice/a b", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup",
      ])
    #expect(groups.allSatisfy { $0.version == 2 })
  }

  /// A container that sees the host's paths has its own group mounted at the top.
  @Test func groupsOfVersion1AreThoseOfTheCPUControllerBelowTheMountedRoot() {
    let memberships = """
      5:cpuset:/docker/ab
      4:cpu,cpuacct:/docker/ab/job:1
      1:name=systemd:/docker/ab
      0::/system.slice
      """
    #expect(
      ControlGroup.all(ofProcess: memberships, mounts: Self.mountsV1) == [
        ControlGroup(version: 1, directory: "/sys/fs/cgroup/cpu,cpuacct/job:1"),
        ControlGroup(version: 1, directory: "/sys/fs/cgroup/cpu,cpuacct"),
        ControlGroup(version: 2, directory: "/sys/fs/cgroup/unified/system.slice"),
        ControlGroup(version: 2, directory: "/sys/fs/cgroup/unified"),
      ])
  }

  @Test(arguments: ["0::/../other\n", "0::/\n"])
  func groupsOutsideOfTheMountAreThoseOfTheMountPoint(memberships: String) {
    #expect(
      ControlGroup.all(ofProcess: memberships, mounts: Self.mountsV2) == [
        ControlGroup(version: 2, directory: "/sys/fs/cgroup")
      ])
  }

  @Test(arguments: [
    ("", mountsV2), ("0::/a", ""), ("nonsense\n0:/\n:::", mountsV2), ("3:cpu:/a", mountsV2),
    ("0::/a", "30 22 0:26 / /sys/fs/cgroup rw -\n- cgroup2 x y\n30 22 0:26 / /c rw cgroup2 x y"),
  ])
  func nothingComesOfOtherTexts(memberships: String, mounts: String) {
    #expect(ControlGroup.all(ofProcess: memberships, mounts: mounts).isEmpty)
  }

  @Test(arguments: [
    ("50000 100000\n", 0.5), ("200000 100000", 2), ("150000 100000\n", 1.5), ("max 100000\n", nil),
    ("max", nil), ("", nil), ("0 100000", nil), ("1 0", nil), ("-1 5", nil), ("x y", nil),
  ])
  func quotaOfVersion2IsThatOfCPUMax(text: String, processors: Double?) {
    let group = ControlGroup(version: 2, directory: "/g")
    #expect(group.quota { $0 == "/g/cpu.max" ? text : nil } == processors)
  }

  static let version1: [(quota: String?, period: String?, processors: Double?)] = [
    ("50000\n", "100000\n", 0.5), ("250000", "100000", 2.5), ("-1\n", "100000\n", nil),
    (nil, "100000", nil), ("50000", nil, nil), ("", "100000", nil),
  ]

  @Test(arguments: version1)
  func quotaOfVersion1IsOfTwoFiles(quota: String?, period: String?, processors: Double?) {
    let files = ["/g/cpu.cfs_quota_us": quota, "/g/cpu.cfs_period_us": period]
    let group = ControlGroup(version: 1, directory: "/g")
    #expect(group.quota { files[$0] ?? nil } == processors)
  }

  @Test func groupsOfVersion1AreThoseOfTheControllerAskedFor() {
    let memberships = "5:memory:/docker/ab/job\n4:cpu,cpuacct:/docker/ab\n"
    let mounts = """
      32 31 0:28 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
      33 31 0:29 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
      """
    #expect(
      ControlGroup.all(ofProcess: memberships, mounts: mounts, controller: "memory") == [
        ControlGroup(version: 1, directory: "/sys/fs/cgroup/memory/job"),
        ControlGroup(version: 1, directory: "/sys/fs/cgroup/memory"),
      ])
  }

  @Test(arguments: [
    ("1073741824\n", 1_073_741_824), ("0", 0), ("max\n", nil), ("", nil), ("-1", nil),
    ("1 2", nil), ("1e9", nil), ("9223372036854771712\n", nil), ("9999999999999999999999", nil),
  ])
  func theLimitOfMemoryIsThatOfOneFile(text: String, bytes: Int?) {
    for (version, file) in [(2, "/g/memory.max"), (1, "/g/memory.limit_in_bytes")] {
      let group = ControlGroup(version: version, directory: "/g")
      #expect(group.memoryLimit { $0 == file ? text : nil } == bytes)
    }
  }

  /// Of 1000 bytes, what is used and what of it is cache that gives way; what is left.
  static let uses: [(used: String?, cache: String?, free: Int)] = [
    (nil, nil, 1000), ("600\n", nil, 400), ("600\n", "100", 500), ("600", "700", 1000),
    ("1300", "100", 0), ("many", "100", 1000), ("600", "x", 400), ("600", "1 2", 400),
  ]

  @Test(arguments: uses)
  func whatIsUsedCountsButForCacheThatGivesWay(used: String?, cache: String?, free: Int) {
    let own = cache.map { "anon 5\ninactive_file \($0)\nactive_file 7\n" }
    let version2 = ["memory.max": "1000\n", "memory.current": used, "memory.stat": own]
    // The figure without `total_` leaves the groups below out.
    let total = cache.map { "inactive_file 1\ntotal_inactive_file \($0)\n" }
    let version1 = [
      "memory.limit_in_bytes": "1000", "memory.usage_in_bytes": used, "memory.stat": total,
    ]
    for (version, files) in [(2, version2), (1, version1)] {
      let group = ControlGroup(version: version, directory: "/g")
      #expect(group.freeMemory { files[String($0.dropFirst(3))] ?? nil } == free)
    }
  }

  @Test func withoutALimitNothingIsSaidOfWhatIsFree() {
    let group = ControlGroup(version: 2, directory: "/g")
    #expect(group.freeMemory { $0 == "/g/memory.max" ? "max" : "600" } == nil)
  }
}
