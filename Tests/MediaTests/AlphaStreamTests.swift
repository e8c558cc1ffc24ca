import Testing

@testable import Media

@Suite("Alpha of pictures that move")
struct AlphaStreamTests {
  @Test(
    "What shines through an AVIF that moves is laid over white",
    arguments: ["moving-alpha.avif", "moving-multiplied.avif"])
  func alpha(name: String) throws {
    let source = MediaSource.bytes(try StillFixture.bytes(name), name: name)
    var clip = try VideoFile(source, .strict)
    #expect(abs(clip.info.duration - 1) < 0.01)
    /// The colours in the middle of the left and the right half.
    func colours(_ image: Image) -> [Int] {
      [32, 96].flatMap { (x: Int) -> [Int] in
        let start = (32 * 128 + x) * 3
        return image.pixels[start..<start + 3].map { Int($0) }
      }
    }
    let expected = [[200, 30, 30, 255, 255, 255], [30, 30, 200, 142, 142, 227]]
    func check(_ frames: [VideoFrame], _ numbers: [Int]) {
      #expect(frames.count == numbers.count)
      for (frame, number) in zip(frames, numbers) {
        let differences = zip(colours(frame.image), expected[number]).map { abs($0 - $1) }
        #expect(differences.max() ?? 255 < 10, "\(colours(frame.image))")
      }
    }
    var frames: [VideoFrame] = []
    try clip.showFrames(at: [0.2, 0.7]) { frames.append($1) }
    check(frames, [0, 1])
    // Again from the start, as a single frame.
    try clip.rewind()
    frames = []
    try clip.showFrames(at: [0.3]) { frames.append($1) }
    check(frames, [0])
    let picture = try decodeStillImage(source).image
    check([VideoFrame(time: 0, image: picture)], [0])
  }
}
