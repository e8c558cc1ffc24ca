// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "cutline",
  targets: [
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .target(name: "Media", dependencies: ["CJPEG", "CPNG", "CWebP"]),
    .testTarget(name: "MediaTests", dependencies: ["Media"]),
    .target(name: "Text"),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
  ]
)
