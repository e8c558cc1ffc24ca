import Files
import Foundation
import Testing

@testable import Datasets

@Suite("Conversion")
struct ConversionTests {
  /// Captions with all that a form might trip over, in three splits.
  private func original() throws -> CollectionOnDisk {
    try CollectionOnDisk([
      "train.tsv": """
      a.jpg\tA "quoted" dog, running; it's 5% faster.
      a.jpg\tA dog #2.
      deep/er/b c.png\tDeux chiens à l'été — 犬 🐕 \\n \\t.
      x#1,y".jpg\t'single' & <b>

      """, "val.tsv": "v.jpg\tOne\n", "test.tsv": "deep/t.webp\tTwo\ndeep/t.webp\tThree\n",
      "images/a.jpg": "A", "images/deep/er/b c.png": "B", "images/x#1,y\".jpg": "X",
      "images/v.jpg": "V", "images/deep/t.webp": "T",
    ])
  }

  private func convert(
    _ collection: CollectionOnDisk, to keyword: String, _ pictures: Conversion.Pictures? = nil,
    badRecords: BadRecords = .stop
  ) throws -> (path: String, conversion: Conversion) {
    let out = "\(collection.path)/out-\(keyword)"
    let conversion = try Conversion(
      collection.read(badRecords: badRecords).datasets, to: keyword, pictures: pictures,
      badRecords: badRecords)
    try conversion.write(to: out)
    return (out, conversion)
  }

  /// Split, file and captions of every picture, whatever folders the form puts them in.
  private func content(_ path: String) throws -> Set<String> {
    let contents = try CaptionCollection(at: path).read()
    return Set(
      contents.datasets.flatMap { dataset in
        dataset.examples.map { picture in
          var name = picture.name[...]
          for prefix in ["images/", "train/", "validation/", "test/"] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
          }
          return "\(dataset.split) \(name) \(picture.captions)"
        }
      })
  }

  @Test("to any form and back keeps every split, name and caption", arguments: Conversion.keywords)
  func roundTrip(keyword: String) throws {
    let collection = try original()
    let (out, _) = try convert(collection, to: keyword, .link)
    #expect(try content(out) == content(collection.path))
    let pictures = try CaptionCollection(at: out).read().datasets.flatMap(\.examples)
    #expect(pictures.allSatisfy { hasFile($0.name, beneath: $0.folder) })
    // And from there to the next form: nothing depends on where it came from.
    let next = try Conversion(
      CaptionCollection(at: out).read().datasets, to: "coco", pictures: nil, badRecords: .stop)
    try next.write(to: "\(collection.path)/next")
    #expect(Set(next.files.map(\.name)).count == 3)
  }

  @Test("of only a training part gives only that", arguments: Conversion.keywords)
  func onlyTraining(keyword: String) throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tx\nb.jpg\ty\n", "a.jpg": "A", "b.jpg": "B",
    ])
    let (out, _) = try convert(collection, to: keyword, .copy)
    #expect(try content(out) == content(collection.path))
    #expect(try namesInFolder(out).count <= 4)
  }

  @Test("writes what other readers expect")
  func golden() throws {
    let collection = try CollectionOnDisk([
      "captions_train.json": """
      {"images":[{"id":7,"file_name":"d/a.jpg"},{"id":8,"file_name":"b.jpg"}],
       "annotations":[{"image_id":7,"caption":"A dog's \\"bone\\"."}]}
      """, "images/": "",
    ])
    func text(_ keyword: String, _ name: String) throws -> String {
      let (out, _) = try convert(collection, to: keyword, Conversion.Pictures.none)
      defer { removeTree(out) }
      return try MappedFile("\(out)/\(name)").withBytes { String(decoding: $0, as: UTF8.self) }
    }
    #expect(
      try text("coco", "annotations/captions_train.json") == """
        {"info":{},"licenses":[],"type":"captions","images":[
        {"id":7,"file_name":"d/a.jpg"},
        {"id":8,"file_name":"b.jpg"}
        ],"annotations":[
        {"id":1,"image_id":7,"caption":"A dog's \\"bone\\"."}
        ]}

        """)
    #expect(
      try text("karpathy", "dataset.json") == """
        {"dataset":"converted","images":[
        {"filepath":"d","filename":"a.jpg","imgid":0,"cocoid":7,"split":"train","sentids":[0],\
        "sentences":[{"tokens":["a","dogs","bone"],"raw":"A dog's \\"bone\\".","imgid":0,"sentid":0}]},
        {"filename":"b.jpg","imgid":1,"cocoid":8,"split":"train","sentids":[],"sentences":[]}
        ]}

        """)
    #expect(
      try text("neuraltalk2", "captions.json") == """
        [
        {"file_path":"d/a.jpg","id":7,"split":"train","captions":["A dog's \\"bone\\"."]},
        {"file_path":"b.jpg","id":8,"split":"train","captions":[]}
        ]

        """)
    #expect(try text("flickr", "captions.token") == "d/a.jpg#0\tA dog's \"bone\".\n")
    #expect(try text("flickr", "trainImages.txt") == "d/a.jpg\n")
    #expect(
      try text("flickr-csv", "captions.txt")
        == "image,caption\nd/a.jpg,\"A dog's \"\"bone\"\".\"\n")
    #expect(try text("tsv", "captions.tsv") == "images/d/a.jpg\tA dog's \"bone\".\n")
    #expect(
      try text("imagefolder", "train/metadata.jsonl")
        == "{\"file_name\":\"d/a.jpg\",\"text\":\"A dog's \\\"bone\\\".\"}\n")
  }

  @Test("gives pictures without captions only to forms that can list them")
  func uncaptioned() throws {
    let collection = try CollectionOnDisk([
      "captions_train.json": #"{"images":[{"id":7,"file_name":"a.jpg"}]}"#, "images/": "",
    ])
    #expect(try convert(collection, to: "coco").conversion.uncaptionedCount == 0)
    #expect(try convert(collection, to: "flickr").conversion.uncaptionedCount == 1)
  }

  @Test("links pictures or copies them, from several folders into one")
  func placing() throws {
    let collection = try CollectionOnDisk([
      "captions_train2014.json": #"{"images":[{"id":1,"file_name":"a.jpg"}]}"#,
      "captions_val2014.json": #"{"images":[{"id":1,"file_name":"a.jpg"}]}"#,
      "images/train2014/a.jpg": "train", "images/val2014/a.jpg": "val",
    ])
    let (linked, _) = try convert(collection, to: "coco", .link)
    #expect(isSameFile("\(linked)/images/val2014/a.jpg", "\(collection.path)/images/val2014/a.jpg"))
    let (copied, _) = try convert(collection, to: "karpathy", .copy)
    let copy = "\(copied)/images/train2014/a.jpg"
    #expect(!isSameFile(copy, "\(collection.path)/images/train2014/a.jpg"))
    #expect(try MappedFile(copy).withBytes { Array($0) } == Array("train".utf8))
    // The two pictures share a number, which one file cannot hold.
    #expect(
      try CaptionCollection(at: copied).read().datasets.map { $0.examples.map(\.id) } == [[0], [1]])
  }

  @Test("takes folders of frames along, where a form can name them")
  func frames() throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "clips/a\tA dog runs.\nb.jpg\tA cat.\n", "clips/a/f1.jpg": "1",
      "clips/a/f2.jpg": "2", "clips/a/notes.txt": "x", "b.jpg": "B",
    ])
    for keyword in Conversion.keywords where keyword != "sidecar" {
      let (out, conversion) = try convert(collection, to: keyword, .copy)
      #expect(try content(out) == content(collection.path), "\(keyword)")
      let clip = try #require(
        try CaptionCollection(at: out).read()[.train]?.examples.first { $0.kind == .frames })
      #expect(try namesInFolder(clip.path) == ["f1.jpg", "f2.jpg"], "\(keyword)")
      #expect(try MappedFile("\(clip.path)/f2.jpg").withBytes { Array($0) } == Array("2".utf8))
      #expect(conversion.datasets.map(\.examples.count) == [2])
      removeTree(out)
    }
    let (linked, _) = try convert(collection, to: "tsv", .link)
    #expect(
      isSameFile("\(linked)/images/clips/a/f1.jpg", "\(collection.path)/clips/a/f1.jpg"))
    let error = #expect(throws: DatasetError.self) { try convert(collection, to: "sidecar") }
    #expect(
      error?.description
        == "\(collection.path)/clips/a: cannot be written as captions beside pictures: it is a "
        + "folder of frames, each of which would be a picture there. Choose another form, such as "
        + "tsv.")
  }

  @Test("stops at a picture that is not there, or leaves it out")
  func missing() throws {
    let collection = try CollectionOnDisk(["captions.tsv": "a.jpg\tx\nb.jpg\ty\n", "a.jpg": "A"])
    let error = #expect(throws: DatasetError.self) { try convert(collection, to: "tsv", .copy) }
    #expect(error?.description == FileError("\(collection.path)/b.jpg", .missing).description)
    #expect(!isFolder("\(collection.path)/out-tsv"))
    let (out, conversion) = try convert(collection, to: "tsv", .copy, badRecords: .leaveOut)
    #expect(conversion.leftOut.count == 1)
    #expect(conversion.datasets.map(\.examples.count) == [1])
    #expect(try content(out).count == 1)
  }

  @Test("refuses what a form cannot hold, and to overwrite")
  func refused() throws {
    let tab = try CollectionOnDisk(["captions.tsv": "a\\tb.jpg\tx\n"])
    let error = #expect(throws: DatasetError.self) { try convert(tab, to: "flickr") }
    #expect(
      error?.description
        == "\(tab.path)/a\tb.jpg: cannot be written as Flickr token file: its name has a control "
        + "character. Choose another form, or rename it.")
    let twins = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tx\na.png\ty\n", "a.jpg": "", "a.png": "",
    ])
    let shared = #expect(throws: DatasetError.self) { try convert(twins, to: "sidecar") }
    #expect(shared?.description.contains("two pictures share its text") == true)
    let alone = #expect(throws: DatasetError.self) {
      try convert(twins, to: "sidecar", Conversion.Pictures.none)
    }
    #expect(alone?.description.contains("it has no meaning without pictures") == true)
    let unknown = #expect(throws: DatasetError.self) { try convert(twins, to: "xml") }
    #expect(
      unknown?.description
        == "xml: is no form that can be written. Use one of coco, karpathy, flickr, flickr-csv, "
        + "neuraltalk2, tsv, imagefolder, imagefolder-csv, sidecar.")
    _ = try convert(twins, to: "tsv")
    #expect(throws: FileError("\(twins.path)/out-tsv", .exists)) { try convert(twins, to: "tsv") }
    #expect(try namesInFolder(twins.path) == ["a.jpg", "a.png", "captions.tsv", "out-tsv"])
  }
}
