import Captioning
import Files
import Foundation
import ImageEncoders
import Tensors
import TestSupport
import Testing
import Text

@Suite("cutline model calibrate")
struct CalibrateCommandTests {
  @Test("writes a copy of the model that is whole, and says how many captions are right")
  func copy() throws {
    let shapes = try ShapesCaptioner()
    #expect(
      shapes.report.contains("right: 40 of 60 captions reach the median of people's, CIDEr-D "),
      "\(shapes.report)")
    #expect(shapes.report.contains("on halves that were not fitted: expected calibration error 0"))
    #expect(
      shapes.report.contains(
        "wrote calibrated. Use it: cutline caption -m calibrated PHOTO --json\n"))
    let verified = try shapes.run("model", "verify", ShapesCaptioner.calibrated)
    #expect(verified.status == 0, "\(verified.errors)")
    let before = try namesInFolder("\(shapes.folder.path)/plain")
    let after = try namesInFolder("\(shapes.folder.path)/calibrated")
    #expect(Set(after) == Set(before + ["confidence.safetensors"]))
    for name in before where name != "SHA256SUMS" {
      #expect(try shapes.bytes("calibrated/\(name)") == shapes.bytes("plain/\(name)"), "\(name)")
    }
    let file = try SafetensorsFile("\(shapes.folder.path)/calibrated/confidence.safetensors")
    #expect(file["mean"]?.shape == [576] && file["directions"]?.shape == [64, 576])
    let info = try shapes.run("model", "info", ShapesCaptioner.calibrated, "--json")
    #expect(info.status == 0, "\(info.errors)")
  }

  @Test("a confidence that has changed since is a damaged model")
  func damaged() throws {
    let shapes = try ShapesCaptioner()
    let name = "calibrated/confidence.safetensors"
    var bytes = try shapes.bytes(name)
    bytes[bytes.count - 1] ^= 1
    try shapes.folder.write(bytes, to: name)
    for command in [["model", "verify"], ["caption", ShapesCaptioner.noise, "-m"]] {
      let result = try Program.run(
        command + [ShapesCaptioner.calibrated], in: shapes.folder.path)
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors.contains("confidence.safetensors"), "\(result.errors)")
    }
  }

  @Test("a calibrated model is exported with its confidence")
  func exported() throws {
    let shapes = try ShapesCaptioner()
    let exported = try shapes.run("model", "export", ShapesCaptioner.calibrated, "-o", "half")
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(try shapes.run("model", "verify", "half").status == 0)
    #expect(
      try shapes.bytes("half/confidence.safetensors")
        == shapes.bytes("calibrated/confidence.safetensors"))
    #expect(try shapes.row(ShapesCaptioner.noise, by: "./half").confidence != nil)
  }

  @Test("with --force it may replace the model itself, which gets the same numbers again")
  func replacing() throws {
    let shapes = try ShapesCaptioner(withDataset: true)
    let before = try shapes.bytes("calibrated/confidence.safetensors")
    let options = ["model", "calibrate", ShapesCaptioner.calibrated, "shapes", "-o"]
    for folder in [ShapesCaptioner.calibrated, "pictures"] {
      let refused = try Program.run(options + [folder], in: shapes.folder.path)
      #expect(refused.status == 73)
      #expect(refused.errors.contains("\(folder): exists already."), "\(refused.errors)")
    }
    let replaced = try Program.run(
      options + [ShapesCaptioner.calibrated, "--force"], in: shapes.folder.path)
    #expect(replaced.status == 0, "\(replaced.errors)")
    #expect(try shapes.run("model", "verify", ShapesCaptioner.calibrated).status == 0)
    #expect(try shapes.bytes("calibrated/confidence.safetensors") == before)
  }

  /// Expects a calibration to be refused, and to write nothing.
  private func expectRefusal(
    _ model: String, _ dataset: String, in folder: TemporaryFolder, status: Int32, _ message: String
  ) throws {
    let refused = try Program.run(
      ["model", "calibrate", model, dataset, "-o", "new"], in: folder.path)
    #expect(refused.status == status, "\(refused.errors)")
    #expect(refused.output.isEmpty && refused.errors.contains(message), "\(refused.errors)")
    #expect(!isFolder("\(folder.path)/new"))
  }

  @Test("a data set without validation pictures, or with few of them, is refused")
  func fewPictures() throws {
    let shapes = try ShapesCaptioner()
    let lines = ShapesCaptioner.pictures.map { "\($0.dropFirst(9))\ta red circle\n" }
    try shapes.folder.write(lines.joined(), to: "pictures/captions.tsv")
    try expectRefusal(
      ShapesCaptioner.plain, "pictures", in: shapes.folder, status: 65,
      "pictures: has no validation split to calibrate by.")
    let few = try SmallCollection(validated: 3) { "a picture of number \($0)" }
    try expectRefusal(
      "\(shapes.folder.path)/plain", ".", in: few.folder, status: 65,
      "its validation split has 3 pictures with captions, and 50 are needed.")
  }

  @Test("captions that cannot be compared with those of other people are refused")
  func oneCaption() throws {
    let shapes = try ShapesCaptioner()
    let drawn = try shapes.run(
      "dataset", "synthesize", "shapes", "--count", "2", "--val", "50", "-o", "single")
    try #require(drawn.status == 0, "\(drawn.errors)")
    try expectRefusal(
      ShapesCaptioner.plain, "single", in: shapes.folder, status: 65,
      "single: some pictures of its validation split have one caption only.")
  }

  @Test("captions that are all right or all wrong say nothing of the confidence")
  func allAlike() throws {
    let shapes = try ShapesCaptioner(withDataset: true)
    for captions in [ShapesCaptioner.captions, ShapesCaptioner.otherCaptions] {
      try ShapesCaptioner.writeCaptions("val", 50, in: shapes.folder) { _ in captions }
      try expectRefusal(
        ShapesCaptioner.plain, "shapes", in: shapes.folder, status: 65,
        "captions of its validation split are right, which is too few or too many"
      )
    }
  }

  @Test("links, and checkpoints that a training resumes from, are not replaced")
  func keptFolders() throws {
    let shapes = try ShapesCaptioner(withDataset: true)
    try shapes.folder.makeFolder("checkpoint")
    try shapes.folder.write("", to: "checkpoint/config.json")
    try shapes.folder.write("", to: "checkpoint/optimizer.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: "\(shapes.folder.path)/best", withDestinationPath: "checkpoint")
    for (output, message) in [
      ("best", "is a checkpoint of a training"), ("checkpoint", "is a checkpoint of a training"),
    ] {
      let result = try shapes.run(
        "model", "calibrate", ShapesCaptioner.plain, "shapes", "-o", output, "--force")
      #expect(result.status == 73 && result.errors.contains(message), "\(result.errors)")
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(shapes.folder.path)/link", withDestinationPath: ShapesCaptioner.plain)
    let result = try shapes.run(
      "model", "export", ShapesCaptioner.plain, "-o", "link", "--force")
    #expect(result.status == 73 && result.errors.contains("is a symbolic link"), "\(result.errors)")
  }

  @Test("a classifier of clips is refused")
  func classifierOfClips() throws {
    let folder = try TemporaryFolder()
    var configuration = ModelConfiguration(encoder: EncoderConfiguration(.smallCNN))
    let decoder = DecoderConfiguration(.frameClassifier, embeddingSize: 8, hiddenSize: 8)
    configuration.decoder = decoder
    let vocabulary = Vocabulary(words: ["left", "right"])
    let encoder = configuration.encoder.makeEncoder()
    let model = CaptionModel(
      encoder: encoder,
      decoder: decoder.makeDecoder(reading: encoder, vocabularySize: vocabulary.count))
    try ModelDirectory.write(
      .init(
        configuration: configuration,
        parameters: model.parameters.map { ($0.parameter.name, $0.value) },
        words: (vocabulary, WordCounts(counting: [["left", "right"]])), card: "# A model\n"),
      to: "\(folder.path)/labels", precision: .float32)
    try expectRefusal(
      "./labels", Pictures.folder, in: folder, status: 78,
      "./labels: labels clips. Only captioners of sentences can be calibrated.")
  }
}
