import Testing

@testable import Media

@Suite("Parts of a clip")
struct ClipSamplingTests {
  @Test("of a whole clip are looked at in the middles of equal pieces")
  func times() {
    let part = ClipSegment(start: 2, end: 10)
    #expect(part.times(.evenly(4), frameRate: 25) == [3, 5, 7, 9])
    #expect(ClipSampling().chosenFrames == .evenly(16))
    var sampling = ClipSampling()
    sampling.cutting = .every(4)
    #expect(sampling.chosenFrames == .evenly(8))
    sampling.frames = .evenly(3)
    #expect(sampling.chosenFrames == .evenly(3))
  }

  @Test("or every so many-th frame, evenly spread where those were too many")
  func everyFrame() {
    let part = ClipSegment(start: 2, end: 4)
    #expect(part.times(.every(5, atMost: 9), frameRate: 10) == [2.05, 2.55, 3.05, 3.55])
    #expect(part.times(.every(5, atMost: 4), frameRate: 10).count == 4)
    #expect(part.times(.every(5, atMost: 2), frameRate: 10) == [2.5, 3.5])
    // Even the shortest clip has one frame, and stated durations are rounded.
    #expect(ClipSegment(start: 0, end: 0).times(.every(10, atMost: 9), frameRate: 25) == [0.02])
    for end in [1.999, 2.0, 2.001] {
      let times = ClipSegment(start: 0, end: end).times(.every(1, atMost: 99), frameRate: 8)
      #expect(times.count == 16 && times[15] == 15.5 / 8)
    }
  }

  @Test("are counted by what the clip states, without being decoded")
  func extent() {
    let video = ClipExtent.video(duration: 2, frameRate: 10)
    #expect(video.frameCount(.evenly(16)) == 16 && video.frameCount(.evenly(50)) == 20)
    #expect(video.frameCount(.every(5, atMost: 9)) == 4)
    #expect(video.frameCount(.every(3, atMost: 9)) == 7)
    #expect(video.frameCount(.every(1, atMost: 9)) == 9)
    #expect(ClipExtent.video(duration: 0, frameRate: 25).frameCount(.evenly(16)) == 1)
    // An image in a folder is read once for each time at which it is shown.
    let folder = ClipExtent.folder(frameCount: 5)
    #expect(folder.frameCount(.evenly(16)) == 16 && folder.frameCount(.every(2, atMost: 9)) == 3)
  }

  @Test("lie within start and end, or there are none")
  func range() {
    var sampling = ClipSampling()
    #expect(sampling.range(of: 10) == 0...10)
    #expect(sampling.range(of: 0) == 0...0)
    (sampling.start, sampling.end) = (4, 30)
    #expect(sampling.range(of: 10) == 4...10)
    #expect(sampling.range(of: 4) == nil)
    #expect(sampling.range(of: 3) == nil)
  }

  @Test("begin at cuts, but not so soon after another one that nobody could read the caption")
  func cuts() {
    func segments(_ cuts: [Double]) -> [Double] {
      ClipSegment.segments(of: 1...10, cutAt: cuts, shortest: 0.5).map(\.start)
    }
    #expect(segments([]) == [1])
    #expect(segments([3, 3.2, 7]) == [1, 3, 7])
    #expect(segments([1.2, 3, 9.8, 12]) == [1, 3])
    let all = ClipSegment.segments(of: 1...10, cutAt: [3, 7], shortest: 0.5)
    #expect(all.map(\.end) == [3, 7, 10])
  }

  @Test("are told from movement by the difference that only one frame makes")
  func scenes() {
    var scenes = SceneCuts()
    let dark = [UInt8](repeating: 20, count: 64)
    let light = [UInt8](repeating: 200, count: 64)
    #expect(
      [dark, dark, light, light, dark].enumerated().map {
        scenes.isCut($1, at: Double($0) / 25)
      } == [false, false, true, false, true])
    // A fade changes every frame alike.
    scenes = SceneCuts()
    let fade = (0..<12).map { [UInt8](repeating: UInt8(20 * $0), count: 64) }
    #expect(fade.enumerated().map { scenes.isCut($1, at: Double($0) / 25) }.filter { $0 }.isEmpty)
  }

  @Test("are told from each other where every frame is a slide of its own")
  func slides() {
    var scenes = SceneCuts()
    let slides = [20, 200, 60, 240, 120, 0].map { [UInt8](repeating: $0, count: 64) }
    let cuts = slides.enumerated().map { scenes.isCut($1, at: 3 * Double($0)) }
    #expect(cuts == [false, true, true, true, true, true])
    // In a video the same frames are flashes: the first is a cut, the others count as motion.
    scenes = SceneCuts()
    let flashes = (0..<6).map { [UInt8](repeating: $0 % 2 == 0 ? 20 : 200, count: 64) }
    #expect(
      flashes.enumerated().map { scenes.isCut($1, at: Double($0) / 25) }.filter { $0 }.count == 1)
  }
}
