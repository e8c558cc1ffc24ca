// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "cutline",
  targets: [
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("dnnl")]),
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"]), .brew(["nettle"])]),
    .systemLibrary(name: "CLinux"),

    .target(name: "Files", dependencies: ["CLinux", "CNettle"]),
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "Layers", dependencies: ["Tensors"]),
    .target(name: "Text"),
    .target(name: "Datasets", dependencies: ["Files"]),
    .target(name: "ImageEncoders", dependencies: ["Layers", "Tensors"]),
    .target(
      name: "Captioning", dependencies: ["Files", "ImageEncoders", "Layers", "Tensors", "Text"]),

    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Files", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], exclude: ["Fixtures"]),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
  ]
)
