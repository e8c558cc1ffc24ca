import Datasets
import Testing

@Suite("Captions tables")
struct TableTests {
  @Test(
    "name their columns loosely, with any of four characters between them",
    arguments: [
      "image,caption\na.jpg,\"A dog, brown\"\n", "image,prompt\na.jpg,\"A dog, brown\"\n",
      "Image Name;Caption\na.jpg;A dog, brown\n", "FILENAME\tText\na.jpg\tA dog, brown\n",
      "image_name| comment_number| comment\na.jpg| 0| A dog, brown\n",
      "\u{FEFF}\"filepath\",\"title\",\"description\"\r\n\"a.jpg\",\"x\",\"A dog, brown\"\r\n",
      "raw,split,filename\n\"[\"\"A dog, brown\"\"]\",train,a.jpg\n",
    ])
  func headers(text: String) throws {
    for name in ["table.csv", "captions.txt", "results.tsv"] {
      let collection = try CollectionOnDisk([name: text, "a.jpg": "x"])
      #expect(try collection.read().lines == ["train a.jpg: A dog, brown"], "\(name)")
    }
  }

  @Test("of Kaggle's Flickr30k have a row with a column less, which is read")
  func flickr30k() throws {
    let collection = try CollectionOnDisk([
      "results.csv": """
      image_name| comment_number| comment
      a.jpg| 3| A "dog" runs .
      a.jpg| 4   A dog runs across the grass .
      a.jpg| x
      """, "flickr30k_images/flickr30k_images/a.jpg": "x",
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: A \"dog\" runs . | A dog runs across the grass ."])
    #expect(
      contents[.train]?.examples[0].folder
        == "\(collection.path)/flickr30k_images/flickr30k_images")
    #expect(contents.leftOut.map(\.problem) == [.wrongColumnCount(expected: 3, found: 2)])
  }

  @Test("may say the split in a column, and several captions in a field")
  func splitColumn() throws {
    let collection = try CollectionOnDisk([
      "annotations.csv": """
      raw,split,filename
      "[""One."", ""Two.""]",train,a.jpg
      "[broken",val,b.jpg
      x,nowhere,c.jpg
      """
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: One. | Two.", "val b.jpg: [broken"])
    #expect(contents.leftOut.map(\.problem) == [.unknownSplit("nowhere")])
  }

  @Test(
    "have captions in all columns that are called so, once or with numbers",
    arguments: [
      "image,caption,caption\na.jpg,x,y\n", "image;Caption 1;Caption 2\na.jpg;x;y\n",
      "caption_0\tfile_name\tcaption_1\tcaption_2\nx\ta.jpg\t\ty\n",
      "image,caption,captions\na.jpg,x,\"[\"\"y\"\"]\"\n",
    ])
  func severalColumns(text: String) throws {
    for name in ["table.csv", "metadata.csv"] {
      let collection = try CollectionOnDisk([name: text, "a.jpg": "x"])
      let contents = try collection.read()
      #expect(contents.lines == ["train a.jpg: x | y"] && contents.leftOut.isEmpty, "\(name)")
      #expect(try collection.passedOver() == [], "\(name)")
    }
  }

  @Test("with columns of two kinds of captions say which one is not read")
  func unreadColumn() throws {
    for name in ["table.csv", "metadata.csv"] {
      let collection = try CollectionOnDisk([
        name: "image,text,Caption\na.jpg,x,y\n", "a.jpg": "x",
      ])
      #expect(try collection.read().lines == ["train a.jpg: x"])
      #expect(try collection.passedOver() == ["column \(name): Caption"])
    }
  }

  @Test("with a blank caption in a list lose no other")
  func blankInList() throws {
    let collection = try CollectionOnDisk([
      "a.csv": "image,caption\na.jpg,\"[\"\"x\"\",\"\" \"\",\"\"y\"\"]\"\nb.jpg,\n"
    ])
    let contents = try collection.read()
    #expect(contents.lines == ["train a.jpg: x | y", "train b.jpg: "])
    #expect(contents.leftOut.map(\.record) == ["line 2", "line 3"])
  }

  @Test("with a picture in two splits are refused")
  func twoSplits() throws {
    let collection = try CollectionOnDisk([
      "a.csv": "image,caption,split\na.jpg,x,train\nb.jpg,y,test\na.jpg,z,test\n"
    ])
    #expect(
      collection.message()
        == "a.csv, line 4: \"a.jpg\" is in two splits. Remove it from one of the lists.")
    #expect(
      try collection.read(badRecords: .leaveOut).lines == ["train a.jpg: x", "test b.jpg: y"])
  }

  @Test("have the captions in the column that is chosen")
  func chosenColumn() throws {
    var collection = try CollectionOnDisk(["a.csv": "image,text,Alt Text\na.jpg,x,y\n"])
    #expect(try collection.read().lines == ["train a.jpg: x"])
    collection.choices.captionColumn = "alt_text"
    #expect(try collection.read().lines == ["train a.jpg: y"])
    collection.choices.captionColumn = "none"
    #expect(
      collection.message()
        == "a.csv, line 1: has no column 'none', only 'image', 'text', 'Alt Text'. "
        + "Name the columns in the first line, or the one of the captions with --caption-column.")
  }

  @Test(
    "in forms without a choice of columns refuse one",
    arguments: [
      (
        "COCO captions",
        [
          "captions_train.json":
            #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"x","de":"y"}]}"#
        ]
      ),
      (
        "Karpathy split JSON",
        ["d.json": #"{"images":[{"filename":"a","split":"val","sentences":[{"raw":"x"}]}]}"#]
      ),
      (
        "MSR-VTT JSON",
        [
          "d.json":
            #"{"videos":[{"video_id":"v","split":"train"}],"sentences":[{"video_id":"v","caption":"x"}]}"#
        ]
      ),
      (
        "MSVD table",
        ["c.csv": "VideoID,Start,End,Language,Description,de\nv,1,2,English,x,y\n"]
      ),
      ("MSVD descriptions", ["AllVideoDescriptions.txt": "v_1_2 x\nv_3_4 y\n"]),
      ("Flickr token file", ["r.token": "a.jpg#0\tx\n"]),
      ("ActivityNet Captions JSON", ["train.json": #"{"v":{"timestamps":[],"sentences":[]}}"#]),
      ("tab-separated captions", ["captions.tsv": "a.jpg\tx\n"]),
      ("captions beside pictures", ["a.jpg": "x", "a.txt": "x"]),
    ])
  func noChoice(form: String, files: [String: String]) throws {
    var collection = try CollectionOnDisk(files)
    #expect(try collection.collection().formatName == form)
    collection.choices.captionColumn = "de"
    #expect(
      collection.message() == ".: --caption-column means nothing for \(form). Leave it out.")
  }

  @Test("in JSON have the captions in the member that is chosen, or are refused")
  func chosenMember() throws {
    for (file, text, name, place) in [
      ("m.json", #"{"a.jpg":{"caption":"x","de":"y","tags":"z"}}"#, "a.jpg", "a.jpg"),
      ("n.json", #"[{"file_path":"a.jpg","captions":["x"],"de":["y"]}]"#, "a.jpg", "[0]"),
    ] {
      var collection = try CollectionOnDisk([file: text])
      #expect(try collection.read().lines == ["train \(name): x"])
      collection.choices.captionColumn = "de"
      #expect(try collection.read().lines == ["train \(name): y"])
      collection.choices.captionColumn = "none"
      #expect(
        collection.message() == "\(file), \(place): has no 'none'. Add it, or remove the record.")
    }
  }

  @Test(
    "that are nearly right are named with their first line",
    arguments: [
      ("image,label\na.jpg,3\n", "has no column 'text' or 'caption', only 'image', 'label'."),
      (
        "url,caption\nhttp://x,a dog\n",
        "has no column 'image' or 'file_name', only 'url', 'caption'."
      ),
      (
        "a.jpg,A dog\nb.jpg,A cat\n",
        "has no names of columns: its first line begins with \"a.jpg\"."
      ),
    ])
  func nearlyRight(text: String, message: String) throws {
    let collection = try CollectionOnDisk(["mine.csv": text, "a.jpg": "x"])
    for file in ["", "mine.csv"] {
      #expect(
        collection.message(file)?.hasPrefix("mine.csv, line 1: \(message)") == true,
        "\(collection.message(file) ?? "")")
    }
  }

  @Test("without names of columns are told in a text, too")
  func headlessText() throws {
    let collection = try CollectionOnDisk([
      "captions.txt": "a.jpg,A dog\nb.jpg,A cat\n", "a.jpg": "x",
    ])
    #expect(
      collection.message()
        == "captions.txt, line 1: has no names of columns: its first line begins with "
        + "\"a.jpg\". Write one above it, such as image,caption.")
  }

  @Test("of words and numbers hide no texts beside pictures")
  func otherTables() throws {
    let collection = try CollectionOnDisk([
      "a.jpg": "x", "a.txt": "A dog.", "words.tsv": "dog\t12\na\t7\n",
      "labels.tsv": "id\tlabel\n1\tdog\n",
      "scores.tsv": "a.jpg\t0.5\n",
    ])
    #expect(try collection.collection().formatName == "captions beside pictures")
    #expect(
      try collection.passedOver() == ["table labels.tsv", "table scores.tsv", "table words.tsv"])
  }
}
