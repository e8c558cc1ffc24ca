// swift-tools-version: 6.1
import PackageDescription

// A program outside the package, which sees only what is public. scripts/consumer builds and runs it.
let package = Package(
  name: "consumer",
  dependencies: [.package(name: "cutline", path: "../..")],
  targets: [
    .executableTarget(
      name: "Consumer",
      dependencies: [
        .product(name: "Captioning", package: "cutline"),
        .product(name: "Training", package: "cutline"),
      ])
  ]
)
