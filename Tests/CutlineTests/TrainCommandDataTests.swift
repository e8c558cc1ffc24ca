import Files
import TestSupport
import Testing

// Data sets that a training refuses, or reads only in part.

extension TrainCommandTests {
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
        "cutline: bad: left out 3 records and pictures; cutline dataset check bad"))
    let again = try Program.run(options + ["-o", "run", "--epochs", "1"], in: folder.path)
    #expect(again.status == 0 && again.errors.contains("resuming from run/checkpoints"))
    // Once it is mended, the run would be another.
    try folder.write(try Pictures.bytes(of: Pictures.jpeg), to: "bad/text.jpg")
    let mended = try Program.run(options + ["-o", "run", "--epochs", "1"], in: folder.path)
    #expect(mended.status == 78)
    #expect(mended.errors.contains("run: was started on other training data: "))
  }

  @Test("a folder without captions to learn from is none to train on")
  func notTrainable() throws {
    try folder.makeFolder("clips")
    try folder.write("a.jpg\ta dog\n", to: "clips/val.tsv")
    let validation = try Program.run(["train", "clips/val.tsv", "-o", "run"], in: folder.path)
    #expect(validation.status == 66)
    #expect(validation.errors.contains("has no pictures to learn from (split 'train'), only 'val'"))
    let none = try Program.run(["train", "runs", "-o", "run"], in: folder.path)
    #expect(none.status == 66)
  }
}
