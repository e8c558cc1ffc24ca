import Files
import TestSupport
import Testing

/// Folders with files of all kinds: each is used, or left out and named.
@Suite("Nothing is lost without a word")
struct NothingIsLostTests {
  let folder: TemporaryFolder
  private var count = 0

  /// Beginnings of files of many kinds, by the extensions they have.
  private static let kinds: [(extensions: [String], head: [UInt8])] = [
    (["jpg", "jpeg", "jpe", "jfif"], [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]),
    (["png"], [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]),
    (["gif"], Array("GIF89a..........".utf8)), (["webp"], Array("RIFF....WEBPVP8 ".utf8)),
    (["bmp"], Array("BM".utf8) + [UInt8](repeating: 0, count: 60)),
    (["tif", "tiff"], [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]), (["psd"], Array("8BPS............".utf8)),
    (["ico"], [0, 0, 1, 0, 1, 0, 16, 16]),
    (["jp2"], [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 13, 10]),
    (["jxl"], [0xFF, 0x0A, 0, 0, 0, 0]),
    (["avif"], [0, 0, 0, 24] + Array("ftypavif........".utf8)),
    (["heic", "heif"], [0, 0, 0, 24] + Array("ftypheic........".utf8)),
    (["qoi"], Array("qoif............".utf8)),
    (["pgm", "ppm"], Array("P5\n2 2\n255\n....".utf8)),
    (["exr"], [0x76, 0x2F, 0x31, 1, 2, 0, 0, 0]),
    (["mp4", "m4v", "3gp"], [0, 0, 0, 24] + Array("ftypisom........".utf8)),
    (["mov"], [0, 0, 0, 20] + Array("ftypqt  ....".utf8)),
    (["mkv", "webm"], [0x1A, 0x45, 0xDF, 0xA3, 1, 0, 0, 0]),
    (["avi"], Array("RIFF....AVI LIST".utf8)),
    (["flv"], Array("FLV\u{1}............".utf8)),
    (["ogv", "ogg"], Array("OggS............".utf8)),
    (["wmv", "asf"], [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    (["mpg", "mpeg"], [0, 0, 1, 0xBA, 0x44]),
    (["txt", "caption", "md", "html", "xml", "srt", "py", "log"], Array("a dog on grass\n".utf8)),
    (["json", "jsonl"], Array("{\"a\": 1}\n".utf8)), (["csv", "tsv"], Array("a\tb,c\n".utf8)),
    (["parquet"], Array("PAR1............".utf8)), (["arrow"], Array("ARROW1..........".utf8)),
    (["zip", "docx"], Array("PK\u{3}\u{4}............".utf8)),
    (["gz", "tgz"], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]),
    (["zst"], [0x28, 0xB5, 0x2F, 0xFD, 0, 0]), (["h5"], [0x89] + Array("HDF\r\n".utf8)),
    (["mp3"], Array("ID3.....".utf8)),
    (["wav"], Array("RIFF....WAVEfmt ".utf8)), (["pdf"], Array("%PDF-1.7........".utf8)),
    (["npy"], [0x93] + Array("NUMPY...........".utf8)),
    (["safetensors"], [8, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D]),
  ]

  init() throws {
    folder = try TemporaryFolder()
    for (index, kind) in Self.kinds.enumerated() {
      for suffix in kind.extensions {
        try write(kind.head, ".\(suffix)")
        try write(kind.head, ".\(suffix.uppercased())")
      }
      try write(kind.head, ".\(Self.kinds[(index + 7) % Self.kinds.count].extensions[0])")
      try write(kind.head, "")
      try write([], ".\(kind.extensions[0])")
      try write(Array(kind.head.prefix(kind.head.count / 2)), ".\(kind.extensions[0])")
      try write(kind.head, nameText([0xE9]) + ".\(kind.extensions[0])")
      try link(kind.head, ".\(kind.extensions[0])")
    }
    for (name, picture) in [("good.jpg", Pictures.jpeg), ("train/good.png", Pictures.png)] {
      try makeFile(try Pictures.bytes(of: picture), at: "\(folder.path)/\(name)")
      count += 1
    }
    #expect(count > 200 && Self.kinds.flatMap(\.extensions).count >= 60)
  }

  private mutating func write(_ bytes: [UInt8], _ name: String) throws {
    let place = ["", "in/", "train/deep/", "val/"][count % 4]
    try makeFile(bytes, at: "\(folder.path)/\(place)k\(count)\(name)")
    count += 1
  }

  /// Writes a file and a link to it beside it.
  private mutating func link(_ bytes: [UInt8], _ name: String) throws {
    let place = ["", "in/", "train/deep/", "val/"][count % 4]
    let target = "k\(count)\(name)"
    try write(bytes, name)
    try replaceLink(at: "\(folder.path)/\(place)k\(count)\(name)", pointingTo: target)
    count += 1
  }

  /// Returns the number of files that a training reports as left out: "left out: 12 pictures are …", "left
  /// out 3 records and pictures", "7 other files are …".
  private func leftOutCount(_ lines: String) -> Int {
    lines.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      let number =
        words.firstIndex(of: "out:").map { $0 + 1 } ?? words.firstIndex(of: "other").map { $0 - 1 }
        ?? words.firstIndex(of: "records").map { $0 - 1 }
      return sum + (number.flatMap { Int(words[$0]) } ?? 0)
    }
  }

  @Test(
    "by dataset check and train, with a list of captions and with texts", arguments: [false, true])
  func nothingIsLost(withTexts: Bool) throws {
    if withTexts {
      for name in ["good.txt", "train/good.txt"] {
        try makeFile(Array("a thing".utf8), at: "\(folder.path)/\(name)")
      }
    } else {
      try folder.write("good.jpg\ta thing\ntrain/good.png\ta thing\n", to: "captions.tsv")
    }
    let checked = try Program.run(
      ["dataset", "check", ".", "--json", "--min-count", "1"], in: folder.path)
    #expect([0, 65].contains(checked.status), "\(checked.errors)")
    let document = try JSONValue(reading: Array(checked.output.utf8))
    let splits = document["splits"]?.elements ?? []
    let pictures = splits.reduce(0) { $0 + ($1["pictures"]?.integer ?? 0) }
    let unused = (document["findings"]?.elements ?? []).reduce(0) { sum, finding in
      let isUnused = finding["code"]?.string?.hasPrefix("unused_") == true
      return sum + (isUnused ? finding["count"]?.integer ?? 0 : 0)
    }
    let others = document["other_files"]?.elements?.count ?? 0
    #expect(pictures + unused + others == count)
    #expect(withTexts ? pictures > 100 : pictures == 2)

    let trained = try Program.run(
      [
        "train", ".", "--skip-bad", "--min-count", "1", "--embed", "8", "--hidden",
        "8", "--epochs", "1", "-t", "1", "--progress", "none", "-v", "--dry-run",
      ], in: folder.path)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(2 + leftOutCount(trained.errors) == count, "\(trained.errors)")
  }
}
