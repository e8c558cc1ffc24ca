import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline dataset")
struct DatasetCommandTests {
  let folder: TemporaryFolder

  /// A table of captions about the sample pictures.
  init() throws {
    folder = try TemporaryFolder()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    for name in names {
      try makeFile(
        try Pictures.bytes(of: "\(Pictures.folder)/\(name)"), at: "\(folder.path)/images/\(name)")
    }
    let lines = names.map { name in
      "images/\(name)\ta \(name.split(separator: ".")[0].replacing("-", with: " "))\n"
    }
    try folder.write(lines.dropLast(2).joined(), to: "train.tsv")
    try folder.write(lines.suffix(2).joined(), to: "val.tsv")
  }

  func dataset(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["dataset"] + arguments, in: folder.path)
  }

  // MARK: check

  @Test("check says what it found, and that nothing is wrong")
  func clean() throws {
    let result = try dataset("check", ".", "--min-count", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors
        == ".  tab-separated captions  train 5 images 5 captions | val 2 images 2 captions\n")
    #expect(result.output.hasSuffix("\nno problems found\n"))
    #expect(
      result.output.contains("words replaced by <unk> (--min-count 1): train 0.0 %, val 66.7 %"))
    #expect(result.output.contains("WORDS  CAPTIONS"))
    #expect(!result.output.contains("\u{1B}") && !result.errors.contains("\r"))
  }

  @Test("check groups what is wrong, shows examples and what to do, and ends with 65")
  func wrong() throws {
    let table = "images/house.png\ta\tb\n\nnone.jpg\tx\n../out.jpg\tx\nimages/cut.jpg\tx\nno tab\n"
    try folder.write(table + "images/house.png\tdog dog dog\nimages/bad.jpg\tx\n", to: "train.tsv")
    try folder.write(try Pictures.truncated(), to: "images/cut.jpg")
    try folder.write("not a picture", to: "images/bad.jpg")
    let result = try dataset("check", ".", "--show", "1")
    #expect(result.status == 65)
    let paragraphs = result.output.components(separatedBy: "\n\n")
    #expect(
      paragraphs[0] == """
        error: 2 records are wrong
          ./train.tsv, line 4: file name "../out.jpg" leads out of the image folder. Name pictures \
        relative to that folder, without '..'.
          … and 1 more
          Mend them, or train with --skip-bad, which leaves them out.
        """)
    #expect(
      paragraphs[1] == """
        error: 1 picture is missing
          ./none.jpg
          Get them, or train with --skip-bad, which leaves them out.
        """)
    #expect(
      paragraphs[2].hasPrefix("error: 1 picture cannot be decoded\n  ./images/bad.jpg: not a"))
    #expect(
      paragraphs[3].hasPrefix("warning: 1 picture is damaged\n  ./images/cut.jpg: not a complete"))
    #expect(
      paragraphs[4] == """
        warning: 2 captions hold control characters
          ./images/house.png, caption 1: a\\u{9}b
        """ || paragraphs[4].hasPrefix("warning: 1 caption"))
    #expect(result.output.contains("warning: 1 caption is one word over and over"))
    #expect(result.output.contains("\n4 errors, "))
  }

  @Test("check --json tells everything")
  func json() throws {
    try folder.write("images/house.png\ta house\nnone.jpg\tx\n", to: "train.tsv")
    let result = try dataset("check", ".", "--json", "-q")
    #expect(result.status == 65)
    #expect(result.errors == "")
    let document = try JSONValue(reading: Array(result.output.utf8))
    #expect(document["schema"]?.string == "cutline.dataset-check/1")
    #expect(document["format"]?.string == "tab-separated captions")
    #expect(document["files"]?.elements?.compactMap(\.string) == ["./train.tsv", "./val.tsv"])
    #expect(document["errors"]?.integer == 1)
    let finding = try #require(document["findings"]?.elements?.first)
    #expect(finding["code"]?.string == "missing_picture")
    #expect(finding["places"]?.elements == ["./none.jpg"])
    #expect(document["splits"]?.elements?.map { $0["pictures"]?.integer } == [2, 2])
    #expect(document["caption_lengths"]?.elements?.compactMap(\.integer).reduce(0, +) == 4)
  }

  @Test("check --no-pixels opens no picture; warnings alone end with 0")
  func noPixels() throws {
    try folder.write("none.jpg\tdog dog dog\n", to: "train.tsv")
    let result = try dataset("check", "train.tsv", "--no-pixels", "--min-count", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("0 errors, 1 warning\n"))
  }

  @Test("a collection that cannot be read at all ends with its message")
  func unreadable() throws {
    try folder.write(#"{"images": [}"#, to: "captions_train.json")
    let broken = try dataset("check", ".")
    #expect(broken.status == 65)
    #expect(
      broken.errors
        == "cutline: ./captions_train.json: not as it should be at line 1, column 13: expected a value"
        + ". Get a fresh copy, or compare it with datasets/README.md.\n")
    let missing = try dataset("stats", "nowhere")
    #expect(missing.status == 66)
    #expect(missing.errors.hasPrefix("cutline: nowhere: there is no such file."))
    try folder.makeFolder("empty")
    let empty = try dataset("vocab", "empty")
    #expect(empty.status == 66)
    #expect(empty.errors.hasPrefix("cutline: empty: no captions found; looked for:\n"))
    #expect(empty.errors.hasSuffix("See datasets/README.md for how to lay out a collection.\n"))
  }

  // MARK: stats and vocab

  @Test("stats counts, and compares the orders of batches")
  func stats() throws {
    let result = try dataset("stats", ".", "--batching", "--batch-size", "2", "--batch-words", "9")
    #expect(result.status == 0)
    #expect(result.lines[0] == "SPLIT  PICTURES  CAPTIONS  WORDS  MEAN  MEDIAN  LONGEST")
    #expect(result.lines[1].hasPrefix("train  5         5         "))
    for order in ["pooled", "shuffle", "src", "trg", "src_trg", "trg_src"] {
      for budget in ["2 captions", "9 words"] {
        for unit in ["captions", "pictures"] {
          let row = result.lines.filter {
            $0.hasPrefix(unit) && $0.contains("  \(budget)  ") && $0.contains("  \(order) ")
          }
          #expect(row.count == 1, "\(unit) \(budget) \(order)")
        }
      }
    }
    let json = try dataset("stats", ".", "--batching", "--json")
    let document = try JSONValue(reading: Array(json.output.utf8))
    #expect(document["batching"]?.elements?.count == 24)
    #expect(document["vocabularies"]?.elements?.first?["min_count"]?.integer == 1)
    #expect(try dataset("stats", ".", "--batch-size", "0").status == 64)
  }

  @Test("stats draws histograms of each split as a page")
  func statsPage() throws {
    let result = try dataset("stats", ".", "--html", "stats.html")
    #expect(result.status == 0 && result.output.contains("PICTURES"), "\(result.errors)")
    let html = try String(contentsOfFile: "\(folder.path)/stats.html", encoding: .utf8)
    #expect(html.components(separatedBy: "<svg ").count == 1 + 2 * 3)
    for title in [
      "Captions by their number of words", "Pictures by their number of captions",
      "Words by how often they occur",
    ] { #expect(html.contains(title)) }
    #expect(try dataset("stats", ".", "--html", "stats.html").status == 73)
    #expect(try dataset("stats", ".", "--html", "stats.html", "--force").status == 0)
    #expect(try dataset("stats", ".", "--html", "train.tsv", "--force").status == 73)
  }

  @Test("stats counts the frames of clips, and names a clip that it cannot open")
  func statsOfClips() throws {
    let photo = try Pictures.bytes(of: Pictures.jpeg)
    try folder.makeFolder("clips")
    for (clip, count) in [("a", 2), ("b", 9), ("c", 2), ("d", 9)] {
      try folder.makeFolder("clips/\(clip)")
      for frame in 0..<count { try folder.write(photo, to: "clips/\(clip)/\(frame).jpg") }
    }
    let table = ["a", "b", "c", "d"].map { "\($0)\tone dog\n" }.joined()
    try folder.write(table, to: "clips/captions.tsv")
    let counted = try dataset(
      "stats", "clips", "--batching", "--batch-size", "2", "--frame-step", "2", "--json")
    #expect(counted.status == 0, "\(counted.errors)")
    let document = try JSONValue(reading: Array(counted.output.utf8))
    let rows = try #require(document["batching"]?.elements?.filter { $0["batch"] == "2 captions" })
    let sorted = rows.filter { $0["order"] == "src" }
    // Three words for each of four captions, and of nine frames five, of two one.
    #expect(sorted.count == 2 && sorted.allSatisfy { $0["slots"] == 24 && $0["padding"] == 0 })
    #expect(rows.allSatisfy { $0["words"] == 24 })

    try folder.makeFolder("clips/e")
    try folder.write(table + "e\tone dog\n", to: "clips/captions.tsv")
    let refused = try dataset("stats", "clips", "--batching")
    #expect(refused.status == 65)
    #expect(
      refused.errors.contains("clips/e: has no pictures in it.")
        && refused.errors.contains("--batching counts the frames of clips"), "\(refused.errors)")
    #expect(try dataset("stats", "clips").status == 0)
  }

  @Test("vocab lists the words of the training captions, or writes them as a model has them")
  func vocabulary() throws {
    let listed = try dataset("vocab", ".", "--min-count", "1")
    #expect(listed.lines[0] == "a\t5")
    #expect(listed.lines.allSatisfy { $0.split(separator: "\t").count == 2 })
    let written = try dataset("vocab", ".", "--min-count", "1", "-o", "vocab.json")
    #expect(written.status == 0 && written.output == "")
    let document = try JSONValue(
      reading: try MappedFile("\(folder.path)/vocab.json").withBytes { Array($0) })
    #expect(document["<unk>"]?.integer == 3)
    #expect(document["a"]?.integer == 4)
    #expect(try dataset("vocab", ".", "-o", "vocab.json").status == 73)
    #expect(try dataset("vocab", ".", "-o", "vocab.json", "--force").status == 0)
  }

  // MARK: convert

  @Test("convert writes any form, and says how to go on")
  func convert() throws {
    let result = try dataset("convert", ".", "-o", "out", "--to", "coco")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "")
    #expect(result.errors.contains("cutline: wrote out: COCO captions, train 5 images 5 captions"))
    #expect(result.errors.contains("ln -s \"$(realpath .)\" out/images"))
    #expect(
      try namesInFolder("\(folder.path)/out/annotations") == [
        "captions_train.json", "captions_val.json",
      ])
    let done = try Program.shell(
      "ln -s \"$(realpath .)\" out/images && cutline dataset check out", in: folder.path)
    #expect(done.status == 0, "\(done.errors)")
    #expect(done.errors.hasPrefix("out  COCO captions  train 5 images"))

    let linked = try dataset("convert", "out", "-o", "side", "--to", "sidecar")
    #expect(linked.errors.contains("Check it: cutline dataset check side"))
    #expect(try dataset("check", "side").status == 0)
  }

  @Test("convert refuses to overwrite, and what makes no sense")
  func refused() throws {
    let over = try dataset("convert", ".", "-o", "images", "--to", "tsv")
    #expect(over.status == 73)
    #expect(
      over.errors.hasSuffix(
        "cutline: images: exists already, and is not overwritten. Choose another name.\n"))
    let form = try dataset("convert", ".", "-o", "out", "--to", "xml")
    #expect(form.status == 64)
    #expect(form.errors.contains("--to must be one of coco, karpathy, flickr"))
    let none = try dataset("convert", ".", "-o", "out", "--to", "sidecar", "--pictures", "none")
    #expect(none.status == 64)
    #expect(none.errors.contains("use --pictures link or copy"))
    #expect(!isFolder("\(folder.path)/out"))
  }

  @Test("convert --skip-bad leaves out what cannot be read, and says so")
  func skippingBad() throws {
    try folder.write("images/house.png\ta house\n../out.jpg\tx\nnone.jpg\ty\n", to: "train.tsv")
    let stopped = try dataset("convert", ".", "-o", "out", "--to", "tsv", "--pictures", "copy")
    #expect(stopped.status == 65)
    let result = try dataset(
      "convert", ".", "-o", "out", "--to", "tsv", "--pictures", "copy", "--skip-bad")
    #expect(result.status == 0)
    #expect(result.errors.contains("left out: ./train.tsv, line 2: file name \"../out.jpg\""))
    #expect(result.errors.contains(".: left out 2 records and pictures; "))
    // Read were two pictures; written is one.
    #expect(
      result.errors.contains(
        "wrote out: tab-separated captions, train 1 images 1 captions | val 2 images 2 captions."),
      "\(result.errors)")
    #expect(result.errors.contains("left out: 4 pictures are not used"), "\(result.errors)")
    #expect(try dataset("check", "out").status == 0)
  }
}
