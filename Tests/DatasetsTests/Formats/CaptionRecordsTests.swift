import Datasets
import Testing

@Suite("JSON caption records")
struct CaptionRecordsTests {
  @Test("are those of BLIP and LAVIS, with one caption or several, a file for each split")
  func blip() throws {
    let collection = try CollectionOnDisk([
      "coco_karpathy_train.json": """
      [{"caption":"a dog","image":"val2014/a.jpg","image_id":"coco_1"},
       {"caption":"the dog","image":"val2014/a.jpg","image_id":"coco_1"}]
      """,
      "coco_karpathy_val.json": #"[{"image":"val2014/b.jpg","caption":["a cat","the cat"]}]"#,
      "val2014/a.jpg": "x",
    ])
    #expect(try collection.collection().formatName == "JSON caption records")
    #expect(
      try collection.read().lines == [
        "train val2014/a.jpg: a dog | the dog", "val val2014/b.jpg: a cat | the cat",
      ])
  }

  @Test(
    "are those of VATEX, whose clips have any extension; --caption-column chooses the other language"
  )
  func vatex() throws {
    var collection = try CollectionOnDisk([
      "vatex_training_v1.0.json":
        #"[{"videoID":"P_2VRj-V0_000122_000132","enCap":["A dog.","It runs."],"chCap":["一只狗。"]}]"#,
      "videos/P_2VRj-V0_000122_000132.mkv": "x",
    ])
    let example = try #require(try collection.read()[.train]?.examples.first)
    #expect(example.name == "P_2VRj-V0_000122_000132.mkv" && example.kind == .clip)
    #expect(example.captions == ["A dog.", "It runs."])
    collection.choices.captionColumn = "chCap"
    #expect(try collection.read()[.train]?.examples.first?.captions == ["一只狗。"])
  }

  @Test("are those of TextCaps, whose pictures lie in train_images")
  func textCaps() throws {
    let collection = try CollectionOnDisk([
      "TextCaps_0.1_train.json": """
      {"dataset_type":"train","data":[{"image_id":"00","image_name":"a.jpg","image_path":"train/a.jpg",
        "set_name":"train","caption_str":"a sign","reference_strs":["a sign","the sign"]}]}
      """, "train_images/a.jpg": "x",
    ])
    let contents = try collection.read()
    #expect(contents.lines == ["train a.jpg: a sign"])
    #expect(contents[.train]?.examples[0].folder == "\(collection.path)/train_images")
  }

  @Test("may be in a list for each split, and name several pictures")
  func listsOfSplits() throws {
    let collection = try CollectionOnDisk([
      "annotation.json": """
      {"train":[{"id":"1","report":"No findings.","image_path":["a/0.png","a/1.png"],"split":"train"}],
       "val":[{"id":"2","report":"A shadow.","image_path":["b/0.png"]}],"test":[]}
      """, "images/a/0.png": "x", "images/b/0.png": "x",
    ])
    #expect(
      try collection.read().lines == [
        "train a/0.png: No findings.", "train a/1.png: No findings.", "val b/0.png: A shadow.",
      ])
  }

  @Test("may be JSON lines, with the collection's own path in front of the names")
  func lines() throws {
    let collection = try CollectionOnDisk(["images/a.jpg": "x"])
    try collection.folder.write(
      "{\"image_path\":\"\(collection.path)/images/a.jpg\",\"caption\":\"a dog\"}\n"
        + "{\"image_path\":\"/etc/b.jpg\",\"caption\":\"x\"}\n", to: "data.jsonl")
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train images/a.jpg: a dog"])
    #expect(contents.leftOut.map(\.problem) == [.outside(fileName: "/etc/b.jpg")])
  }

  @Test("are vis.json of neuraltalk2, whose pictures are numbered; cocotalk.json is told")
  func neuraltalk() throws {
    let shown = try CollectionOnDisk([
      "vis.json": #"[{"image_id":391895,"caption":"a man"},{"image_id":5,"caption":"a dog"}]"#,
      "imgs/img1.jpg": "x", "imgs/img2.jpg": "x",
    ])
    #expect(
      try shown.read().lines == ["train imgs/img1.jpg: a man", "train imgs/img2.jpg: a dog"])
    let talk = try CollectionOnDisk([
      "cocotalk.json":
        #"{"ix_to_word":{"1":"a"},"images":[{"split":"train","file_path":"a.jpg","id":1}]}"#
    ])
    #expect(
      talk.message()
        == "cocotalk.json: is what neuraltalk2's prepro.py writes, with the captions in an .h5 "
        + "file, which is not read. Name the JSON that prepro.py was given.")
  }

  @Test("with `caption` and `captions`, or numbered ones, have all of them")
  func severalMembers() throws {
    let collection = try CollectionOnDisk([
      "a.json": """
      [{"image":"a.jpg","caption":"one","captions":["two","three"]},
       {"image":"b.jpg","captions":["two"],"caption":"one"},
       {"image":"c.jpg","caption_1":"one","caption_2":"two","caption_3":null},
       {"image":"d.jpg","caption":"one","caption":"two"},
       {"image":"e.jpg","text":" ","caption":"one"}]
      """
    ])
    #expect(
      try collection.read().lines == [
        "train a.jpg: one | two | three", "train b.jpg: two | one", "train c.jpg: one | two",
        "train d.jpg: one | two", "train e.jpg: one",
      ])
    #expect(try collection.passedOver() == [])
    for (file, text) in [
      ("n.json", #"[{"file_path":"a.jpg","captions":["x"],"caption":"y"}]"#),
      ("m.json", #"{"a.jpg":{"caption":"x","captions":["y"]}}"#),
      ("metadata.jsonl", #"{"file_name":"a.jpg","caption":"x","captions":["y"]}"#),
    ] {
      #expect(try CollectionOnDisk([file: text]).read().lines == ["train a.jpg: x | y"], "\(file)")
    }
  }

  @Test("with captions of two kinds say which are not read")
  func unreadMember() throws {
    var collection = try CollectionOnDisk([
      "a.json": """
      [{"image":"a.jpg","text":"x","prompt":"y"},{"image":"b.jpg","text":"x","prompt":"z"}]
      """, "a.jpg": "x", "b.jpg": "x",
    ])
    #expect(try collection.passedOver() == ["column a.json: prompt"])
    collection.choices.captionColumn = "prompt"
    #expect(try collection.read().lines == ["train a.jpg: y", "train b.jpg: z"])
    #expect(try collection.passedOver() == [])
  }

  @Test("with one picture in two splits are refused")
  func twoSplits() throws {
    let collection = try CollectionOnDisk([
      "a.json": #"{"train":[{"image":"a","caption":"x"}],"test":[{"image":"a","caption":"y"}]}"#
    ])
    #expect(
      collection.message()
        == "a.json, test[0]: \"a\" is in two splits. Remove it from one of the lists.")
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a: x"] && contents.leftOut.count == 1)
  }

  @Test("with a bad value are refused with its place")
  func refused() throws {
    let collection = try CollectionOnDisk([
      "a.json":
        #"[{"image":"a.jpg","caption":"x"},{"image":"b.jpg","caption":["y",7]},{"image":null}]"#
    ])
    #expect(
      collection.message()
        == "a.json, [1].caption[1]: is a number, but must be a text. Mend it, or remove the record."
    )
    let rest = try collection.read(badRecords: .leaveOut)
    #expect(rest.lines == ["train a.jpg: x", "train b.jpg: y"])
    #expect(rest.leftOut.map(\.record) == ["[1]", "[2]"])
  }
}

@Suite("Metadata with a key for each picture")
struct KeyedMetadataTests {
  @Test("name pictures without their extension; tags stand in for captions")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "meta_cap.json": """
      {"a":{"caption":"a dog","tags":"dog, grass","train_resolution":[48,48]},
       "b.v2":{"tags":"cat"},"c":{"caption":null},"d":[]}
      """, "images/a.png": "x", "images/b.v2.jpg": "x",
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.png: a dog", "train b.v2.jpg: cat", "train c: "])
    #expect(contents.leftOut.map(\.record) == ["c", "d"])
  }
}

@Suite("Parts of clips")
struct ClipSegmentsTests {
  @Test("are examples of their own, with their times")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "train.json": """
      {"v_a":{"duration":9.5,"timestamps":[[0.5,4],[9,4.5]],"sentences":["One."," Two."]},
       "v_b":{"duration":3,"timestamps":[[1,1]],"sentences":["x"]},
       "v_c":{"duration":3,"timestamps":[[0,1]],"sentences":["x","y"]}}
      """, "videos/v_a.webm": "x",
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train v_a.webm: One.", "train v_a.webm: Two."])
    #expect(contents.leftOut.map(\.record) == ["v_b", "v_c"])
    #expect(collection.message()?.hasPrefix("train.json, v_b: ends before it begins") == true)
  }
}

@Suite("MSVD descriptions")
struct VideoDescriptionsTests {
  @Test("are lines of clip and sentence behind a few remarks; a list of numbers is none")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "AllVideoDescriptions.txt":
        "# about\n\n-4ws_5_15 a squirrel\n-4ws_5_15 a nut\nmv8_33_46 a bird\n",
      "youtube_mapping.txt": "-4ws_5_15 vid1\nmv8_33_46 vid2\n", "YouTubeClips/mv8_33_46.mp4": "x",
    ])
    #expect(try collection.collection().formatName == "MSVD descriptions")
    #expect(
      try collection.read().lines == [
        "train -4ws_5_15.avi: a squirrel | a nut", "train mv8_33_46.mp4: a bird",
      ])
    #expect(try collection.passedOver() == [])
  }

  @Test("find clips, and go by lists, under the names that youtube_mapping.txt gives them")
  func mapping() throws {
    let files = [
      "Youtube_Mapping.txt": "-4ws_5_15 vid1\r\nmv8_33_46 vid2\r\n", "YouTubeClips/vid2.avi": "x",
      "YouTubeClips/vid1.mp4": "x", "train.txt": "vid2\n", "test.txt": "-4ws_5_15\n",
    ]
    let descriptions = try CollectionOnDisk(
      files.merging(["AllVideoDescriptions.txt": "-4ws_5_15 a nut\nmv8_33_46 a bird\n"]) { $1 })
    #expect(try descriptions.read().lines == ["train vid2.avi: a bird", "test vid1.mp4: a nut"])
    #expect(try descriptions.passedOver() == [])
    let table = try CollectionOnDisk(
      files.merging([
        "corpus.csv":
          "VideoID,Start,End,Language,Description\n-4ws,5,15,English,a nut\nmv8,33,46,English,a bird\n"
      ]) { $1 })
    #expect(try table.read().lines == ["train vid2.avi: a bird", "test vid1.mp4: a nut"])
    // The sentences may be about the other names, too.
    let sentences = try CollectionOnDisk([
      "youtube_mapping.txt": "-4ws_5_15 vid1\n", "captions.tsv": "vid1\ta nut\n",
      "clips/-4ws_5_15.avi": "x",
    ])
    #expect(try sentences.read().lines == ["train -4ws_5_15.avi: a nut"])
    #expect(try sentences.passedOver() == [])
  }

  @Test("refuse a mapping that says nothing, or two things")
  func badMapping() throws {
    for (line, fault) in [
      ("-4ws_5_15 vid2", "image \"-4ws_5_15\" is listed a second time. "),
      ("mv8_33_46 vid1", "image \"vid1\" is listed a second time. "),
      ("vid3", "is no pair of names. Mend the line, or remove it."),
    ] {
      let collection = try CollectionOnDisk([
        "AllVideoDescriptions.txt": "-4ws_5_15 a nut\n",
        "youtube_mapping.txt": "-4ws_5_15 vid1\n\(line)\n",
      ])
      #expect(
        collection.message()?.hasPrefix("youtube_mapping.txt, line 2: \(fault)") == true,
        "\(collection.message() ?? "")")
    }
  }

  @Test("may have remarks of other kinds, and a bad line among good ones is told by its number")
  func remarksAndBadLines() throws {
    let remarks = try CollectionOnDisk([
      "sentences.txt": "/* about\n * the file\n */\n\nmv8_33_46 a bird\nmv8_33_46\nmv8_33_46 two\n"
    ])
    #expect(try remarks.read().lines == ["train mv8_33_46.avi: a bird | two"])
    #expect(try remarks.read().leftOut.map(\.problem) == [.blankCaption])
    let bad = try CollectionOnDisk([
      "AllVideoDescriptions.txt": "a bird\nmv8_33_46 a bird\nnothing\n"
    ])
    #expect(
      bad.message()
        == "AllVideoDescriptions.txt, line 1: does not begin with a clip, ID_START_END. Mend the "
        + "line, or remove it.")
    #expect(try bad.read(badRecords: .leaveOut).lines == ["train mv8_33_46.avi: a bird"])
  }

  @Test("of all 1,970 clips are dealt out 1,200, 100 and 670, in the order of the names")
  func standardSplit() throws {
    let clips = (0..<1970).map { number in "c\(String("\(10_000 + number)".dropFirst()))_0_9" }
    let lines = clips.reversed().map { "\($0) a clip\n" }.joined()
    let whole = try CollectionOnDisk(["AllVideoDescriptions.txt": lines]).read()
    #expect(whole.datasets.map(\.examples.count) == [1200, 100, 670])
    #expect(whole[.validation]?.examples.map(\.name).max() == "\(clips[1299]).avi")
    #expect(whole[.validation]?.examples.map(\.name).min() == "\(clips[1200]).avi")
    let listed = try CollectionOnDisk([
      "AllVideoDescriptions.txt": lines, "train_list.txt": "\(clips[0])\n",
      "val_list.txt": "\(clips[1])\n",
    ]).read()
    #expect(listed.datasets.map(\.examples.count) == [1, 1])
  }
}
