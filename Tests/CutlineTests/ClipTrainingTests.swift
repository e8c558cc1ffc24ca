import Files
import Foundation
import TestSupport
import Testing

/// On clips that the program draws itself.
@Suite("cutline train on clips")
struct ClipTrainingTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let drawn = try Program.run(
      [
        "dataset", "synthesize", "shapes", "--clips", "8", "--count", "0", "--val", "0", "-o",
        "shapes",
      ],
      in: folder.path)
    try #require(drawn.status == 0, "\(drawn.errors)")
  }

  private func train(_ arguments: String...) throws -> Program.Outcome {
    let attends = arguments.contains { ["temporal-attention", "show-attend-tell"].contains($0) }
    return try Program.run(
      ["train"] + arguments + [
        "--epochs", "1", "--min-count", "1", "--embed", "8", "--hidden", "8", "--batch-size", "4",
        "-t", "1",
      ] + (attends ? ["--annotation-size", "8", "--attention-size", "8"] : []), in: folder.path,
      environment: ["CUTLINE_CACHE": "\(folder.path)/cache"])
  }

  private func json(_ name: String) throws -> JSONValue {
    try JSONValue(reading: MappedFile("\(folder.path)/\(name)").withBytes { Array($0) })
  }

  @Test(
    "every decoder learns from clips, and captions them by the frames that it has learned from",
    arguments: ["s2vt", "temporal-attention", "lrcn", "video-mean", "show-attend-tell"])
  func decoders(decoder: String) throws {
    let trained = try train(
      "shapes/clips", "--decoder", decoder, "--frame-step", "3", "-o", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    let model = try json("run/best/config.json")
    #expect(model["frames"] == ["every": 3, "at_most": 59])
    let info = try Program.run(["model", "info", "run/best"], in: folder.path)
    #expect(info.output.contains("every 3rd frame, 59 at most\n"), "\(info.output)")
    let clip = "shapes/clips/images/val_000001.avi"
    let captioned = try Program.run(
      ["caption", clip, "-m", "run/best", "-f", "jsonl"], in: folder.path)
    #expect(captioned.status == 0, "\(captioned.errors)")
    let row = try JSONValue(reading: Array((captioned.lines.first ?? "").utf8))
    // The first of sixteen, and every third.
    #expect(row["segments"]?.elements?[0]["frames"] == 6)
    #expect(row["settings"]?["frames"] == ["every": 3, "at_most": 59])
    let fewer = try Program.run(
      ["caption", clip, "-m", "run/best", "-f", "jsonl", "--frames", "2"], in: folder.path)
    let other = try JSONValue(reading: Array((fewer.lines.first ?? "").utf8))
    #expect(other["segments"]?.elements?[0]["frames"] == 2)
  }

  @Test("so many words that no frames are left are refused, with what fits")
  func tooManyWords() throws {
    func train(_ more: String...) throws -> Program.Outcome {
      try Program.run(
        ["train", "shapes/clips", "--decoder", "s2vt", "--dry-run", "--min-count", "1"] + more,
        in: folder.path)
    }
    let refused = try train("--max-words", "78")
    #expect(refused.status == 78)
    #expect(
      refused.errors.contains("At most --max-words 77 fits; or set the number of frames"),
      "\(refused.errors)")
    let small = ["--embed", "8", "--hidden", "8", "--batch-size", "4", "-t", "1"]
    for fitting in [["--max-words", "77"], ["--max-words", "78", "--frames", "3"]] {
      let result = try Program.run(
        ["train", "shapes/clips", "--decoder", "s2vt", "--dry-run", "--min-count", "1"] + fitting
          + small, in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test("another run takes the config.json of one on clips, its choice of frames included")
  func configuration() throws {
    let first = try train("shapes/clips", "--frames", "3", "-o", "first")
    #expect(first.status == 0, "\(first.errors)")
    let second = try Program.run(
      ["train", "shapes/clips", "--config", "first/config.json", "-o", "second"], in: folder.path)
    #expect(second.status == 0, "\(second.errors)")
    #expect(try json("second/last/config.json") == json("first/last/config.json"))
    #expect(try json("second/config.json")["settings"] == json("first/config.json")["settings"])
  }

  @Test("what a frozen encoder sees in frames is kept for all decoders that look at the same ones")
  func cache() throws {
    let first = try train(
      "shapes/clips", "--decoder", "video-mean", "--frame-step", "5", "-o", "encoder")
    #expect(first.status == 0, "\(first.errors)")
    func size() throws -> Int {
      let encoders = try namesInFolder("\(folder.path)/cache/features")
      try #require(encoders.count == 1)
      return try MappedFile("\(folder.path)/cache/features/\(encoders[0])/rows").count
    }
    let frozen = try train(
      "shapes/clips", "--encoder-model", "encoder/last", "--decoder", "s2vt", "--frame-step", "5",
      "-o", "s2vt")
    #expect(frozen.status == 0, "\(frozen.errors)")
    // Eight clips to learn from and two to check on, each of frames 1, 6, 11 and 16.
    let kept = try size()
    #expect(kept == 10 * (32 + 4 * 128 * 2))
    for (decoder, step, expected) in [
      ("video-mean", "5", kept), ("s2vt", "8", kept + 10 * (32 + 2 * 128 * 2)),
    ] {
      let other = try train(
        "shapes/clips", "--encoder-model", "encoder/last", "--decoder", decoder, "--frame-step",
        step, "-o", "\(decoder)\(step)")
      #expect(other.status == 0, "\(other.errors)")
      #expect(try size() == expected)
    }
  }

  @Test("parts of frames may be kept apart, with an encoder that learns and with one that does not")
  func featureGrid() throws {
    let learned = try train(
      "shapes/clips", "--decoder", "s2vt", "--frame-step", "8", "--feature-grid", "2", "-o", "one")
    #expect(learned.status == 0, "\(learned.errors)")
    let frozen = try train(
      "shapes/clips", "--decoder", "s2vt", "--frame-step", "8", "--feature-grid", "3",
      "--encoder-model", "one/last", "-o", "other")
    #expect(frozen.status == 0, "\(frozen.errors)")
    for (run, grid) in [("one", 2), ("other", 3)] {
      let model = try json("\(run)/last/config.json")
      #expect(model["encoder"]?["grid"]?.integer == grid)
      let info = try Program.run(["model", "info", "\(run)/last"], in: folder.path)
      #expect(info.output.contains(", \(grid)×\(grid) parts\n"), "\(info.output)")
      let captioned = try Program.run(
        ["caption", "shapes/clips/images/val_000001.avi", "-m", "\(run)/last"], in: folder.path)
      #expect(captioned.status == 0, "\(captioned.errors)")
    }
  }

  @Test("dataset stats counts as many frames of a video as training looks at")
  func frameCounts() throws {
    func steps(_ frameStep: Int) throws -> Double {
      let counted = try Program.run(
        [
          "dataset", "stats", "shapes/clips", "--batching", "--frame-step", "\(frameStep)",
          "--json",
        ],
        in: folder.path)
      try #require(counted.status == 0, "\(counted.errors)")
      let document = try JSONValue(reading: Array(counted.output.utf8))
      let row = document["batching"]?.elements?.first { $0["unit"] == "pictures" }
      return try #require(row?["words"]?.number)
    }
    // Of sixteen frames all, every third, and every eighth; of eight clips.
    let all = try steps(1)
    #expect(try all - steps(3) == 8 * (16 - 6))
    #expect(try all - steps(8) == 8 * (16 - 2))
  }

  @Test("a clip may be a folder of frames, and clips may have any lengths")
  func frames() throws {
    let photo = try Pictures.bytes(of: Pictures.jpeg)
    try folder.makeFolder("frames")
    for (clip, count) in [("walk", 12), ("run", 1), ("v_jump.g01", 4)] {
      try folder.makeFolder("frames/\(clip)")
      for number in 0..<count { try folder.write(photo, to: "frames/\(clip)/f\(number).jpg") }
    }
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "walk"}, {"id": 2, "file_name": "run"},
                  {"id": 3, "file_name": "v_jump.g01"}],
       "annotations": [{"image_id": 1, "caption": "a dog walks"},
                       {"image_id": 2, "caption": "a dog runs"},
                       {"image_id": 3, "caption": "a dog jumps over it"}]}
      """, to: "frames/captions_train.json")
    let trained = try train("frames", "--decoder", "s2vt", "--frame-step", "2", "-o", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("train 3 clips 3 captions"), "\(trained.errors)")

    try folder.makeFolder("frames/empty")
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "walk"}, {"id": 2, "file_name": "empty"}],
       "annotations": [{"image_id": 1, "caption": "a dog walks"},
                       {"image_id": 2, "caption": "nothing"}]}
      """, to: "frames/captions_train.json")
    let refused = try train("frames", "--decoder", "s2vt", "-o", "other")
    #expect(refused.status == 65)
    #expect(
      refused.errors.contains(
        "frames/empty: has no pictures in it. A clip is a video, or a folder of its frames."),
      "\(refused.errors)")
    let skipped = try train("frames", "--decoder", "s2vt", "--skip-bad", "-o", "other")
    #expect(skipped.status == 0, "\(skipped.errors)")
    #expect(skipped.errors.contains("left out: frames/empty: has no pictures in it."))
  }

  @Test("clips are learned from in the forms of MSR-VTT and MSVD", arguments: ["MSR-VTT", "MSVD"])
  func publishedForms(form: String) throws {
    let clips = try ["train_000001", "train_000002", "val_000001"].map { name in
      try MappedFile("\(folder.path)/shapes/clips/images/\(name).avi").withBytes { Array($0) }
    }
    try folder.makeFolder("set")
    try folder.makeFolder("set/videos")
    let names: [String]
    if form == "MSVD" {
      names = ["a_0_2.avi", "b_1_3.avi", "c_4_6.avi"]
      try folder.write(
        """
        VideoID,Start,End,WorkerID,Source,AnnotationTime,Language,Description
        a,0,2,1,clean,9,English,A cross moves.
        b,1,3,1,clean,9,English,"A cross stays, it seems."
        b,1,3,2,clean,9,German,Ein Kreuz steht.
        c,4,6,1,clean,9,English,A cross grows.

        """, to: "set/corpus.csv")
      try folder.write("a_0_2\nb_1_3\n", to: "set/train.txt")
      try folder.write("c_4_6\n", to: "set/val.txt")
    } else {
      names = ["video0.mp4", "video1.mp4", "video2.mp4"]
      try folder.write(
        """
        {"videos": [{"video_id": "video0", "split": "train", "id": 0, "start time": 1.5},
                    {"video_id": "video1", "split": "train", "id": 1},
                    {"video_id": "video2", "split": "validate", "id": 2}],
         "sentences": [{"video_id": "video0", "caption": "a cross moves", "sen_id": 0},
                       {"video_id": "video1", "caption": "a cross stays it seems", "sen_id": 1},
                       {"video_id": "video2", "caption": "a cross grows", "sen_id": 2}]}
        """, to: "set/train_val_videodatainfo.json")
    }
    for (name, clip) in zip(names, clips) { try folder.write(clip, to: "set/videos/\(name)") }
    let trained = try train("set", "--decoder", "s2vt", "--frame-step", "8", "-o", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
      trained.errors.contains("train 2 clips 2 captions | val 1 clips 1 captions"),
      "\(trained.errors)")
  }

  @Test("a clip without a frame ends it before anything is learned, or is left out and told")
  func badClips() throws {
    let good = "shapes/clips/images/train_000001.avi"
    let bytes = try MappedFile("\(folder.path)/\(good)").withBytes { Array($0) }
    try folder.makeFolder("bad")
    try folder.write(bytes, to: "bad/good.avi")
    // No more than what stands before the first frame.
    try folder.write(Array(bytes.prefix(240)), to: "bad/cut.avi")
    try folder.write("good.avi\ta cross moves\ncut.avi\ta cross stays\n", to: "bad/captions.tsv")
    let refused = try train("bad", "--decoder", "s2vt", "-o", "run")
    #expect(refused.status == 65)
    #expect(refused.errors.contains("bad/cut.avi: "), "\(refused.errors)")
    #expect(!isFolder("\(folder.path)/run/last"))
    let skipped = try train("bad", "--decoder", "s2vt", "--skip-bad", "-o", "run")
    #expect(skipped.status == 0, "\(skipped.errors)")
    #expect(skipped.errors.contains("left out: bad/cut.avi: "), "\(skipped.errors)")
  }

  @Test("a folder with a frame that is none ends it before anything is learned, too")
  func badFrames() throws {
    let photo = try Pictures.bytes(of: Pictures.jpeg)
    try folder.makeFolder("bad")
    for clip in ["good", "odd"] {
      try folder.makeFolder("bad/\(clip)")
      for number in 0..<3 { try folder.write(photo, to: "bad/\(clip)/f\(number).jpg") }
    }
    try folder.write("no picture", to: "bad/odd/f2.jpg")
    try folder.write("good\ta cross moves\nodd\ta cross stays\n", to: "bad/captions.tsv")
    let refused = try train("bad", "--decoder", "s2vt", "-o", "run")
    #expect(refused.status == 65)
    #expect(refused.errors.contains("bad/odd/f2.jpg: not a picture"), "\(refused.errors)")
    #expect(!isFolder("\(folder.path)/run/last"))
    let skipped = try train("bad", "--decoder", "s2vt", "--skip-bad", "-o", "run")
    #expect(skipped.status == 0, "\(skipped.errors)")
    #expect(skipped.errors.contains("left out: bad/odd/f2.jpg: not a picture"))
  }

  @Test("a run on clips goes on where it was stopped, with the same bits")
  func resumes() throws {
    let arguments = [
      "train", "shapes/clips", "--decoder", "s2vt", "--frame-step", "4", "--epochs", "2",
      "--min-count", "1", "--embed", "8", "--hidden", "8", "--batch-size", "4", "--save-every",
      "1", "-t", "1", "--sampling", "linear", "-o", "run",
    ]
    #expect(try Program.run(arguments, in: folder.path).status == 0)
    func bytes() throws -> [UInt8] {
      try MappedFile("\(folder.path)/run/last/model.safetensors").withBytes { Array($0) }
    }
    let expected = try bytes()
    let checkpoints = try namesInFolder("\(folder.path)/run/checkpoints").sorted()
    try #require(checkpoints.count >= 2)
    try FileManager.default.removeItem(
      atPath: "\(folder.path)/run/checkpoints/\(checkpoints[checkpoints.count - 1])")
    let resumed = try Program.run(arguments, in: folder.path)
    #expect(resumed.status == 0 && resumed.errors.contains("resuming from run/checkpoints"))
    #expect(try bytes() == expected)
  }
}
