// swift-tools-version: 6.1
import PackageDescription

/// Compiles tests without the optimizer, which takes longer than it saves.
let unoptimized: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

/// Exports the functions of OpenMP that oneDNN calls (Sources/CKernels/openmp.c).
let exporting: [LinkerSetting] = [
  .unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))
]

let package = Package(
  name: "cutline",
  products: [
    .library(name: "Captioning", targets: ["Captioning"]),
    .library(name: "Training", targets: ["Training"]),
    .executable(name: "cutline", targets: ["cutline"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CAlpha"),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "CPNG", dependencies: ["CAlpha"],
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"]), .brew(["nettle"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "CWorkers"),
    // Opens Cairo by name when something is drawn: see its header.
    .target(name: "CCairo", linkerSettings: [.linkedLibrary("dl")]),
    // Opens libarchive by name with the first packed archive: see its header.
    .target(name: "CArchive", linkerSettings: [.linkedLibrary("dl")]),
    // Opens libstemmer by name when METEOR is computed: see its header.
    .target(name: "CStemmer", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CInflate", linkerSettings: [.linkedLibrary("z")]),
    // Opens FFmpeg by name with the first clip: see its header.
    .target(name: "CMedia", dependencies: ["CAlpha"], linkerSettings: [.linkedLibrary("dl")]),
    // Each opens its library by name with the first picture that needs it: see their headers.
    .target(name: "CHEIF", dependencies: ["CAlpha"], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CJXL", dependencies: ["CAlpha"], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CTIFF", dependencies: ["CAlpha"], linkerSettings: [.linkedLibrary("dl")]),

    .target(name: "Files", dependencies: ["CLinux", "CNettle"]),
    .target(name: "Workers", dependencies: ["CWorkers", "Files"]),
    .target(name: "Tensors", dependencies: ["CKernels"]),
    .target(name: "Layers", dependencies: ["Files", "Tensors"]),
    .target(
      name: "Media",
      dependencies: ["CHEIF", "CJPEG", "CJXL", "CMedia", "CPNG", "CTIFF", "CWebP", "Files"]),
    .target(name: "Text"),
    .target(name: "Metrics", dependencies: ["CInflate", "CStemmer", "Files", "Text"]),
    .target(name: "Datasets", dependencies: ["Files", "Media", "Text"]),
    .target(name: "Reports", dependencies: ["CCairo", "Files", "Media"]),
    .target(name: "ImageEncoders", dependencies: ["Files", "Layers", "Media", "Tensors"]),
    .target(
      name: "Captioning",
      dependencies: ["Files", "ImageEncoders", "Layers", "Media", "Tensors", "Text"]),
    .target(
      name: "BatchCaptioning",
      dependencies: [
        "CArchive", "Captioning", "Files", "ImageEncoders", "Layers", "Media", "Reports", "Tensors",
        "Text", "Workers",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Captioning", "Datasets", "Files", "ImageEncoders", "Layers", "Media", "Metrics", "Reports",
        "Tensors", "Text",
      ]
    ),
    .target(
      name: "Evaluation",
      dependencies: [
        "Captioning", "Datasets", "Files", "Media", "Metrics", "Reports", "Tensors", "Text",
      ]),
    .target(name: "Synthesis", dependencies: ["Datasets", "Files", "Media", "Tensors"]),
    .executableTarget(
      name: "cutline",
      dependencies: [
        "BatchCaptioning", "Captioning", "Datasets", "Evaluation", "Files", "ImageEncoders",
        "Layers",
        "Media", "Metrics", "Reports", "Synthesis", "Tensors", "Text", "Training", "Workers",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // Read by whoever validates results, not by the program.
      exclude: ["Resources"], linkerSettings: exporting),

    .target(name: "CTestSupport", path: "Tests/CTestSupport"),
    // Its loops are naive: without the optimiser, the tests would take minutes.
    .target(
      name: "TestSupport", dependencies: ["CTestSupport", "Tensors"], path: "Tests/TestSupport",
      swiftSettings: [.unsafeFlags(["-O"])], linkerSettings: exporting),
    .testTarget(
      name: "BatchCaptioningTests",
      dependencies: [
        "BatchCaptioning", "Captioning", "Files", "ImageEncoders", "Layers", "Media", "Reports",
        "Tensors", "TestSupport", "Text", "Workers",
      ], swiftSettings: unoptimized),
    .testTarget(
      name: "CaptioningTests",
      dependencies: [
        "BatchCaptioning", "Captioning", "Files", "ImageEncoders", "Layers", "Media", "Reports",
        "Tensors", "TestSupport", "Text",
      ], swiftSettings: unoptimized),
    .testTarget(
      name: "CutlineTests",
      dependencies: [
        "cutline", "BatchCaptioning", "CTestSupport", "Captioning", "Datasets", "Files",
        "ImageEncoders", "Layers", "Media", "Reports", "Synthesis", "Tensors", "TestSupport",
        "Text", "Training", "Workers",
      ], swiftSettings: unoptimized),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Files", "Media", "TestSupport", "Text"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Datasets", "Evaluation", "Files", "Metrics", "Tensors", "TestSupport", "Text",
      ],
      swiftSettings: unoptimized),
    .testTarget(
      name: "FilesTests", dependencies: ["Files", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "ImageEncodersTests",
      dependencies: ["ImageEncoders", "Layers", "Media", "Tensors", "TestSupport"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "LayersTests", dependencies: ["Files", "Layers", "Tensors", "TestSupport"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "MediaTests", dependencies: ["Files", "Media", "TestSupport"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "MetricsTests", dependencies: ["Files", "Metrics", "TestSupport", "Text"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "ReportsTests", dependencies: ["Files", "Media", "Reports", "TestSupport"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "SynthesisTests",
      dependencies: ["Datasets", "Files", "Media", "Synthesis", "Tensors", "TestSupport", "Text"],
      swiftSettings: unoptimized),
    .testTarget(
      name: "TensorsTests", dependencies: ["CKernels", "Tensors", "TestSupport"],
      swiftSettings: unoptimized),
    .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: unoptimized),
    .testTarget(
      name: "WorkersTests",
      dependencies: ["CWorkers", "Files", "TestSupport", "WorkerProbe", "Workers"],
      swiftSettings: unoptimized),
    // A worker that does as badly as it is told: what the program itself must not be able to.
    .executableTarget(
      name: "WorkerProbe",
      dependencies: ["BatchCaptioning", "CWorkers", "Files", "ImageEncoders", "Media", "Workers"],
      path: "Tests/WorkerProbe"),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Captioning", "Datasets", "Files", "ImageEncoders", "Layers", "Media", "Metrics", "Reports",
        "Synthesis",
        "TestSupport", "Tensors", "Text", "Training",
      ], swiftSettings: unoptimized),
  ]
)

// Only scripts/docs needs it.
if Context.environment["CUTLINE_DOCC"] != nil {
  package.dependencies.append(
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"))
}
