import Datasets
import TestSupport
import Testing

@Suite("Folders of pictures as published collections have them")
struct UsualFoldersTests {
  private static let forms: [(file: String, text: String)] = [
    (
      "dataset_flickr30k.json",
      #"{"images":[{"filename":"a.jpg","split":"train","sentences":[{"raw":"x"}]}]}"#
    ),
    ("captions.tsv", "a.jpg\tx\n"),
    ("captions.csv", "image,caption\na.jpg,x\n"),
    ("results.token", "a.jpg#0\tx\n"),
    (
      "captions_train.json",
      #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"x"}]}"#
    ),
    ("list.json", #"[{"image":"a.jpg","caption":"x"}]"#),
    ("raw.json", #"[{"file_path":"a.jpg","captions":["x"]}]"#),
    ("meta_cap.json", #"{"a.jpg":{"caption":"x"}}"#),
  ]

  @Test(
    "are found in every form, in any case, also in each other",
    arguments: [
      "flickr30k-images", "flickr30k_images", "flickr30k_images/flickr30k_images",
      "Flicker8k_Dataset", "Flickr8k_Dataset", "Flickr8k_Dataset/Flicker8k_Dataset", "Images",
      "IMAGES", "Images/images", "RSICD_images", "train2017", "val2017", "train2014", "val2014",
      "images/val2014", "data/images/train2017", "train_images", "Flickr_Data/Images", "imgs",
      "JPEGImages", "photos",
    ])
  func everyForm(pictures: String) throws {
    for (file, text) in Self.forms {
      let collection = try CollectionOnDisk([file: text, "\(pictures)/a.jpg": "x"])
      let images = try collection.collection().read().datasets.flatMap(\.examples)
      #expect(images.map(\.path) == ["\(collection.path)/\(pictures)/a.jpg"], "\(file)")
      #expect(images.map(\.captions) == [["x"]], "\(file)")
      let named = try collection.collection(file).read().datasets.flatMap(\.examples)
      #expect(named.map(\.path) == images.map(\.path), "\(file), named")
    }
  }

  @Test("are none of other names, which --images says, unless there is no second folder")
  func unknownFolder() throws {
    let files = ["captions.tsv": "a.jpg\tx\n", "Scans/a.jpg": "x"]
    #expect(try CollectionOnDisk(files).passedOver() == [])
    let several = try CollectionOnDisk(files.merging(["Old/a.jpg": "x"]) { $1 })
    #expect(try several.passedOver() == ["picture Old/a.jpg", "picture Scans/a.jpg"])
  }

  @Test("of a split come before those of the others")
  func ownSplit() throws {
    for (own, other) in [
      ("val_images", "train_images"), ("val2014", "train2014"), ("validation", "train"),
      ("data/val", "data/train"), ("images/val", "images/train"),
    ] {
      let collection = try CollectionOnDisk([
        "train.json": #"[{"image":"1.jpg","caption":"x"}]"#,
        "val.json": #"[{"image":"1.jpg","caption":"y"}]"#, "\(own)/1.jpg": "x",
        "\(other)/1.jpg": "x",
      ])
      let contents = try collection.read()
      #expect(contents[.validation]?.examples.map(\.path) == ["\(collection.path)/\(own)/1.jpg"])
      #expect(contents[.train]?.examples.map(\.path) == ["\(collection.path)/\(other)/1.jpg"])
    }
  }

  @Test("of an imagefolder are those beside its metadata, never those of another split")
  func imageFolder() throws {
    let collection = try CollectionOnDisk([
      "train/metadata.csv": "file_name,text\n1.jpg,x\n", "train/images/1.jpg": "x",
      "val/metadata.csv": "file_name,text\n1.jpg,y\n", "test/1.jpg": "x",
    ])
    let contents = try collection.read()
    #expect(contents[.train]?.examples.map(\.path) == ["\(collection.path)/train/images/1.jpg"])
    #expect(contents[.validation]?.examples.map(\.path) == ["\(collection.path)/val/1.jpg"])
  }

  @Test("are found where the first pictures of a list are missing")
  func missingFirst() throws {
    let lines = (0..<40).map { "\($0).mp4\tx\n" }.joined()
    let collection = try CollectionOnDisk(["captions.tsv": lines, "YouTubeClips/30.mp4": "x"])
    let folder = try collection.read()[.train]?.examples.first?.folder
    #expect(folder == "\(collection.path)/YouTubeClips")
  }

  @Test("may be named by their split, or by themselves, in front of a picture")
  func ownNames() throws {
    for (name, place) in [
      ("train/a.jpg", "train_images/a.jpg"), ("train_images/a.jpg", "train/a.jpg"),
      ("train2014/a.jpg", "images/train/a.jpg"), ("Images/a.jpg", "images/a.jpg"),
      ("images/b/a.JPG", "Images/b/a.jpg"), ("./train/a.jpg", "train_images/a.jpg"),
    ] {
      let collection = try CollectionOnDisk([
        "train.json": #"[{"image_path":"\#(name)","caption":"x"}]"#, place: "x",
      ])
      let images = try collection.collection().read()[.train]?.examples
      #expect(images?.map(\.path) == ["\(collection.path)/\(place)"], "\(name)")
    }
    // Another split's pictures are others.
    let other = try CollectionOnDisk([
      "val.json": #"[{"image_path":"val/a.jpg","caption":"x"}]"#, "train_images/a.jpg": "x",
    ])
    #expect(try other.passedOver() == ["picture train_images/a.jpg"])
    // So are files whose names differ in more than their extension's case.
    let cased = try CollectionOnDisk(["captions.tsv": "B.jpg\tx\n", "b.jpg": "x"])
    #expect(try cased.passedOver() == ["picture b.jpg"])
  }

  @Test("of Karpathy's COCO may be one folder for all, where no two files are called alike")
  func flatCOCO() throws {
    let record = { (folder: String, file: String, id: Int) in
      """
      {"filepath":"\(folder)","filename":"\(file)","split":"train","cocoid":\(id),
       "sentences":[{"raw":"x"}]}
      """
    }
    let flat = try CollectionOnDisk([
      "dataset_coco.json":
        #"{"images":[\#(record("train2014", "a.jpg", 1)),\#(record("val2014", "b.jpg", 2))]}"#,
      "images/a.jpg": "x", "images/b.jpg": "x",
    ])
    #expect(try flat.read().lines == ["train a.jpg: x", "train b.jpg: x"])
    #expect(try flat.passedOver() == [])
    let twins = try CollectionOnDisk([
      "dataset_coco.json":
        #"{"images":[\#(record("1", "a.jpg", 1)),\#(record("2", "a.jpg", 2))]}"#,
      "images/a.jpg": "x",
    ])
    #expect(try twins.read().lines == ["train 1/a.jpg: x", "train 2/a.jpg: x"])
  }
}

@Suite("Collections below the folder that was named")
struct DeeperCollectionsTests {
  @Test("are found in data/, with their splits, as at the top")
  func tables() throws {
    for files in [
      ["data/train.tsv": "a.jpg\tx\n", "data/val.tsv": "b.jpg\ty\n"],
      ["data/train/captions.tsv": "a.jpg\tx\n", "data/val/captions.tsv": "b.jpg\ty\n"],
      ["train/captions.tsv": "a.jpg\tx\n", "val/captions.tsv": "b.jpg\ty\n"],
      ["train/captions.csv": "image,caption\na.jpg,x\n", "val/c.csv": "image,caption\nb.jpg,y\n"],
      [
        "data/train.json": #"[{"image":"a.jpg","caption":"x"}]"#,
        "data/val.json": #"[{"image":"b.jpg","caption":"y"}]"#,
      ],
    ] {
      for (train, val) in [
        ("data/train/a.jpg", "data/val/b.jpg"), ("images/a.jpg", "images/b.jpg"),
      ] {
        let collection = try CollectionOnDisk(
          files.merging([train: "x", val: "x"]) { first, _ in first })
        let contents = try collection.read()
        let paths = contents.datasets.map { [$0.split.rawValue] + $0.examples.map(\.path) }
        #expect(
          paths == [
            ["train", "\(collection.path)/\(train)"], ["val", "\(collection.path)/\(val)"],
          ], "\(files.keys.sorted()) \(train)")
        #expect(contents.datasets.map { $0.examples.map(\.captions) } == [[["x"]], [["y"]]])
        #expect(try collection.passedOver() == [])
      }
    }
  }

  @Test("are those of Kaggle, one folder further down")
  func parents() throws {
    let flickr = try CollectionOnDisk([
      "flickr30k_images/results.csv": "image_name| comment_number| comment\na.jpg| 0| A dog .\n",
      "flickr30k_images/flickr30k_images/a.jpg": "x",
    ])
    let image = try #require(try flickr.read()[.train]?.examples.first)
    #expect(image.path == "\(flickr.path)/flickr30k_images/flickr30k_images/a.jpg")
    #expect(image.captions == ["A dog ."])
    for name in ["coco", "archive"] {
      let coco = try CollectionOnDisk([
        "\(name)/annotations/captions_train2017.json":
          #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"x"}]}"#,
        "\(name)/train2017/a.jpg": "x",
      ])
      #expect(
        try coco.read()[.train]?.examples.map(\.path) == ["\(coco.path)/\(name)/train2017/a.jpg"])
    }
  }

  @Test("of annotations count in any case, and their pictures' too", arguments: ["", "COCO/"])
  func upperCase(parent: String) throws {
    let coco = try CollectionOnDisk([
      "\(parent)ANNOTATIONS/captions_train2017.json":
        #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"x"}]}"#,
      "\(parent)IMAGES/a.jpg": "x",
    ])
    #expect(
      try coco.read()[.train]?.examples.map(\.path) == ["\(coco.path)/\(parent)IMAGES/a.jpg"])
  }

  @Test("do not count where there is one at the top")
  func topFirst() throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "data/a.jpg\tx\n", "data/train.tsv": "a.jpg\ty\n", "data/a.jpg": "x",
    ])
    #expect(try collection.read().lines == ["train data/a.jpg: x"])
    #expect(try collection.passedOver() == ["table data/train.tsv"])
  }

  @Test("that are damaged are told")
  func damaged() throws {
    let collection = try CollectionOnDisk(["data/train.json": #"{"images":"#, "data/a.jpg": "x"])
    #expect(collection.message()?.hasPrefix("data/train.json: not as it should be") == true)
  }

  @Test("are shards, wherever they lie; their folders and names speak of the split")
  func shards() throws {
    func shard(_ name: String) -> [UInt8] {
      var tar = TarBytes()
      tar.add("\(name).jpg", [1])
      tar.add("\(name).txt", Array("x".utf8))
      return tar.whole
    }
    for (train, val) in [
      ("data/train/000.tar", "data/val/000.tar"), ("data/train-000.tar", "data/validation-0.tar"),
      ("train/000.tar", "val/000.tar"), ("shards/train-0.tar", "shards/val-0.tar"),
      ("wds/train/0/000.tar", "wds/dev/0/000.tar"),
    ] {
      let collection = try CollectionOnDisk([:])
      try collection.write(shard("a"), to: train)
      try collection.write(shard("b"), to: val)
      #expect(try collection.read().lines == ["train a.jpg: x", "val b.jpg: x"], "\(train)")
      #expect(try collection.passedOver() == [], "\(train)")
    }
  }
}
