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
    .library(name: "Export", targets: ["Export"]),
    .executable(name: "lensctl", targets: ["lensctl"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // MARK: - C libraries
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CXXHash",
      pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(
      name: "CZlib",
      pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd",
      pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"])]),

    // MARK: - The library and its driver
    .target(name: "CKernels"),
    .target(name: "CSystem"),
    .target(name: "CDistributions"),
    .target(
      name: "Engine",
      dependencies: [
        "CDistributions",
        "CKernels",
        "COpenBLAS",
        "CXXHash",
        "CSystem",
        "CZlib",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    // Apart from the engine, which needs neither SQLite nor Zstandard.
    .target(
      name: "Export",
      dependencies: [
        "CZlib",
        "CZstd",
        "Engine",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .target(
      name: "Report",
      dependencies: ["Engine"],
      swiftSettings: strict),
    // Apart from the engine, for it alone reads TOML.
    .target(
      name: "Campaign",
      dependencies: ["Engine", .product(name: "TOMLKit", package: "TOMLKit")],
      swiftSettings: strict),
    .executableTarget(
      name: "lensctl",
      dependencies: [
        "Campaign",
        "CSystem",
        "Engine",
        "Export",
        "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "enginebench",
      dependencies: ["COpenBLAS", "Engine"],
      path: "benchmarks",
      exclude: ["SPEED.md", "exports.py", "peers.py", "scaling.py"],
      swiftSettings: strict),

    // MARK: - Tests
    .testTarget(
      name: "CampaignTests",
      dependencies: ["Campaign", "Engine"],
      swiftSettings: strict),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", .product(name: "Crypto", package: "swift-crypto")],
      exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "ExportTests",
      dependencies: ["Engine", "Export"],
      swiftSettings: strict),
    .testTarget(
      name: "ReportTests",
      dependencies: ["Engine", "Report"],
      swiftSettings: strict),
    .testTarget(
      name: "LensctlTests",
      dependencies: ["Campaign", "Engine", "Export", "lensctl"],
      swiftSettings: strict),
  ]
)
