import Files
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("Side files")
struct SideFilesTests {
  func stems(_ paths: String...) -> [String] {
    var names = SideFileNames()
    return paths.map { names.stem(for: $0) }
  }

  @Test("a picture's file has its path and name, with another ending")
  func plain() {
    #expect(stems("a/b.jpg", "c", "d.tar.gz") == ["a/b", "c", "d.tar"])
  }

  @Test("no two pictures share a file, and the first has the plain name")
  func collisions() {
    #expect(
      stems("a.jpg", "a.png", "a.jpg", "a.png", "a.png-2")
        == ["a", "a.png", "a.jpg", "a.png-2", "a.png-2-2"])
  }

  @Test(
    "whatever a picture is called, its file lies below the output and can be made",
    arguments: [
      "../../etc/passwd.jpg", "/etc/passwd.jpg", "a/../../../b.jpg", "..", ".", "", "/", "...",
      "./.././x", "a\u{0}b.jpg", "new\nline.jpg", "-rf.jpg", "~.jpg", "\u{202E}gpj.x",
      String(repeating: "x", count: 5000) + ".jpg", String(repeating: "ü/", count: 3000) + "a.jpg",
      String(repeating: "é", count: 200), "a.txt/b.jpg", "a.TXT/b.jpg", "..jpg", ".../b.jpg",
    ])
  func confined(_ path: String) throws {
    let folder = try TemporaryFolder()
    let output = try folder.makeFolder("out")
    let files = SideFiles([.txt], in: output, .whole)
    // What would be in the way of a folder called as a side file.
    for path in ["a.jpg", path] {
      var names = SideFileNames()
      let stem = names.stem(for: path)
      #expect(isInsideFolder("\(stem).txt"))
      try files.write(result("a dog"), to: stem)
      #expect(FileStatus("\(output)/\(stem).txt")?.byteCount == 6)
    }
    #expect(try namesInFolder(folder.path) == ["out"])
  }

  @Test("a file of several captions has a line for each; a failure has none, and no old one")
  func contents() throws {
    let folder = try TemporaryFolder()
    let files = SideFiles([.txt], in: folder.path, .whole)
    try files.write(result("a dog", "a cat"), to: "x/y")
    let path = "\(folder.path)/x/y.txt"
    #expect(try MappedFile(path).withBytes { Array($0) } == Array("a dog\na cat\n".utf8))
    let error = MediaError(path: "y", code: .corrupt, stage: .decode, problem: "bad.")
    try files.write(CaptionResult(file: "y", outcome: .failure(error)), to: "x/y")
    #expect(FileStatus(path) == nil)
    try files.write(CaptionResult(file: "y", outcome: .failure(error)), to: "never")
    #expect(try namesInFolder(folder.path) == ["x"])
  }

  private func result(_ texts: String...) -> CaptionResult {
    let captions = texts.map {
      Caption(text: $0, words: [], logProbability: -1, score: -1, isFinished: true)
    }
    return CaptionResult(
      file: "x",
      outcome: .success(
        CaptionedMedia(
          size: PixelSize(width: 1, height: 1), segments: [CaptionedSegment(captions: captions)],
          warnings: [],
          timing: StageTiming(decode: .zero, encode: .zero, search: .zero))))
  }
}
