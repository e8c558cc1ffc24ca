import Foundation
import TestSupport
import Testing

@testable import Media

/// Durations compared with the ffmpeg program, to the last frame.
@Suite("Lengths of clips", .enabled(if: FFmpegProgram.isInstalled()))
struct ClipLengthTests {
  static let recipes = [
    ClipRecipe("program stream with B-frames", in: "mpg", "-c:v mpeg2video -bf 2 -c:a mp2"),
    ClipRecipe("program stream of MPEG-1", in: "mpg", "-c:v mpeg1video -bf 2 -c:a mp2"),
    ClipRecipe("program stream without B-frames", in: "mpg", "-c:v mpeg2video -an"),
    ClipRecipe("disc", in: "vob", "-c:v mpeg2video -bf 2 -c:a ac3"),
    ClipRecipe("disc, pictures alone", in: "vob", "-c:v mpeg2video -bf 2 -an"),
    ClipRecipe("NUT", in: "nut", "-c:v mpeg4 -an"),
    ClipRecipe("NUT with B-frames", in: "nut", "-c:v libx264 -bf 2 -c:a mp2"),
    ClipRecipe("broadcast", in: "ts", "-c:v libx264 -bf 3 -c:a mp2"),
    ClipRecipe("Y4M", in: "y4m", "-an"), ClipRecipe("IVF", in: "ivf", "-c:v libvpx -an"),
  ]

  @Test("reach to the end of the last frame, and no frame is missed", arguments: recipes)
  func complete(recipe: ClipRecipe) throws {
    let folder = try TemporaryFolder()
    let path = try recipe.make(in: folder.path)
    let theirs = try FFmpegProgram.times(of: path).sorted()
    let last = try #require(theirs.last)
    var clip = try VideoFile(.file(path), .strict)
    // As for captioning a whole clip.
    var shown: [Double] = []
    func look() throws {
      let length = clip.info.duration
      shown = []
      try clip.showFrames(at: (0..<800).map { (Double($0) + 0.5) * length / 800 }) {
        shown.append($1.time)
      }
    }
    try look()
    if try clip.correctDuration() { try look() }
    #expect(shown.count == theirs.count)
    #expect(clip.info.duration > last + 0.02 && clip.info.duration < last + 0.15)
  }
}
