import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Pictures that move", .enabled(if: FFmpegProgram.isInstalled()))
struct AnimationTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let options: String
    var testDescription: String { name }
  }

  static let kinds = [
    Kind(name: "gif", options: "-c:v gif"),
    Kind(name: "png", options: "-c:v apng -f apng"),
    Kind(name: "webp", options: "-c:v libwebp_anim -lossless 1"),
    Kind(name: "avif", options: "-c:v libsvtav1 -preset 12 -crf 10 -pix_fmt yuv420p"),
  ]

  /// Creates an animation of ten frames, red for one second and blue for two, or only its first frame.
  private func animation(_ kind: Kind, isStill: Bool = false) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/it.\(kind.name)"
    let run = try FFmpegProgram.run(
      [
        "-v", "error", "-f", "lavfi", "-i", "color=red:size=64x64:rate=5:duration=1", "-f", "lavfi",
        "-i", "color=blue:size=64x64:rate=5:duration=2", "-filter_complex",
        // Adds noise, as encoders drop frames that do not change.
        "[0][1]concat,noise=alls=9:allf=t",
      ] + (isStill ? ["-frames:v", "1"] : []) + kind.options.split(separator: " ").map(String.init)
        + [path])
    try #require(run.status == 0, "\(run.errors)")
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func colour(_ image: Image) -> [Bool] {
    let middle = (image.height / 2 * image.width + image.width / 2) * 3
    return image.pixels[middle..<middle + 3].map { $0 > 128 }
  }

  @Test("are pictures, with a warning, or clips for whoever wants them", arguments: kinds)
  func both(kind: Kind) throws {
    let source = MediaSource.bytes(try animation(kind), name: "it")
    #expect(!source.isClip && source.isClip(playingAnimations: true))
    var strict = StillImageOptions()
    strict.isStrict = true
    let picture = try decodeStillImage(source, strict)
    #expect(picture.warnings == [.firstPictureOnly])
    #expect(colour(picture.image) == [true, false, false])

    var clip = try VideoFile(source, .strict)
    #expect(clip.info.size == PixelSize(width: 64, height: 64))
    #expect(abs(clip.info.duration - 3) < 0.11, "\(clip.info.duration)")
    var frames: [VideoFrame] = []
    try clip.showFrames(at: [0.1, 0.9, 1.1, 2.9]) { frames.append($1) }
    #expect(frames.map { ($0.time * 5).rounded() } == [0, 4, 5, 14])
    #expect(frames.map { colour($0.image)[0] } == [true, true, false, false])
    #expect(frames.map { colour($0.image)[2] } == [false, false, true, true])
    #expect(clip.warnings.isEmpty)
    // Again from the start, cut at the only change.
    var again = try VideoFile(source)
    try again.measureDuration()
    var sampling = ClipSampling()
    sampling.cutting = .scenes
    let starts = try again.segments(sampling).map(\.start)
    #expect(starts.count == 2 && abs(starts[1] - 1) < 0.01, "\(starts)")
  }

  @Test("are neither if there is only one", arguments: kinds)
  func still(kind: Kind) throws {
    let options = kind.name == "webp" ? "-c:v libwebp" : kind.options
    let bytes = try animation(Kind(name: kind.name, options: options), isStill: true)
    let source = MediaSource.bytes(bytes, name: "it")
    #expect(try decodeStillImage(source).warnings.isEmpty)
    // An AVIF sequence may have a single image.
    if kind.name != "avif" { #expect(!source.isClip(playingAnimations: true)) }
  }

  @Test("as JPEGs one behind the other are, too; two of them are a photo with a preview")
  func jpegs() throws {
    let stream = try animation(Kind(name: "mjpeg", options: "-c:v mjpeg -f mjpeg"))
    let source = MediaSource.bytes(stream, name: "it")
    #expect(!source.isClip && source.isClip(playingAnimations: true))
    #expect(try decodeStillImage(source).warnings == [.firstPictureOnly])
    // JPEG sequences have no timestamps.
    var clip = try VideoFile(source, .strict)
    try clip.measureDuration()
    #expect(abs(clip.info.duration - 0.6) < 0.01, "\(clip.info.duration)")
    var frames: [VideoFrame] = []
    try clip.showFrames(at: [0.1, 0.3]) { frames.append($1) }
    #expect(frames.map { colour($0.image)[0] } == [true, false])

    let end = try #require(stream[9...].firstRange(of: [0xFF, 0xD9, 0xFF, 0xD8])).lowerBound + 2
    let photo = Array(stream[..<end])
    for count in 1...2 {
      let bytes = Array(repeatElement(photo, count: count).joined())
      #expect(!MediaSource.bytes(bytes, name: "it").isClip(playingAnimations: true))
    }
    let many = Array(repeatElement(photo, count: 3).joined())
    #expect(MediaSource.bytes(many, name: "it").isClip(playingAnimations: true))
    let album: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE2, 0, 6] + Array("MPF\0".utf8) + many[2...]
    #expect(!MediaSource.bytes(album, name: "it").isClip(playingAnimations: true))
  }

  @Test("and end too early are coded errors or warnings as clips", arguments: kinds)
  func truncated(kind: Kind) throws {
    let bytes = try animation(kind)
    for part in 1..<12 {
      let source = MediaSource.bytes(Array(bytes.prefix(bytes.count * part / 12)), name: "it")
      do throws(MediaError) {
        var clip = try VideoFile(source)
        _ = try clip.firstFrame()
        let isTold = clip.warnings.contains { $0.code == .truncated || $0.code == .corrupt }
        #expect(isTold, "\(part)")
      } catch {
        let codes: [MediaError.Code] = [.truncated, .corrupt, .noFrames, .notMedia]
        #expect(codes.contains(error.code), "\(part): \(error)")
      }
    }
  }
}
