// swift-tools-version: 6.2

import PackageDescription

// Its own package, so that building and testing the engine does not build it. `make fuzz` adds the
// flags that instrument the engine: no target of a dependency can be given them here.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "lensctl", path: "../..")],
  targets: [
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "Fuzz", dependencies: ["CFuzzer", .product(name: "Engine", package: "lensctl")],
      swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)],
      // GNU gold cannot link what is instrumented.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
  ]
)
