import Files
import TestSupport
import Testing

@Suite("The confidence of captions")
struct ConfidenceCommandTests {
  let shapes: ShapesCaptioner
  private let model = ShapesCaptioner.calibrated
  private let noise = ShapesCaptioner.noise

  init() throws { shapes = try ShapesCaptioner() }

  /// A picture whose caption the model is sure of.
  private func surePicture() throws -> String {
    let found = try ShapesCaptioner.pictures.first { try shapes.row($0).doubt == nil }
    return try #require(found, "the model is unsure of all pictures that it has learned from")
  }

  /// Captions pictures, each with an option that is refused.
  private func expectRefusal(
    by model: String, _ options: [String], _ message: String
  ) throws {
    for command in [["caption"], ["batch", "-o", "refused"]] {
      let refused = try Program.run(
        command + [noise, "-m", model] + options, in: shapes.folder.path)
      #expect(refused.status == 78 && refused.output.isEmpty, "\(refused.errors)")
      #expect(refused.errors.contains(message), "\(refused.errors)")
    }
  }

  @Test("a picture unlike those that were learned from has less, and a warning says why")
  func unfamiliar() throws {
    let unlike = try shapes.row(noise)
    let least = try #require(unlike.confidence)
    #expect(least >= 0 && least < 0.5)
    #expect(unlike.isWithheld == false && unlike.texts?.isEmpty == false)
    let message = try #require(unlike.doubt)
    #expect(message.hasPrefix("unsure ("), "\(message)")
    #expect(message.contains(" %): unlike the photos the model learned from"), "\(message)")
    for picture in ShapesCaptioner.pictures {
      let confidence = try #require(try shapes.row(picture).confidence)
      #expect(confidence > least && confidence <= 1, "\(picture)")
    }

    let text = try shapes.run("caption", noise, "-m", model)
    #expect(text.status == 0 && text.lines == unlike.texts)
    #expect(text.errors == "cutline: \(noise): \(message)\n")
    #expect(try shapes.run("caption", noise, "-m", model, "-q").errors.isEmpty)
    let sure = try shapes.run("caption", try surePicture(), "-m", model)
    #expect(sure.status == 0 && sure.errors.isEmpty, "\(sure.errors)")
  }

  @Test("the captions are those of the model before its calibration, which has no confidence")
  func sameCaptions() throws {
    for picture in [noise, ShapesCaptioner.pictures[0]] {
      let (before, after) = try (
        shapes.row(picture, by: ShapesCaptioner.plain), shapes.row(picture)
      )
      #expect(before.confidence == nil && before.doubt == nil)
      #expect(before.texts == after.texts && before.logProbability == after.logProbability)
    }
  }

  @Test("--min-confidence 1 withholds every caption, without an error, and says so")
  func withheld() throws {
    for picture in [noise, try surePicture()] {
      let row = try shapes.row(picture, "--min-confidence", "1")
      #expect(row.isWithheld == true && row.texts?.isEmpty == true, "\(row.json)")
      #expect(row.confidence == (try shapes.row(picture).confidence))
      #expect(row.json["settings"]?["min_confidence"] == 1)
      let text = try shapes.run("caption", picture, "-m", model, "--min-confidence", "1")
      #expect(text.status == 0 && text.output.isEmpty)
      #expect(
        text.errors.contains("\(picture): ") && text.errors.contains("withheld"), "\(text.errors)")
      let given = try shapes.row(picture, "--min-confidence", "0")
      #expect(given.isWithheld == false && given.texts?.isEmpty == false)
    }
  }

  @Test("--min-confidence unsure withholds the captions that the model warns of")
  func unsure() throws {
    let sure = try surePicture()
    for (picture, isUnsure) in [(noise, true), (sure, false)] {
      let row = try shapes.row(picture, "--min-confidence", "unsure")
      #expect(row.isWithheld == isUnsure && row.texts?.isEmpty == isUnsure, "\(row.json)")
      #expect((row.doubt != nil) == isUnsure)
      #expect(row.json["settings"]?["min_confidence"] == "unsure")
    }
    let both = try shapes.run(
      "caption", noise, sure, "-m", model, "--min-confidence", "unsure", "--tags", "1")
    try #require(both.status == 0 && both.lines.count == 2, "\(both.output)")
    #expect(both.lines[0].hasPrefix("\(noise)\t\t"), "its tags stay: \(both.output)")
    #expect(both.lines[1].hasPrefix("\(sure)\t"), "\(both.output)")
    #expect(both.errors.contains("\(noise): unsure (") && both.errors.contains("; withheld\n"))
  }

  @Test("--hedge stands before captions that the model is unsure of, and before no others")
  func hedge() throws {
    for picture in ShapesCaptioner.pictures + [noise] {
      let (plain, hedged) = try (
        shapes.row(picture, "-k", "2"), shapes.row(picture, "-k", "2", "--hedge", "Could be: ")
      )
      let start = plain.doubt == nil ? "" : "Could be: "
      #expect(hedged.texts == plain.texts?.map { start + $0 }, "\(picture)")
      // Words and numbers stay those of the model.
      #expect(hedged.words == plain.words && hedged.logProbability == plain.logProbability)
      #expect(hedged.json["settings"]?["hedge"] == "Could be: ")
    }
    let text = try shapes.run("caption", noise, "-m", model, "--hedge", "Could be: ")
    #expect(text.output.hasPrefix("Could be: "), "\(text.output)")
    let sure = try shapes.run("caption", try surePicture(), "-m", model, "--hedge", "Could be: ")
    #expect(!sure.output.contains("Could be"), "\(sure.output)")
  }

  @Test("a batch counts what it withholds, and does not try it again")
  func batch() throws {
    func batch(_ arguments: String...) throws -> Program.Outcome {
      try Program.run(
        ["batch", "pictures", "-o", "out", "-m", model, "-f", "txt"] + arguments,
        in: shapes.folder.path)
    }
    let count = ShapesCaptioner.pictures.count + 1
    let result = try batch("--min-confidence", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("done 7 (7 withheld), failed 0 (see out/summary.json)"))
    let summary = try shapes.json("out/summary.json")
    #expect(summary["withheld"]?.integer == count && summary["captioned"]?.integer == count)
    let rows = try shapes.rows(ofBatch: "out")
    #expect(rows.count == count)
    #expect(rows.allSatisfy { $0.isWithheld == true && $0.texts?.isEmpty == true })
    // An empty file would be one that a power cut has left.
    #expect(try shapes.text("out/noise.txt") == "\n")
    let again = try batch("--min-confidence", "1")
    #expect(again.status == 0 && again.errors.contains("7 already done"), "\(again.errors)")
    let same = try shapes.json("out/summary.json")
    #expect(same["new"] == 0 && same["withheld"]?.integer == count)

    // Another limit is another caption.
    let unsure = try batch("--min-confidence", "unsure")
    #expect(unsure.status == 0 && !unsure.errors.contains("already done"), "\(unsure.errors)")
    let newRows = try shapes.rows(ofBatch: "out")
    let withheld = newRows.filter { $0.isWithheld == true }.map(\.file)
    #expect(newRows.count == count && withheld.contains(noise) && withheld.count < count)
    #expect(try shapes.json("out/summary.json")["withheld"]?.integer == withheld.count)
    for row in newRows {
      let stem = row.file.split(separator: "/").last?.split(separator: ".").first ?? ""
      let text = (row.texts ?? []).map { "\($0)\n" }.joined()
      #expect(try shapes.text("out/\(stem).txt") == (text.isEmpty ? "\n" : text))
    }
  }

  @Test("shards that are put together keep the number of captions that are withheld")
  func shards() throws {
    let options = ["-o", "out", "-m", model, "--min-confidence", "1"]
    func run(_ arguments: String...) throws -> Program.Outcome {
      try Program.run(["batch"] + arguments + options, in: shapes.folder.path)
    }
    var count = 0
    for index in 0..<2 {
      let part = try run("pictures", "--shard", "\(index)/2")
      #expect(part.status == 0, "\(part.errors)")
      let summary = try shapes.json("out/summary-0000\(index)-of-00002.json")
      count += summary["withheld"]?.integer ?? 0
    }
    #expect(count == 7)
    let merged = try run("--merge")
    #expect(merged.status == 0, "\(merged.errors)")
    #expect(try shapes.json("out/summary.json")["withheld"] == 7)
    #expect(try run("pictures").errors.contains("7 already done"))
    #expect(try shapes.json("out/summary.json")["withheld"] == 7)
  }

  @Test("without a calibration, and for several models, the options are refused, with what to do")
  func notCalibrated() throws {
    for option in [["--min-confidence", "0.5"], ["--hedge", "Could be: "]] {
      let message =
        "\(option[0]): the model does not know how sure it is, or several caption together. "
        + "Calibrate one: cutline model calibrate MODEL DATASET -o DIR"
      try expectRefusal(by: ShapesCaptioner.plain, option, message)
      try expectRefusal(by: model, ["-m", ShapesCaptioner.plain] + option, message)
    }
    let together = try shapes.row(noise, "-m", ShapesCaptioner.plain)
    #expect(together.confidence == nil && together.doubt == nil)
  }

  @Test("captions drawn at random have no confidence")
  func sampling() throws {
    #expect(try shapes.row(noise, "--sample").confidence == nil)
    for option in [["--min-confidence", "unsure"], ["--hedge", "Could be: "]] {
      try expectRefusal(
        by: model, ["--sample"] + option,
        "\(option[0]): there is no confidence in captions drawn at random. Leave out --sample.")
    }
  }

  @Test("what is no probability is wrong use", arguments: ["1.01", "-0.1", "nan", "often", "50%"])
  func wrongConfidence(value: String) throws {
    let refused = try shapes.run("caption", noise, "-m", model, "--min-confidence=\(value)")
    #expect(refused.status == 64 && refused.output.isEmpty)
    #expect(refused.errors.contains("--min-confidence"), "\(refused.errors)")
  }
}
