import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

/// Hands `batch` folders with everything that lies about in folders: each file gets a row, or is named.
@Suite("Nothing is passed over in silence")
struct NothingSilentTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  /// A kind of file: how its name ends, what it holds, and whether that is a picture that can be read.
  private struct Kind {
    let ending: String
    let bytes: [UInt8]
    var isReadable = false
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// Bytes that begin like a form, and go on with what is none.
  private static func begun(_ start: [UInt8]) -> [UInt8] {
    start + (0..<96).map { UInt8(truncatingIfNeeded: $0 * 37) }
  }

  private static func box(_ brand: String) -> [UInt8] {
    begun([0, 0, 0, 24] + text("ftyp\(brand)\0\0\0\0\(brand)mp41"))
  }

  private static let gif: [UInt8] =
    text("GIF89a") + [1, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0]
    + [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B]

  private static func kinds() throws -> [Kind] {
    let media = "\(Pictures.folder)/../../Tests/Fixtures/media"
    let pictures = try [("jpg", "baseline.jpg"), ("png", "rgb8.png"), ("webp", "lossy.webp")].map {
      Kind(ending: $0, bytes: try Pictures.bytes(of: "\(media)/\($1)"), isReadable: true)
    }
    let jpegNames = ["jpeg", "jpe", "jfif", "mpo", "thm", "jpg_large"].map {
      Kind(ending: $0, bytes: pictures[0].bytes, isReadable: true)
    }
    // Each letter is a byte.
    let begun: [(String, String)] = [
      ("bmp", "BM\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), ("tif", "II*\0"), ("tiff", "MM\0*"),
      ("ico", "\0\0\u{1}\0"), ("psd", "8BPS"), ("jxl", "\u{FF}\n"), ("jp2", "\0\0\0\u{C}jP  \r\n"),
      ("j2k", "\u{FF}O\u{FF}Q"), ("exr", "v/1\u{1}"), ("dds", "DDS "), ("qoi", "qoif"),
      ("xcf", "gimp xcf "), ("sgi", "\u{1}\u{DA}"), ("ppm", "P6\n2 2\n255\n"),
      ("pgm", "P5 2 2 255\n"),
      ("tga", "\0\0\u{2}"), ("cr2", "II*\0\u{10}\0\0\0CR"), ("nef", "MM\0*"), ("dng", "II*\0"),
      ("mkv", "\u{1A}E\u{DF}\u{A3}"), ("webm", "\u{1A}E\u{DF}\u{A3}"),
      ("avi", "RIFF\u{1}\0\0\0AVI LIST"),
      ("flv", "FLV\u{1}"), ("ogv", "OggS"), ("wmv", "0&\u{B2}u\u{8E}f\u{CF}\u{11}"),
      ("vob", "\0\0\u{1}\u{BA}"), ("mpg", "\0\0\u{1}\u{B3}"), ("m2t", "G"), ("ts", "G@"),
      ("mts", "\0\0\0\0G"), ("mxf", "\u{6}\u{E}+4"), ("y4m", "YUV4MPEG2 W2 H2\n"),
      ("h264", "\0\0\0\u{1}g"), ("dv", "\u{1F}\u{7}\0"), ("db", "\u{D0}\u{CF}\u{11}\u{E0}"),
      ("bin", "\u{1}\u{2}\u{3}\u{4}"), ("pdf", "%PDF-1.4\n"), ("exe", "MZ"),
      ("wav", "RIFF\u{1}\0\0\0WAVE"), ("mp3", "ID3"), ("sqlite", "SQLite format 3\0"),
    ]
    let boxes = [
      ("mp4", "isom"), ("mov", "qt  "), ("qt", "qt  "), ("3gp", "3gp4"), ("3g2", "3g2a"),
      ("m4v", "M4V "),
      ("heic", "heic"), ("avif", "avif"), ("cr3", "crx "), ("m4a", "M4A "),
    ]
    let texts = [
      ("txt", "a dog on grass\n"), ("json", "{\"a\": 1}"), ("xmp", "<x:xmpmeta/>"),
      ("csv", "a,b\n1,2\n"),
      ("svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"), ("html", "<!doctype html>"),
      ("srt", "1\n"),
      ("aae", "<?xml version='1.0'?>"), ("ini", "[a]\nb=1\n"), ("md", "# a\n"),
    ]
    var kinds = pictures + jpegNames
    kinds.append(
      Kind(ending: "gif", bytes: gif, isReadable: MediaLibraries.clipLibraryVersion != nil))
    kinds += begun.map { ending, letters in
      Kind(ending: ending, bytes: Self.begun(letters.unicodeScalars.map { UInt8($0.value) }))
    }
    kinds += boxes.map { Kind(ending: $0, bytes: box($1)) }
    kinds += texts.map { Kind(ending: $0, bytes: text($1)) }
    return kinds
  }

  /// Names of files, as rows have them.
  private struct Names {
    var all: Set<String> = []
    /// Those that must get captions.
    var readable: Set<String> = []

    mutating func add(_ name: String, _ kind: Kind, isWhole: Bool = true) {
      all.insert(visibleName(name))
      if isWhole, kind.isReadable { readable.insert(visibleName(name)) }
    }
  }

  /// Writes each kind under its own ending, another's, none, in capitals, in Latin-1 and in a folder below, of no
  /// bytes and of half of them, and a link to it.
  private func write(_ kinds: [Kind]) throws -> Names {
    var names = Names()
    for (index, kind) in kinds.enumerated() {
      let latin = nameText(Array("caf".utf8) + [0xE9])
      let other = kinds[(index + 7) % kinds.count].ending
      let half = Array(kind.bytes.prefix(kind.bytes.count / 2))
      let files: [(String, [UInt8], Bool)] = [
        ("own.\(kind.ending)", kind.bytes, true),
        ("other-\(kind.ending).\(other)", kind.bytes, true),
        ("none-\(kind.ending)", kind.bytes, true),
        ("CAPITALS.\(kind.ending.uppercased())", kind.bytes, true),
        ("zero.\(kind.ending)", [], false), ("half.\(kind.ending)", half, false),
        ("\(latin).\(kind.ending)", kind.bytes, true),
      ]
      for (name, bytes, isWhole) in files {
        try AtomicFile.write(bytes, to: "\(folder.path)/in/\(index)-\(name)")
        names.add("in/\(index)-\(name)", kind, isWhole: isWhole)
      }
      let below = "in/\(index % 3)/deep/\(index).\(kind.ending)"
      try folder.write(kind.bytes, to: below)
      names.add(below, kind)
      let link = "in/\(index)-link.\(kind.ending)"
      try replaceLink(
        at: "\(folder.path)/\(link)", pointingTo: "\(index)-own.\(kind.ending)")
      names.add(link, kind, isWhole: false)
    }
    return names
  }

  /// Writes archives that hold each kind, plain and packed.
  private func writeArchives(_ kinds: [Kind], _ names: inout Names) throws {
    let isUnpacked = ArchiveLibrary.version != nil
    var tar = TarBytes()
    for (index, kind) in kinds.enumerated() {
      let latin = Array("\(index)-caf".utf8) + [0xE9] + Array(".\(kind.ending)".utf8)
      let members: [([UInt8], [UInt8])] = [
        (Array("d/\(index).\(kind.ending)".utf8), kind.bytes), (latin, kind.bytes),
        (Array("\(index)-none".utf8), kind.bytes), (Array("\(index)-z.\(kind.ending)".utf8), []),
        (Array("\(index)-h.\(kind.ending)".utf8), Array(kind.bytes.prefix(kind.bytes.count / 2))),
      ]
      for (number, (name, bytes)) in members.enumerated() {
        tar.add(name, bytes)
        for archive in isUnpacked ? ["all.tar", "all.tar.gz"] : ["all.tar"] {
          names.add("in/\(archive)/\(nameText(name))", kind, isWhole: number < 3)
        }
      }
    }
    try folder.write(tar.whole, to: "in/all.tar")
    guard isUnpacked else { return }
    #expect(try Program.shell("gzip -k in/all.tar", in: folder.path).status == 0)
  }

  @Test(
    "hundreds of files of seventy kinds, misnamed, empty, cut, linked and packed: rows and names told are all",
    arguments: [false, true])
  func folders(followingLinks: Bool) throws {
    for name in ["in", "in/0", "in/1", "in/2", "in/0/deep", "in/1/deep", "in/2/deep"] {
      try folder.makeFolder(name)
    }
    let kinds = try Self.kinds()
    #expect(kinds.count >= 60)
    var names = try write(kinds)
    try writeArchives(kinds, &names)
    let result = try Program.run(
      ["batch", "in", "-r", "-o", "out", "-m", model.path, "-v"]
        + (followingLinks ? ["--follow-links"] : []), in: folder.path)
    #expect(result.status == 2)
    let leftOut = result.errors.split(separator: "\n").compactMap { line in
      line.hasPrefix("left out: in/") ? String(line.dropFirst(10).prefix { $0 != " " }) : nil
    }
    let text = try String(contentsOfFile: "\(folder.path)/out/results.jsonl", encoding: .utf8)
    let rows = try text.split(separator: "\n").map { try JSONValue(reading: Array($0.utf8)) }
    let files = rows.compactMap { $0["file"]?.string }
    #expect(files.count == rows.count && Set(files).count == rows.count)
    #expect(Set(leftOut).count == leftOut.count)
    #expect(Set(files).isDisjoint(with: leftOut))
    #expect(Set(files).union(leftOut) == names.all)
    let captioned = rows.filter { $0["segments"] != nil }.compactMap { $0["file"]?.string }
    #expect(names.readable.subtracting(captioned).isEmpty)
    let summary = try JSONValue(
      reading: MappedFile("\(folder.path)/out/summary.json").withBytes { Array($0) })
    #expect(summary["inputs"]?.integer == rows.count && summary["done"]?.integer == rows.count)
    let links = summary["left_out"]?["links"]?.integer ?? 0
    #expect(links == (followingLinks ? 0 : kinds.count))
    #expect((summary["left_out"]?["not_media"]?.integer ?? 0) + links == leftOut.count)
    #expect(summary["left_out"]?["examples"]?["not_media"]?.elements?.count == 5)
  }

  @Test("pipes, sockets, loops and folders that are closed are named, and nothing waits for them")
  func specialFiles() throws {
    try folder.makeFolder("in")
    try folder.write(Pictures.bytes(of: Pictures.png), to: "in/a.png")
    let script = """
      cd in; mkfifo pipe.jpg pipe; ln -s loop.png loop.png; ln -s /dev/zero zero.jpg
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("s.mp4")' 2>/dev/null || mkfifo s.mp4
      mkdir sub; cp a.png sub; cd ..; timeout 60 "\(Program.path)" batch in -o out -m '\(model.path)' -v; echo $?
      timeout 60 "\(Program.path)" batch in -r --follow-links -o out2 -m '\(model.path)' -v; echo $?
      """
    let result = try Program.shell(script, in: folder.path)
    #expect(result.lines == ["0", "2"], "\(result.errors)")
    for name in ["pipe.jpg", "pipe", "s.mp4"] {
      let line = "left out: in/\(name) (not regular files)"
      #expect(result.errors.components(separatedBy: line).count == 3)
    }
    #expect(result.errors.contains("left out: in/sub (subfolder, searched with -r)"))
    #expect(result.errors.contains("left out: in/zero.jpg (not regular files)"))
    #expect(result.errors.contains("in/loop.png: a symbolic link that leads in a circle."))
  }
}
