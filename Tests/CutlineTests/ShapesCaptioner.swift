import Captioning
import Files
import Foundation
import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Testing

/// A captioner with a classifier, trained and calibrated on drawn shapes, and some pictures.
///
/// All captions that it has learned from say the same, whatever a picture shows, and so do its own.
/// People say the same of 40 of the 60 validation pictures, so that 40 of its captions are right.
struct ShapesCaptioner {
  let folder: TemporaryFolder
  /// The messages of the calibration.
  let report: String

  /// The model before its calibration, and after it.
  static let plain = "./plain"
  static let calibrated = "./calibrated"
  /// Pictures that it has learned from.
  static let pictures = (1...6).map { "pictures/train_00000\($0).png" }
  /// A picture unlike all of these.
  static let noise = "pictures/noise.png"
  /// The classes of its classifier, and the word that it knows of each.
  static let classes: [(line: String, label: String, word: String?)] = [
    ("ball, sphere, circle", "ball", "circle"), ("Square, shape", "Square", "square"),
    ("oak, tree, plant", "oak", nil), ("lake, water", "lake", nil),
    ("sedan, car, red", "sedan", "red"), ("cottage, house", "cottage", nil),
    ("menu", "menu", nil),
  ]
  /// The captions of most pictures, and those of every third in the validation part.
  static let captions = ["a red circle", "there is a red circle"]
  static let otherCaptions = ["a blue square", "here is a blue square"]
  static let validationCount = 60

  /// - Parameter hasDataset: True for the collection that it was trained on, too: `shapes`.
  /// - Throws: What went wrong when it was made.
  init(withDataset hasDataset: Bool = false) throws {
    folder = try TemporaryFolder()
    let made = try Self.made.get()
    report = made.report
    for (name, bytes) in made.files where hasDataset || !name.hasPrefix("shapes/") {
      let file = URL(fileURLWithPath: "\(folder.path)/\(name)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try folder.write(bytes, to: name)
    }
  }

  // MARK: Use

  func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: folder.path)
  }

  /// Captions a picture, and checks its row against the schema.
  func row(
    _ picture: String, _ options: String..., by model: String = ShapesCaptioner.calibrated
  ) throws -> ResultRow {
    let result = try Program.run(
      ["caption", picture, "-m", model, "-f", "jsonl"] + options, in: folder.path)
    try #require(result.status == 0, "\(result.errors)")
    return try ResultRow(try #require(result.lines.first))
  }

  /// The rows of a batch, by the names of their files.
  func rows(ofBatch output: String) throws -> [ResultRow] {
    try text("\(output)/results.jsonl").split(separator: "\n").map { try ResultRow(String($0)) }
      .sorted { $0.file < $1.file }
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(folder.path)/\(name)").withBytes { Array($0) }
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func json(_ name: String) throws -> JSONValue { try JSONValue(reading: bytes(name)) }

  /// Replaces a file of a model, and lists the new checksums.
  func rewrite(_ name: String, of model: String, with text: String) throws {
    let path = "\(folder.path)/\(model)"
    try AtomicFile.write(text, to: "\(path)/\(name)", overwriting: true)
    let list = try ChecksumList(
      of: try namesInFolder(path).filter { $0 != "SHA256SUMS" }, in: path)
    try AtomicFile.write(list.text, to: "\(path)/SHA256SUMS", overwriting: true)
  }

  // MARK: Making

  /// Made once: it takes some seconds.
  private static let made = Result { try Made() }

  private struct Made: Sendable {
    /// The files, by their paths.
    var files: [String: [UInt8]] = [:]
    let report: String

    init() throws {
      let folder = try TemporaryFolder()
      func cutline(_ arguments: String...) throws -> String {
        let result = try Program.run(arguments, in: folder.path)
        try #require(result.status == 0, "\(result.errors)")
        return result.errors
      }
      try ShapesCaptioner.writeEncoder(to: "\(folder.path)/encoder")
      _ = try cutline(
        "dataset", "synthesize", "shapes", "--count", "128", "--val",
        "\(ShapesCaptioner.validationCount)", "-o", "shapes")
      try ShapesCaptioner.writeCaptions("train", 128, in: folder) { number in
        ShapesCaptioner.captions + (number == 1 ? ["a square"] : [])
      }
      try ShapesCaptioner.writeCaptions("val", ShapesCaptioner.validationCount, in: folder) {
        $0 % 3 == 1 ? ShapesCaptioner.otherCaptions : ShapesCaptioner.captions
      }
      _ = try cutline(
        "train", "shapes", "--encoder-model", "./encoder", "-o", "run", "--epochs", "16",
        "--batch-size", "16", "--min-count", "1", "--embed", "16", "--hidden", "16", "--lr", "1e-2",
        "--warmup", "0", "--dropout", "0", "--no-repeat-words", "--no-bad-endings")
      _ = try cutline("model", "export", "run/last", "-o", "plain", "--precision", "f32")
      report = try cutline("model", "calibrate", "./plain", "shapes", "-o", "calibrated")
      for part in ["shapes", "plain", "calibrated"] {
        let names = try #require(FileManager.default.enumerator(atPath: "\(folder.path)/\(part)"))
        for case let name as String in names where isFile("\(folder.path)/\(part)/\(name)") {
          let file = try MappedFile("\(folder.path)/\(part)/\(name)")
          files["\(part)/\(name)"] = file.withBytes { Array($0) }
        }
      }
      for picture in ShapesCaptioner.pictures {
        files[picture] = files[picture.replacing("pictures/", with: "shapes/images/")]
      }
      files[ShapesCaptioner.noise] = ShapesCaptioner.noisePicture.pngBytes
    }
  }

  /// Writes a network with formula weights that reads pictures of 64 pixels.
  private static func writeEncoder(to path: String) throws {
    var encoder = EncoderConfiguration(.mobileNetV3Small)
    encoder.preprocessing = ImagePreprocessing(
      framing: .squash, size: 64, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25])
    encoder.classCount = classes.count
    let parameters = encoder.makeEncoder().parameters.map { parameter, value in
      (
        name: "encoder.\(parameter.name)",
        value: FormulaWeights.parameter(parameter.name, value.shape)
      )
    }
    let lines = classes.map(\.line).joined(separator: "\n")
    try ModelDirectory.write(
      .init(
        configuration: ModelConfiguration(encoder: encoder), parameters: parameters, words: nil,
        classes: PictureClasses(lines), card: "# An encoder for tests\n"),
      to: path, precision: .float32)
  }

  /// Replaces the captions of a part of `shapes`.
  ///
  /// - Parameters:
  ///   - part: The part, `train` or `val`.
  ///   - count: The number of its pictures.
  ///   - folder: The folder of `shapes`.
  ///   - captions: Returns the captions of each picture by its number, from 1.
  /// - Throws: An error from writing the file.
  static func writeCaptions(
    _ part: String, _ count: Int, in folder: TemporaryFolder, captions: (Int) -> [String]
  ) throws {
    let numbers = Array(1...count)
    let images = numbers.map { number -> JSONValue in
      let zeros = String(repeating: "0", count: 6 - "\(number)".count)
      return ["id": .number(Double(number)), "file_name": .string("\(part)_\(zeros)\(number).png")]
    }
    let annotations = numbers.flatMap { number in
      captions(number).map { caption -> JSONValue in
        ["image_id": .number(Double(number)), "caption": .string(caption)]
      }
    }
    let json: JSONValue = ["images": .array(images), "annotations": .array(annotations)]
    try folder.write(json.compactText, to: "shapes/annotations/captions_\(part).json")
  }

  /// Strong noise in all colours.
  private static var noisePicture: Image {
    var state: UInt32 = 1
    let pixels = (0..<64 * 64 * 3).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    return Image(width: 64, height: 64, pixels: pixels)
  }
}

/// A row of results about a picture, which fits the schema.
struct ResultRow {
  let json: JSONValue

  init(_ line: String) throws {
    json = try JSONValue(reading: Array(line.utf8))
    let schema = try JSONSchema(
      reading: "\(Pictures.folder)/../../Sources/cutline/Resources/result.schema.json")
    #expect(schema.problems(of: json) == [])
  }

  var file: String { json["file"]?.string ?? "" }
  private var segment: JSONValue? { json["segments"]?.elements?.first }
  /// The captions; nil for a failure.
  private var captions: [JSONValue]? { segment?["captions"]?.elements }
  var texts: [String]? { captions?.compactMap { $0["text"]?.string } }
  /// The log-probability of the best caption.
  var logProbability: Double? { captions?.first?["logprob"]?.number }
  var words: [String]? { captions?.first?["words"]?.elements?.compactMap { $0["w"]?.string } }
  var confidence: Double? { segment?["confidence"]?.number }
  /// Nil if there are none, not even an empty list.
  var tags: [JSONValue]? { segment?["tags"]?.elements }
  /// True if row and segment say that captions are withheld, nil if they contradict each other.
  var isWithheld: Bool? {
    let flags = [json["withheld"], segment?["withheld"]].map { $0 == .boolean(true) }
    return flags[0] == flags[1] ? flags[0] : nil
  }
  /// The warning that the model is unsure; nil if it is sure.
  var doubt: String? {
    json["warnings"]?.elements?.first { $0["code"]?.string == "unsure" }?["message"]?.string
  }
}
