// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "cutline",
  targets: [
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "Text"),
    // Its loops are naive: without the optimiser, the tests would take minutes.
    .target(
      name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport",
      swiftSettings: [.unsafeFlags(["-O"])]),
    .testTarget(name: "TensorsTests", dependencies: ["CKernels", "Tensors", "TestSupport"]),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
  ]
)
