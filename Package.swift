// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "cutline",
  targets: [
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"]), .brew(["nettle"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "Files", dependencies: ["CLinux", "CNettle"]),
    .testTarget(
      name: "FilesTests", dependencies: ["Files", "TestSupport"], exclude: ["Fixtures"]),
    .target(name: "Datasets", dependencies: ["Files"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Files", "TestSupport"]),
    .target(name: "Text"),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
    .target(name: "TestSupport", path: "Tests/TestSupport"),
  ]
)
