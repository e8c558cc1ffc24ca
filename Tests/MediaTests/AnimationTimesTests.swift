import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Times of pictures that move")
struct AnimationTimesTests {
  /// Creates a GIF of 2×2 pixels, alternately red and blue, with delays in hundredths of a second; nil for no
  /// delay block.
  private func gif(_ delays: [Int?]) -> [UInt8] {
    let head = Array("GIF89a".utf8) + [2, 0, 2, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255]
    let pictures = delays.enumerated().map { number, delay -> [UInt8] in
      // The same colour four times in 3-bit codes, between a clear and an end code.
      let codes: [UInt8] = number % 2 == 0 ? [0x04, 0x00, 0x05] : [0x4C, 0x12, 0x05]
      var picture: [UInt8] = []
      if let delay { picture = [0x21, 0xF9, 4, 0] + littleEndian(delay, 2) + [0, 0] }
      picture += [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3]
      return picture + codes + [0]
    }
    return head + pictures.joined() + [0x3B]
  }

  @Test(
    "A picture of a GIF that says no time, or too short a one, stands for a tenth of a second",
    arguments: [
      ([0, 0, 0, 0], [0, 0.1, 0.2, 0.3, 0.4]), ([nil, nil, nil], [0, 0.1, 0.2, 0.3]),
      ([1, 1], [0, 0.1, 0.2]), ([0, 50, 0, 10, 0], [0, 0.1, 0.6, 0.7, 0.8, 0.9]),
      ([2, 3], [0, 0.02, 0.05]), ([300, 0], [0, 3, 3.1]),
    ] as [([Int?], [Double])])
  func zeroDelays(delays: [Int?], times: [Double]) throws {
    let source = MediaSource.bytes(gif(delays), name: "it")
    var clip = try VideoFile(source, .strict)
    let length = try #require(times.last)
    #expect(abs(clip.info.duration - length) < 1e-6, "\(clip.info.duration)")
    var shown: [VideoFrame] = []
    try clip.showFrames(at: (0..<200).map { (Double($0) + 0.5) * length / 200 }) {
      shown.append($1)
    }
    #expect(shown.count == delays.count)
    for (number, frame) in shown.enumerated() {
      #expect(abs(frame.time - times[number]) < 1e-6)
      #expect(frame.image.pixels.prefix(3) == (number % 2 == 0 ? [255, 0, 0] : [0, 0, 255]))
    }
    guard let program = FFmpegProgram.path, !program.isEmpty else { return }
    let folder = try TemporaryFolder()
    let theirs = try FFmpegProgram.times(of: try folder.write(gif(delays), to: "it.gif"))
    #expect(theirs.count == delays.count)
    for (ours, theirs) in zip(times, theirs) { #expect(abs(ours - theirs) < 1e-6) }
  }
}
