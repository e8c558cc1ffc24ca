import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Several streams in one clip", .enabled(if: FFmpegProgram.isInstalled()))
struct ClipStreamChoiceTests {
  /// Creates a clip with streams of these sizes and `options`, and returns the size of the selected stream.
  private func size(
    _ sizes: [String], _ options: String, _ name: String, in folder: borrowing TemporaryFolder
  ) throws -> PixelSize {
    let path = "\(folder.path)/\(name)"
    let inputs = sizes.flatMap {
      ["-f", "lavfi", "-i", "testsrc2=size=\($0):rate=10:duration=1"]
    }
    let maps = sizes.indices.flatMap { ["-map", "\($0)"] }
    let run = try FFmpegProgram.run(
      ["-v", "error", "-y"] + inputs + maps + options.split(separator: " ").map(String.init)
        + [path])
    try #require(run.status == 0, "\(run.errors)")
    if name.hasSuffix(".jpg") {
      let image = try decodeStillImage(.file(path))
      return PixelSize(width: image.width, height: image.height)
    }
    var clip = try VideoFile(.file(path))
    let image = try clip.firstFrame()
    #expect(clip.info.size == PixelSize(width: image.width, height: image.height))
    return clip.info.size
  }

  private let small = PixelSize(width: 96, height: 72)
  private let large = PixelSize(width: 192, height: 144)

  @Test("The one that is marked as default is seen", arguments: ["mkv", "mp4"])
  func marked(container: String) throws {
    let folder = try TemporaryFolder()
    for (first, second, expected) in [("default", "0", large), ("0", "default", small)] {
      let size = try size(
        ["192x144", "96x72"],
        "-c:v libx264 -disposition:v:0 \(first) -disposition:v:1 \(second)", "clip.\(container)",
        in: folder)
      #expect(size == expected)
    }
  }

  @Test("Of equal ones the largest, in other programs of a broadcast, too")
  func largest() throws {
    let folder = try TemporaryFolder()
    for name in ["clip.mkv", "clip.ts"] {
      let equal = "-c:v mpeg2video -disposition:v:0 0 -disposition:v:1 0"
      #expect(try size(["96x72", "192x144"], equal, name, in: folder) == large)
      #expect(try size(["192x144", "96x72"], equal, name, in: folder) == large)
    }
    #expect(
      try size(
        ["96x72", "192x144"], "-c:v mpeg2video -program st=0 -program st=1", "programs.ts",
        in: folder) == large)
  }

  @Test("A cover never, however large")
  func cover() throws {
    let folder = try TemporaryFolder()
    #expect(try size(["640x480"], "-frames:v 1", "cover.jpg", in: folder).width == 640)
    #expect(try size(["96x72"], "-c:v libx264", "plain.mp4", in: folder) == small)
    for name in ["whole.mp4", "whole.mkv"] {
      let path = "\(folder.path)/\(name)"
      let run = try FFmpegProgram.run([
        "-v", "error", "-i", "\(folder.path)/cover.jpg", "-i", "\(folder.path)/plain.mp4", "-map",
        "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", path,
      ])
      try #require(run.status == 0, "\(run.errors)")
      let info = try VideoFile(.file(path)).info
      #expect(info.size == small, "\(name)")
    }
  }
}
