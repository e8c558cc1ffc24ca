import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline train")
struct TrainCommandTests {
  let folder: TemporaryFolder

  /// A data set of the sample pictures, laid out as COCO.
  init() throws {
    folder = try TemporaryFolder()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    let images = names.enumerated().map { #"{"id": \#($0), "file_name": "\#($1)"}"# }
    let captions = names.enumerated().map { id, name in
      let words = name.split(separator: ".")[0].replacing("-", with: " ")
      return #"{"image_id": \#(id), "caption": "a \#(words)"}"#
    }
    let json =
      #"{"images": [\#(images.joined(separator: ","))], "#
      + #""annotations": [\#(captions.joined(separator: ","))]}"#
    for split in ["train", "val"] {
      try AtomicFile.write(json, to: "\(folder.path)/captions_\(split).json")
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/images", withDestinationPath: Pictures.folder)
  }

  static let options = [
    "train", ".", "--epochs", "4", "--batch-size", "2", "--min-count", "1", "--embed", "16",
    "--hidden", "16", "--save-every", "1", "-t", "1",
  ]

  func train(_ run: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(Self.options + ["-o", run] + more, in: folder.path)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(folder.path)/\(name)").withBytes { Array($0) }
  }

  @Test("killed again and again and started again, it ends with the model of an undisturbed run")
  func killed() throws {
    let straight = try train("straight")
    #expect(straight.status == 0, "\(straight.errors)")
    #expect(straight.output == "")
    #expect(
      straight.errors.contains("wrote straight/best. Use it:  cutline caption -m straight/best"))
    #expect(straight.errors.contains("CIDEr") && straight.errors.contains("*best*"))
    // Each life is a little longer than the one before; the last one lives.
    let script = """
      for life in 0.3 0.5 0.7 0.9 1.1; do
        timeout -s KILL $life "$0" \(Self.options.joined(separator: " ")) -o killed 2>/dev/null
      done
      exec "$0" \(Self.options.joined(separator: " ")) -o killed
      """
    let last = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(last.status == 0, "\(last.errors)")
    for name in ["model.safetensors", "optimizer.safetensors", "state.json"] {
      #expect(try bytes("killed/last/\(name)") == bytes("straight/last/\(name)"), "\(name)")
    }
    let kept = try namesInFolder("\(folder.path)/killed/checkpoints")
    #expect(kept.suffix(3) == ["step-0000014", "step-0000015", "step-0000016"])
    #expect(kept.count <= 4 && kept.allSatisfy { $0.hasPrefix("step-") }, "leftovers: \(kept)")
    #expect(try bytes("killed/best/state.json") == bytes("straight/best/state.json"))
    let caption = try Program.run(["-m", "killed/last", Pictures.jpeg], in: folder.path)
    #expect(caption.status == 0, "\(caption.errors)")
  }

  @Test("an interrupted run is saved, ends as its signal says, and goes on")
  func interrupted() throws {
    let command = Self.options.joined(separator: " ")
    let script = """
      "$0" \(command) --epochs 4000 -o run 2>log & child=$!
      until [ -e run/last ]; do sleep 0.05; done
      kill -INT $child; wait $child; echo $?
      "$0" \(command) --epochs 4000 -o run 2>>log & child=$!
      until [ "$(grep -c 'going on' log)" = 1 ]; do sleep 0.05; done
      "$0" \(command) --epochs 4000 -o run; echo $?
      kill -TERM $child; wait $child; echo $?
      """
    let result = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(result.lines == ["130", "75", "143"], "\(result.errors)")
    #expect(result.errors.contains("run: another cutline is training there."))
    let log = String(decoding: try bytes("log"), as: UTF8.self)
    #expect(log.contains("saved run/last at step "), "\(log)")
    #expect(log.contains("going on from run/checkpoints/step-"), "\(log)")
  }

  @Test("a run is not gone on with under other options, and says which")
  func otherOptions() throws {
    #expect(try train("run").status == 0)
    let other = try train("run", "--dropout", "0.1")
    #expect(other.status == 78)
    #expect(
      other.errors.contains("run: was begun with --dropout 0.5, not 0.1. Go on with the same"))
    // A damaged checkpoint is named, and the one before is used.
    try AtomicFile.write("{}", to: "\(folder.path)/run/last/state.json", overwriting: true)
    let again = try train("run")
    #expect(again.status == 0)
    #expect(again.errors.contains("step-0000016: is not whole"))
    #expect(again.errors.contains("going on from run/checkpoints/step-0000015"))
  }

  @Test("a run that diverges stops, and keeps no model of it")
  func diverges() throws {
    let result = try train("run", "--lr", "1e30")
    #expect(result.status == 3, "\(result.errors)")
    #expect(result.errors.contains("diverged") && result.errors.contains("--lr"))
    for name in try namesInFolder("\(folder.path)/run/checkpoints") {
      let verified = try Program.run(
        ["model", "verify", "run/checkpoints/\(name)"], in: folder.path)
      #expect(verified.status == 0, "\(verified.errors)")
    }
  }

  @Test(
    "numbers that make no sense are refused",
    arguments: [
      ["--lr", "0"], ["--lr", "nan"], ["--encoder-lr=-1"], ["--frozen-epochs=-1"],
      ["--hidden", "100000000"], ["--epochs", "0"], ["--batch-size", "10000000"],
    ])
  func usage(options: [String]) throws {
    let result = try Program.run(Self.options + ["-o", "run"] + options, in: folder.path)
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(options[0].split(separator: "=")[0]), "\(result.errors)")
  }

  @Test("a data set without captions is refused")
  func nothingToLearn() throws {
    try AtomicFile.write(
      #"{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}"#,
      to: "\(folder.path)/captions_train.json", overwriting: true)
    let result = try train("run")
    #expect(result.status == 65)
    #expect(result.errors.contains("has no captions to learn from"))
  }

  // MARK: Bad data

  /// The samples again, as a table, with lines that are no good.
  private func makeBadCollection() throws {
    try folder.makeFolder("bad")
    let good = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    for name in good {
      try makeFile(
        try Pictures.bytes(of: "\(Pictures.folder)/\(name)"), at: "\(folder.path)/bad/\(name)")
    }
    try folder.write("not a picture", to: "bad/text.jpg")
    let lines = good.map { "\($0)\ta picture\n" }.joined()
    try folder.write(lines + "text.jpg\tx\n../out.jpg\ty\n", to: "bad/train.tsv")
    try folder.write("\(good[0])\ta picture\nmissing.jpg\tz\n", to: "bad/val.tsv")
  }

  @Test("bad records and pictures stop a training before it begins, also those of the validation")
  func badData() throws {
    try makeBadCollection()
    func train() throws -> Program.Outcome {
      try Program.run(["train", "bad", "-o", "run", "--epochs", "1"], in: folder.path)
    }
    let record = try train()
    #expect(record.status == 65)
    #expect(
      record.errors.contains("cutline: bad/train.tsv, line 9: file name \"../out.jpg\" leads out"))
    let lines = try MappedFile("\(folder.path)/bad/train.tsv").withBytes { Array($0) }
    try folder.write(Array(lines.dropLast("../out.jpg\ty\n".utf8.count)), to: "bad/train.tsv")
    let picture = try train()
    #expect(picture.status == 65)
    #expect(
      picture.errors.contains("cutline: bad/text.jpg: not a picture or video in any known format"))
    #expect(
      picture.errors.hasSuffix(
        "\n      --skip-bad leaves such pictures out; cutline dataset check bad lists them.\n"))
    try folder.write(
      Array(lines.dropLast("text.jpg\tx\n../out.jpg\ty\n".utf8.count)), to: "bad/train.tsv")
    let validation = try train()
    #expect(validation.status == 66)
    #expect(validation.errors.contains("cutline: bad/missing.jpg: no such file"))
    #expect(!validation.errors.contains("epoch"))
  }

  @Test("--skip-bad leaves them out, says so, and a resumed run leaves out the same")
  func skippingBad() throws {
    try makeBadCollection()
    let options = [
      "train", "bad", "--skip-bad", "--min-count", "1", "--embed", "8", "--hidden", "8",
    ]
    let first = try Program.run(options + ["-o", "run", "--epochs", "1"], in: folder.path)
    #expect(first.status == 0, "\(first.errors)")
    #expect(
      first.errors.hasPrefix(
        "bad  tab-separated captions  train 8 images 8 captions | val 2 images"))
    #expect(first.errors.contains("cutline: left out: bad/train.tsv, line 9: file name"))
    #expect(first.errors.contains("cutline: left out: bad/text.jpg: not a picture"))
    #expect(first.errors.contains("cutline: left out: bad/missing.jpg: no such file"))
    #expect(
      first.errors.contains(
        "cutline: bad: left out 3 records and pictures. cutline dataset check bad"))
    let again = try Program.run(options + ["-o", "run", "--epochs", "1"], in: folder.path)
    #expect(again.status == 0 && again.errors.contains("going on from run/checkpoints"))
    // Once it is mended, the run would be another.
    try folder.write(try Pictures.bytes(of: Pictures.jpeg), to: "bad/text.jpg")
    let mended = try Program.run(options + ["-o", "run", "--epochs", "1"], in: folder.path)
    #expect(mended.status == 78)
    #expect(mended.errors.contains("DATASET's fingerprint"))
  }

  @Test("clips are not trained on yet, and a folder without captions is none to train on")
  func notTrainable() throws {
    try folder.makeFolder("clips")
    try folder.write("a.mp4\ta dog\n", to: "clips/captions.tsv")
    let clips = try Program.run(["train", "clips", "-o", "run"], in: folder.path)
    #expect(clips.status == 65)
    #expect(
      clips.errors.contains(
        "cutline: clips/a.mp4: is a clip, and training on clips comes in a later version."))
    try folder.write("a.jpg\ta dog\n", to: "clips/val.tsv")
    let validation = try Program.run(["train", "clips/val.tsv", "-o", "run"], in: folder.path)
    #expect(validation.status == 66)
    #expect(validation.errors.contains("has no pictures to learn from (split 'train'), only 'val'"))
    let none = try Program.run(["train", "runs", "-o", "run"], in: folder.path)
    #expect(none.status == 66)
  }
}
