import Files
import Foundation
import TestSupport
import Testing

/// On clips that the program draws itself, in folders that are called as their things move.
@Suite("cutline train --task classify")
struct ClassificationTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let drawn = try Program.run(
      [
        "dataset", "synthesize", "shapes", "--clips", "30", "--count", "0", "--val", "0", "-o",
        "shapes",
      ], in: folder.path)
    try #require(drawn.status == 0, "\(drawn.errors)")
    for split in ["train", "val"] {
      let captions = try json("shapes/clips/annotations/captions_\(split).json")
      let names = try captions["images"]?.elements?.map { try #require($0["file_name"]?.string) }
      for (name, annotation) in zip(names ?? [], captions["annotations"]?.elements ?? []) {
        try place(name, in: "labels/\(split)/\(motion(in: annotation["caption"]?.string ?? ""))")
      }
    }
  }

  /// "moves left", "grows" and so on, in capitals, which labels do not keep.
  private func motion(in caption: String) -> String {
    let words = caption.split(separator: " ").map(String.init)
    let place = words.firstIndex { ["moves", "grows", "shrinks"].contains($0) } ?? 0
    return words[place...].prefix(words[place] == "moves" ? 2 : 1).joined(separator: " ")
      .capitalized
  }

  private func place(_ clip: String, in label: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/\(label)", withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(folder.path)/shapes/clips/images/\(clip)",
      toPath: "\(folder.path)/\(label)/\(clip)"
    )
  }

  private func json(_ name: String) throws -> JSONValue { try JSONValue(reading: bytes(name)) }

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(folder.path)/\(name)").withBytes { Array($0) }
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  private func train(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      ["train"] + arguments + [
        "--task", "classify", "--epochs", "2", "--embed", "8", "--hidden", "8", "--batch-size",
        "8", "--frame-step", "4", "--save-every", "1", "-t", "1",
      ], in: folder.path)
  }

  @Test("it learns labels, says how many are right, goes on after a stop, and labels clips")
  func learns() throws {
    let trained = try train("labels", "-o", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("folders of labels  train 30 clips 30 captions | val "))
    #expect(trained.errors.contains("labels  6: "), "\(trained.errors)")
    let evaluation = try #require(
      trained.errors.split(separator: "\n").first { $0.hasPrefix("eval") })
    #expect(
      evaluation.contains("  frames 0.") && evaluation.contains("  clips 0."), "\(evaluation)")
    #expect(!trained.errors.contains("BLEU") && !trained.errors.contains("CIDEr"))
    #expect(try text("run/metrics.csv").contains(",frame_accuracy,clip_accuracy\n"))
    let rows = try text("run/train.jsonl").split(separator: "\n").map {
      try JSONValue(reading: Array($0.utf8))
    }
    let epoch = try #require(rows.last)
    #expect(epoch["event"] == "epoch" && epoch["bleu_4"] == nil)
    let accuracies = [epoch["frame_accuracy"]?.number, epoch["clip_accuracy"]?.number]
    #expect(accuracies.allSatisfy { $0.map((0...1).contains) ?? false })

    let model = try json("run/best/config.json")
    #expect(model["decoder"]?["type"] == "frame_classifier" && model["decode"]?["beam"] == 1)
    #expect(model["decode"]?["max_words"] == 1 && model["frames"] == ["every": 4, "at_most": 78])
    let words = try json("run/best/vocab.json")
    let labels = ["moves left", "moves right", "moves up", "moves down", "grows", "shrinks"]
    #expect(labels.allSatisfy { words[$0] != nil }, "\(words)")
    let info = try Program.run(["model", "info", "run/best"], in: folder.path)
    #expect(info.output.contains("frame-classifier, lstm, embedding "), "\(info.output)")
    #expect(try Program.run(["model", "verify", "run/best"], in: folder.path).status == 0)

    let expected = try bytes("run/last/model.safetensors")
    let checkpoints = try namesInFolder("\(folder.path)/run/checkpoints").sorted()
    try FileManager.default.removeItem(
      atPath: "\(folder.path)/run/checkpoints/\(try #require(checkpoints.last))")
    let resumed = try train("labels", "-o", "run")
    #expect(resumed.errors.contains("resuming from run/checkpoints/"), "\(resumed.errors)")
    #expect(try bytes("run/last/model.safetensors") == expected)
    // What a run was told can be told another.
    let again = try Program.run(
      ["train", "labels", "--config", "run/config.json", "-o", "again"], in: folder.path)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try bytes("again/last/model.safetensors") == expected)
    try checkCaptions(labels)
  }

  /// Checks the captions that the model in `run` gives to clips.
  private func checkCaptions(_ labels: [String]) throws {
    let clip = "shapes/clips/images/val_000001.avi"
    for option in ["--force-words=grows", "--min-words=2", "--no-repeat=2"] {
      let refused = try Program.run(["caption", clip, "-m", "run/best", option], in: folder.path)
      #expect(refused.status == 64, "\(refused.errors)")
      #expect(
        refused.errors.contains("is for sentences, and the model writes labels. Leave it out."))
    }
    let plain = try Program.run(["caption", clip, "-m", "run/best"], in: folder.path)
    #expect(plain.status == 0 && labels.contains { plain.output.contains($0) }, "\(plain.output)")
    let all = try Program.run(
      ["caption", clip, "-m", "run/best", "-k", "9", "-f", "jsonl"], in: folder.path)
    let row = try JSONValue(reading: Array(try #require(all.lines.first).utf8))
    let captions = try #require(row["segments"]?.elements?[0]["captions"]?.elements)
    #expect(captions.compactMap { $0["text"]?.string }.sorted() == labels.sorted())
    let probabilities = captions.compactMap { $0["logprob"]?.number }.map { exp($0) }
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-3)
    #expect(probabilities == probabilities.sorted(by: >))
    #expect(captions.allSatisfy { $0["words"]?.elements?.count == 1 })
    let parts = try Program.run(
      ["caption", clip, "-m", "run/best", "-m", "run/last", "--every", "1", "-o", "clip.srt"],
      in: folder.path)
    #expect(parts.status == 0, "\(parts.errors)")
    #expect(try text("clip.srt").hasPrefix("1\n00:00:00,000 --> 00:00:0"))
  }

  @Test("labels may be the captions of any collection, and clips folders of frames or pictures")
  func collections() throws {
    let photo = try Pictures.bytes(of: Pictures.jpeg)
    try folder.makeFolder("frames")
    for clip in ["walk", "run"] {
      try folder.makeFolder("frames/\(clip)")
      for number in 0..<3 { try folder.write(photo, to: "frames/\(clip)/f\(number).jpg") }
    }
    try folder.write(photo, to: "frames/still.jpg")
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "walk"}, {"id": 2, "file_name": "run"},
                  {"id": 3, "file_name": "still.jpg"}],
       "annotations": [{"image_id": 1, "caption": "A dog walks"},
                       {"image_id": 1, "caption": "a dog  walks"},
                       {"image_id": 2, "caption": "a dog runs"},
                       {"image_id": 3, "caption": "nothing"}]}
      """, to: "frames/captions_train.json")
    let trained = try train(
      "frames", "--cell", "gru", "--layers", "2", "--residual", "--overfit", "3", "-o", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("labels  3: a dog runs, a dog walks, nothing\n"))
    let captioned = try Program.run(
      ["caption", "frames/still.jpg", "-m", "run/best", "-k", "3"], in: folder.path)
    #expect(
      captioned.status == 0 && captioned.output.contains("a dog walks"), "\(captioned.output)")
  }

  @Test("a clip without a label, or with two, ends it before anything is learned, or is left out")
  func badLabels() throws {
    let table = "train_000001.avi\tleft\ntrain_000002.avi\tright\ntrain_000003.avi\t"
    let images = "shapes/clips/images"
    for (caption, problem) in [
      ("up\ntrain_000003.avi\tdown", #"has different labels: "up", "down". Give it one"#),
      (" ", "has no label. Give it one caption"),
    ] {
      try folder.write("\(table)\(caption)\n", to: "\(images)/captions.tsv")
      let refused = try train(images, "-o", "bad")
      #expect(refused.status == 65)
      #expect(
        refused.errors.contains("\(images)/train_000003.avi: \(problem)"), "\(refused.errors)")
      #expect(!isFolder("\(folder.path)/bad/last"))
      let skipped = try train(images, "--skip-bad", "-o", "good")
      #expect(skipped.status == 0, "\(skipped.errors)")
      #expect(skipped.errors.contains("left out: \(images)/train_000003.avi: \(problem)"))
      try removeRun("good")
    }
    try folder.write(
      "train_000001.avi\tleft\ntrain_000002.avi\tLeft\n", to: "\(images)/captions.tsv")
    let one = try train(images, "-o", "bad")
    #expect(one.status == 65)
    #expect(one.errors.contains("\(images): has the label \"left\" alone to learn from."))
  }

  private func removeRun(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
  }

  @Test("a label that only the validation part has is named")
  func unlearnedLabel() throws {
    try place("val_000001.avi", in: "labels/val/Jumps")
    let refused = try train("labels", "-o", "run")
    #expect(refused.status == 65)
    #expect(
      refused.errors.contains(
        "labels/val/Jumps/val_000001.avi: its label \"jumps\" is none of those to learn from: \"grows\","
      ), "\(refused.errors)")
    let skipped = try train("labels", "--skip-bad", "-o", "run")
    #expect(skipped.status == 0, "\(skipped.errors)")
    #expect(skipped.errors.contains("left out: labels/val/Jumps/val_000001.avi: its label"))
  }

  @Test(
    "options about sentences are refused",
    arguments: [
      "--decoder s2vt", "--attention soft", "--tied", "--min-count 1", "--max-words 5",
      "--no-repeat 2", "--length-penalty average", "--word-vectors x", "--sampling linear",
      "--self-critical-epochs 1", "--word-dropout 0.1", "--norm-stabilizer 1",
      "--batch-words 100", "--select cider",
    ])
  func refused(option: String) throws {
    let words = option.split(separator: " ").map(String.init)
    let refused = try Program.run(
      ["train", "nothing", "--task", "classify", "-o", "run"] + words, in: folder.path)
    #expect(refused.status == 64)
    let name = words[0] == "--select" ? option : words[0]
    #expect(
      refused.errors.contains(
        "\(name) is for sentences, and --task classify writes one label. Leave it out."),
      "\(refused.errors)")
  }

  @Test("the accuracy of labels is no score of sentences")
  func selection() throws {
    let refused = try Program.run(
      ["train", "nothing", "--select", "accuracy", "-o", "run"], in: folder.path)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--select accuracy is for labels. Add --task classify."))
  }

  @Test("--start-from keeps a classifier's labels and adds new ones; a captioner is refused")
  func startFrom() throws {
    #expect(try train("labels", "-o", "run").status == 0)
    let labels = try folderNames("labels/train")
    let last = try #require(labels.last)
    for split in ["train", "val"] {
      try FileManager.default.moveItem(
        atPath: "\(folder.path)/labels/\(split)/\(last)",
        toPath: "\(folder.path)/labels/\(split)/Another")
    }
    let more = try train("labels", "--start-from", "run/last", "-o", "more")
    #expect(more.status == 0, "\(more.errors)")
    let old = try json("run/last/vocab.json")
    let new = try json("more/last/vocab.json")
    for label in labels {
      let number = old[label.lowercased()]?.integer
      #expect(number != nil && new[label.lowercased()]?.integer == number, "\(label)")
    }
    #expect(new["another"]?.integer == 4 + labels.count)
    let captioner = try Program.run(
      ["train", "shapes/clips", "--start-from", "run/last", "-o", "other"], in: folder.path)
    #expect(captioner.status == 78)
    #expect(captioner.errors.contains("is a classifier of clips"), "\(captioner.errors)")
  }

  private func folderNames(_ path: String) throws -> [String] {
    try namesInFolder("\(folder.path)/\(path)").sorted()
  }
}
