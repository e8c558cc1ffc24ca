import Datasets
import Testing

@Suite("neuraltalk2 JSON")
struct NeuralTalkJSONTests {
  @Test("lists pictures with captions, and maybe their split")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "coco_raw.json": """
      [{"file_path":"train/a.jpg","captions":["a caption","a second caption"],"id":391895},
       {"captions":[],"file_path":"b.jpg","split":"val"}]
      """
    ])
    #expect(try CaptionCollection(at: collection.path).formatName == "neuraltalk2 JSON")
    #expect(
      try collection.read().lines == [
        "train train/a.jpg: a caption | a second caption", "val b.jpg: ",
      ])
  }

  @Test("is refused with the record and the remedy")
  func refused() throws {
    let path = try CollectionOnDisk(["a.json": #"[{"captions":["x"],"file_path":"a"},{"id":2}]"#])
    #expect(path.message() == "a.json, [1]: has no 'file_path'. Add it, or remove the record.")
    let split = try CollectionOnDisk([
      "a.json": #"[{"captions":["x"],"file_path":"a","split":"s"}]"#
    ])
    #expect(
      split.message()
        == "a.json, [0]: split \"s\" is not known. Use train, restval, val or test.")
  }
}

@Suite("Tab-separated captions")
struct CaptionTableTests {
  @Test("are lines of path and caption; those of one path belong together")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tA dog.\nb\\tc.jpg\tTwo\tcats\na.jpg\tA dog again.\n", "a.jpg": "x",
    ])
    let contents = try collection.read()
    #expect(try CaptionCollection(at: collection.path).formatName == "tab-separated captions")
    #expect(contents.lines == ["train a.jpg: A dog. | A dog again.", "train b\tc.jpg: Two\tcats"])
    #expect(contents[.train]?.examples[0].folder == collection.path)
  }

  @Test("may be a file for each split, with the mark of Windows and its line ends")
  func splits() throws {
    let collection = try CollectionOnDisk([
      "train.tsv": "\u{FEFF}a.jpg\tx\r\n", "val.tsv": "b.jpg\ty\r\n",
    ])
    #expect(try collection.read().lines == ["train a.jpg: x", "val b.jpg: y"])
    // The training part brings the other along, the other comes alone.
    #expect(try collection.read("train.tsv").lines == ["train a.jpg: x", "val b.jpg: y"])
    #expect(try collection.read("val.tsv").lines == ["val b.jpg: y"])
  }

  @Test("are those of a known name where there are several tables")
  func severalTables() throws {
    let known = try CollectionOnDisk(["captions.tsv": "a\tx\n", "scores.tsv": "b\t0.5\n"])
    #expect(try known.read().lines == ["train a: x"])
    let unknown = try CollectionOnDisk(["one.tsv": "a.jpg\tx\n", "two.tsv": "b.jpg\ty\n"])
    #expect(
      unknown.message()
        == ".: holds several files of tab-separated captions: one.tsv, two.tsv. "
        + "Name the one to read.")
  }

  @Test("are refused with the line and the remedy")
  func refused() throws {
    let collection = try CollectionOnDisk(["captions.tsv": "a.jpg\tx\n\nb.jpg y\n"])
    #expect(
      collection.message()
        == "captions.tsv, line 3: has no tab between path and caption. "
        + "Put one there, or remove the line.")
  }
}

@Suite("imagefolder metadata")
struct ImageFolderTests {
  @Test("is in each split's folder, as lines of JSON or as a table")
  func splitFolders() throws {
    let collection = try CollectionOnDisk([
      "train/metadata.jsonl": """
      {"file_name": "0001.png", "text": "A golden retriever"}
      {"label": 3, "file_name": "0001.png", "text": "A dog"}
      """,
      "validation/metadata.csv": "file_name,label,caption\n0002.png,1,\"A shepherd, German\"\n",
    ])
    let contents = try collection.read()
    #expect(try CaptionCollection(at: collection.path).formatName == "imagefolder metadata")
    #expect(
      contents.lines == [
        "train 0001.png: A golden retriever | A dog", "val 0002.png: A shepherd, German",
      ])
    #expect(contents[.train]?.examples[0].folder == "\(collection.path)/train")
  }

  @Test("above the folders names the splits in front of the pictures")
  func above() throws {
    let collection = try CollectionOnDisk([
      "metadata.csv": "file_name,text\ntest/a.png,x\ntrain/b.png,y\nc.png,z\n"
    ])
    #expect(
      try collection.read().lines == [
        "train train/b.png: y", "train c.png: z", "test test/a.png: x",
      ])
  }

  @Test("takes folders that mention a split for it, as Hugging Face does")
  func mentionedSplits() throws {
    let collection = try CollectionOnDisk([
      "train2017/metadata.jsonl": #"{"file_name":"a.png","text":"x"}"#,
      "my-validation/metadata.csv": "file_name,text\nb.png,y\n",
      "test_set/metadata.jsonl": #"{"file_name":"c.png","text":"z"}"#,
      "latest/metadata.jsonl": #"{"file_name":"d.png","text":"w"}"#,
    ])
    #expect(
      try collection.read().lines == [
        "train d.png: w", "train a.png: x", "val b.png: y", "test c.png: z",
      ])
    let above = try CollectionOnDisk([
      "metadata.csv": "file_name,text\nval-2/a.png,x\ntest shots/train/b.png,y\ntrained/c.png,z\n"
    ])
    #expect(
      try above.read().lines == [
        "train test shots/train/b.png: y", "train trained/c.png: z", "val val-2/a.png: x",
      ])
  }

  @Test("names the split in a column, which goes before the folder")
  func splitColumn() throws {
    let collection = try CollectionOnDisk([
      "metadata.csv":
        "file_name,text,split\na.png,x,train\ntrain/b.png,y,test\nval/c.png,z,\nd.png,w,odd\n"
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.png: x", "val val/c.png: z", "test train/b.png: y"])
    #expect(contents.leftOut.map(\.problem) == [.unknownSplit("odd")])
  }

  @Test(
    "is refused with the line and the remedy",
    arguments: [
      (
        "metadata.csv", "file_name,label\na,b\n",
        ", line 1: has no column 'text' or 'caption', only 'file_name', 'label'. "
          + "Name the columns in the first line, or the one of the captions with --caption-column."
      ),
      (
        "metadata.jsonl", "{\"file_name\":\"a\",\"text\":\"x\"}\n{\"file_name\":\"a\"}\n",
        ", line 2: has no 'text'. Add it, or remove the record."
      ),
      (
        "metadata.jsonl", "{\"file_name\":\"a\",\"text\":\"x\"\n",
        ", line 1: not as it should be at line 1, column 28: expected ','. "
          + "Get a fresh copy, or compare it with datasets/README.md."
      ),
    ])
  func refused(file: String, text: String, message: String) throws {
    let collection = try CollectionOnDisk([file: text])
    #expect(collection.message() == "\(file)\(message)")
  }
}

@Suite("Captions beside pictures")
struct CaptionSidecarsTests {
  @Test("are one a line, in folders of any depth, the topmost naming the split")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "train/a.jpg": "x", "train/a.txt": "A dog.\n\nA brown dog.\n", "train/deep/er/b.png": "x",
      "train/deep/er/b.caption": "A cat.", "validation/c.JPG": "x", "validation/c.txt": "A car.",
      "lonely.png": "x", "README.txt": "nothing to do with it",
    ])
    let contents = try collection.read()
    #expect(try CaptionCollection(at: collection.path).formatName == "captions beside pictures")
    #expect(
      contents.lines == [
        "train lonely.png: ", "train train/a.jpg: A dog. | A brown dog.",
        "train train/deep/er/b.png: A cat.", "val validation/c.JPG: A car.",
      ])
  }

  @Test("go by folders that mention a split")
  func mentionedSplits() throws {
    let collection = try CollectionOnDisk([
      "val2017/a.jpg": "x", "val2017/a.txt": "A dog.", "side test_1/b.jpg": "x",
      "side test_1/b.txt": "A cat.", "contest/c.jpg": "x", "contest/c.txt": "A car.",
    ])
    #expect(
      try collection.read().lines == [
        "train contest/c.jpg: A car.", "val val2017/a.jpg: A dog.",
        "test side test_1/b.jpg: A cat.",
      ])
  }

  @Test("must be UTF-8 and within reason")
  func refused() throws {
    let collection = try CollectionOnDisk(["a.jpg": "x"])
    try collection.folder.write([0xE9], to: "a.txt")
    #expect(collection.message() == "., a.txt: is not UTF-8 text. Convert it, with iconv -t UTF-8.")
    try collection.folder.write([UInt8](repeating: 65, count: 1 << 20 + 1), to: "a.txt")
    #expect(collection.message()?.contains("but at most 1048576 are read") == true)
  }
}

@Suite("MSR-VTT JSON")
struct VideoCaptionsJSONTests {
  @Test("lists clips, whose split for validation is called validate")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "train_val_videodatainfo.json": """
      {"info":{},"videos":[
        {"category":9,"url":"https://x/y","video_id":"video0","start time":137.72,"end time":149.44,
         "split":"train","id":0},
        {"video_id":"video7","start time":1.0,"end time":2.5,"split":"validate","id":7}],
       "sentences":[{"caption":"a car is shown","video_id":"video0","sen_id":0},
                    {"caption":"a cat","video_id":"video7","sen_id":1},
                    {"caption":"cars","video_id":"video0","sen_id":2}]}
      """, "TrainValVideo/video0.mp4": "x",
    ])
    let contents = try collection.read()
    #expect(try CaptionCollection(at: collection.path).formatName == "MSR-VTT JSON")
    #expect(contents.lines == ["train video0.mp4: a car is shown | cars", "val video7.mp4: a cat"])
    #expect(contents[.train]?.examples[0].kind == .clip)
    #expect(contents[.train]?.examples[0].folder == "\(collection.path)/TrainValVideo")
  }

  @Test(
    "is refused with the record and the remedy",
    arguments: [
      (
        #"{"videos":[{"video_id":"v","split":"train"}],"sentences":[{"video_id":"w","caption":"x"}]}"#,
        "v.json, sentences[0]: image \"w\" is none of those listed. "
          + "Add the picture's record, or remove the caption."
      ),
      (
        #"{"sentences":[{"video_id":"w","caption":"x"}]}"#,
        "v.json: has no 'videos'. Is it in the form of MSR-VTT? Compare it with datasets/README.md."
      ),
      (
        #"{"videos":[{"video_id":"v"}]}"#,
        "v.json, videos[0]: has no 'split'. Add it, or remove the record."
      ),
    ])
  func refused(json: String, message: String) throws {
    #expect(try CollectionOnDisk(["v.json": json]).message() == message)
  }
}

@Suite("MSVD table")
struct VideoCorpusCSVTests {
  private static let table = """
    VideoID,Start,End,WorkerID,Source,AnnotationTime,Language,Description
    mv89psg6zh4,33,46,588702,unverified,55,English,A bird in a sink.
    mv89psg6zh4,33,46,588702,unverified,38,English,"A bird, bathing."
    mv89psg6zh4,33,46,588702,unverified,38,German,Ein Vogel.
    x_1,2,3,1,clean,1,English,A man.
    """

  @Test("is read as far as it is English; a clip is named by video, start and end")
  func reading() throws {
    let collection = try CollectionOnDisk(["corpus.csv": Self.table, "videos/x_1_2_3.mp4": "x"])
    let contents = try collection.read()
    #expect(try CaptionCollection(at: collection.path).formatName == "MSVD table")
    #expect(
      contents.lines == [
        "train mv89psg6zh4_33_46.avi: A bird in a sink. | A bird, bathing.",
        "train x_1_2_3.mp4: A man.",
      ])
    #expect(contents[.train]?.examples.allSatisfy { $0.kind == .clip } == true)
  }

  @Test("goes by lists of clips where there are any")
  func lists() throws {
    let collection = try CollectionOnDisk([
      "corpus.csv": Self.table, "train.txt": "x_1_2_3\n", "val.txt": "mv89psg6zh4_33_46.avi\n",
    ])
    #expect(
      try collection.read().datasets.map { [$0.split.rawValue, $0.examples[0].name] } == [
        ["train", "x_1_2_3.avi"], ["val", "mv89psg6zh4_33_46.avi"],
      ])
  }
}
