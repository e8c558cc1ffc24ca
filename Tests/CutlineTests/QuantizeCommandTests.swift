import Captioning
import Files
import TestSupport
import Testing

@Suite("cutline model quantize")
struct QuantizeCommandTests {
  /// Returns a model that was quantized on the collection that it was trained on, and what was said.
  private func quantized(_ options: String...) throws -> (ShapesCaptioner, messages: String) {
    let shapes = try ShapesCaptioner(withDataset: true)
    let result = try Program.run(
      ["model", "quantize", "./plain", "--calibrate", "shapes", "-o", "fast"] + options,
      in: shapes.folder.path)
    try #require(result.status == 0, "\(result.errors)")
    return (shapes, result.errors)
  }

  @Test("adds a file to a copy of the model, and scores the captions in each precision")
  func copy() throws {
    let (shapes, messages) = try quantized("--pictures", "40")
    #expect(messages.contains(" are quantized, by 40 pictures; the features change by "))
    #expect(messages.contains("f32: CIDEr ") && messages.contains("int8: CIDEr "))
    #expect(
      messages.contains("wrote fast. Use it: cutline caption -m fast --precision int8 PHOTO\n"))
    #expect(try shapes.run("model", "verify", "./fast").status == 0)
    let before = try namesInFolder("\(shapes.folder.path)/plain")
    let after = try namesInFolder("\(shapes.folder.path)/fast")
    #expect(Set(after) == Set(before + ["quantization.json"]))
    for name in before where name != "SHA256SUMS" {
      #expect(try shapes.bytes("fast/\(name)") == shapes.bytes("plain/\(name)"), "\(name)")
    }
    let info = try shapes.run("model", "info", "./fast")
    #expect(info.output.contains("% of captions as in f32"), "\(info.output)")
    let json = try shapes.run("model", "info", "./fast", "--json").output
    #expect(json.contains("\"quantized\": true"))
  }

  @Test("captions are written in whole numbers, and auto chooses them")
  func captions() throws {
    let (shapes, _) = try quantized("--pictures", "40")
    for precision in ["int8", "auto", "f32"] {
      let row = try shapes.row(
        ShapesCaptioner.pictures[0], "--precision", precision, by: "./fast")
      #expect(ShapesCaptioner.captions.contains(row.texts?.first ?? ""))
    }
    let exact = try shapes.row(ShapesCaptioner.pictures[0], by: "./fast")
    let rounded = try shapes.row(ShapesCaptioner.pictures[0], "--precision", "int8", by: "./fast")
    #expect(
      exact.logProbability != rounded.logProbability,
      "as good as f32, so not what was asked for")
    #expect(rounded.json.compactText.contains("\"precision\":\"int8\""))
    #expect(!exact.json.compactText.contains("precision"))
    // Matrices that are stored in bfloat16 are read in every precision, too.
    let exported = try shapes.run("model", "export", "./fast", "-o", "half")
    #expect(exported.status == 0, "\(exported.errors)")
    for precision in ["f32", "bf16", "int8"] {
      let row = try shapes.row(
        ShapesCaptioner.pictures[0], "--precision", precision, by: "./half")
      #expect(ShapesCaptioner.captions.contains(row.texts?.first ?? ""))
      let (found, wanted) = (row.logProbability ?? 0, exact.logProbability ?? 0)
      #expect(abs(found - wanted) < 0.2, "\(precision): \(found) instead of \(wanted)")
    }
    let scored = try shapes.run("eval", "shapes", "-m", "./fast", "--precision", "int8")
    #expect(scored.status == 0 && scored.output.contains("CIDEr"), "\(scored.errors)")
  }

  @Test("pictures without captions calibrate it; layers that lose too much are kept and listed")
  func pictures() throws {
    let shapes = try ShapesCaptioner()
    let result = try shapes.run(
      "model", "quantize", "./plain", "--calibrate", "pictures", "-o", "fast", "--tolerance", "0")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("0 of "), "\(result.errors)")
    #expect(!result.errors.contains("CIDEr"), "\(result.errors)")
    #expect(result.errors.contains(" stays in floating point: rounded, it changes them by "))
    // What is not measured is not chosen.
    let row = try shapes.row(ShapesCaptioner.pictures[0], "--precision", "auto", by: "./fast")
    #expect(!row.json.compactText.contains("int8"))
    // With --force it may replace the model itself.
    let again = try shapes.run(
      "model", "quantize", "./fast", "--calibrate", "pictures", "-o", "fast", "--force")
    #expect(again.status == 0, "\(again.errors)")
    #expect(!again.errors.contains("stays in floating point"), "\(again.errors)")
  }

  @Test("bad input ends with advice, and writes nothing")
  func refusals() throws {
    let shapes = try ShapesCaptioner()
    for folder in ["empty", "one", "bad", "same"] {
      try makeFolder("\(shapes.folder.path)/\(folder)")
    }
    try shapes.folder.write("text", to: "empty/notes.txt")
    try shapes.folder.write(try shapes.bytes("pictures/train_000001.png"), to: "one/a.png")
    try shapes.folder.write("no picture", to: "bad/a.png")
    try shapes.folder.write(try shapes.bytes("pictures/train_000001.png"), to: "bad/b.png")
    try shapes.folder.write(try shapes.bytes("pictures/train_000001.png"), to: "same/a.png")
    try shapes.folder.write(try shapes.bytes("pictures/train_000001.png"), to: "same/b.png")
    let cases: [(source: String, status: Int32, message: String)] = [
      ("empty", 65, "empty: has no pictures. Name a folder of some hundred pictures"),
      ("one", 65, "one: has one picture only."),
      ("same", 65, "same: all pictures are the same."),
      ("bad", 65, "bad/a.png: "),
      ("missing", 66, "missing: "),
    ]
    for (source, status, message) in cases {
      let refused = try shapes.run(
        "model", "quantize", "./plain", "--calibrate", source, "-o", "new")
      #expect(refused.status == status, "\(source): \(refused.status) \(refused.errors)")
      #expect(refused.output.isEmpty && refused.errors.contains(message), "\(refused.errors)")
      #expect(!isFolder("\(shapes.folder.path)/new"))
    }
    let unquantized = try shapes.run(
      "caption", ShapesCaptioner.pictures[0], "-m", "./plain", "--precision", "int8")
    #expect(unquantized.status == 69, "\(unquantized.status)")
    #expect(
      unquantized.errors.contains(
        "plain: has no quantization.json, which int8 needs. Make one: cutline model quantize"),
      "\(unquantized.errors)")
    let existing = try shapes.run(
      "model", "quantize", "./plain", "--calibrate", "pictures", "-o", "calibrated")
    #expect(existing.status == 73 && existing.errors.contains("calibrated: exists already."))
  }

  @Test("a damaged quantization, or one of a newer version, is told")
  func damaged() throws {
    let (shapes, _) = try quantized("--pictures", "40", "--no-scores")
    let path = "\(shapes.folder.path)/fast/quantization.json"
    let good = String(decoding: try shapes.bytes("fast/quantization.json"), as: UTF8.self)
    let first = try #require(good.split(separator: "\"").first { $0.hasPrefix("features") })
    let cases = [
      (good.replacing("quantization/1", with: "quantization/2"), "was written by a newer Cutline"),
      (good.replacing("\"uint8\"", with: "\"int4\""), "is not a type with a scale above 0"),
      (
        good.replacing("\"scale\": 0", with: "\"scale\": -0"),
        "is not a type with a scale above 0"
      ),
      (good.replacing(first, with: "elsewhere"), "'layers.elsewhere' is no layer of the encoder"),
      (String(good.dropLast(5)), "is not as it should be"),
    ]
    for (text, message) in cases {
      try AtomicFile.write(Array(text.utf8), to: path, overwriting: true)
      let result = try shapes.run(
        "caption", ShapesCaptioner.pictures[0], "-m", "./fast", "--precision", "int8")
      #expect(result.status == 78 || result.status == 65, "\(result.status)")
      #expect(result.errors.contains(message), "\(message): \(result.errors)")
    }
  }
}
