// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "cutline",
  targets: [
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "Text"),
    .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Tensors", "TestSupport"]),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
  ]
)
