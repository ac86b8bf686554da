// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "lensctl",
  products: [
    .library(name: "Engine", targets: ["Engine"]),
    .executable(name: "lensctl", targets: ["lensctl"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
  ],
  targets: [
    // MARK: - C libraries
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CZlib",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),

    // MARK: - The library and its driver
    .target(name: "CKernels"),
    .target(name: "CDistributions"),
    .target(
      name: "Engine",
      dependencies: [
        "CDistributions",
        "CKernels",
        "COpenBLAS",
        "CZlib",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .target(
      name: "Report",
      dependencies: ["Engine"],
      swiftSettings: strict),
    .executableTarget(
      name: "lensctl",
      dependencies: [
        "Engine",
        "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "enginebench",
      dependencies: ["COpenBLAS", "Engine"],
      path: "benchmarks",
      exclude: ["SPEED.md", "peers.py", "scaling.py"],
      swiftSettings: strict),

    // MARK: - Tests
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", .product(name: "Crypto", package: "swift-crypto")],
      exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "ReportTests",
      dependencies: ["Engine", "Report"],
      swiftSettings: strict),
    .testTarget(
      name: "LensctlTests",
      dependencies: ["Engine", "lensctl"],
      swiftSettings: strict),
  ]
)
