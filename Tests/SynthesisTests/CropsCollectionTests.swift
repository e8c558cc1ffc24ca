import Datasets
import Media
import TestSupport
import Testing

@testable import Synthesis

@Suite("Clips of a camera over pictures")
struct CropsCollectionTests {
  let pictures: RampPictures
  let crops: CropsCollection

  init() throws {
    pictures = try RampPictures()
    var crops = CropsCollection(of: [
      try pictures.dataset(.train, count: 8), try pictures.dataset(.test, count: 1),
    ])
    (crops.size, crops.frameCount, crops.pairsPerPicture) = (32, 5, 4)
    self.crops = crops
  }

  @Test("come with their reverse: the same frames backwards, and the opposite motion")
  func reverse() throws {
    for index in 0..<8 {
      let (clips, motions) = (try crops.clips(.train, index), crops.motions(.train, index))
      try #require(clips.count == 8 && motions.count == 8)
      for pair in stride(from: 0, to: 8, by: 2) {
        #expect(clips[pair].pictures.count == 5)
        #expect(clips[pair].pictures.reversed() == clips[pair + 1].pictures)
        #expect(clips[pair].pictures != clips[pair + 1].pictures)
        #expect(motions[pair].reversed == motions[pair + 1])
      }
    }
  }

  @Test("show what their captions say, told from the colours of the first and the last frame")
  func motion() throws {
    var seen: Set<CameraMotion> = []
    for index in 0..<8 {
      let motions = crops.motions(.train, index)
      for (clip, motion) in zip(try crops.clips(.train, index), motions) {
        seen.insert(motion)
        let first = try Look(at: #require(clip.pictures.first))
        let last = try Look(at: #require(clip.pictures.last))
        let (x, y) = (last.red.mean - first.red.mean, last.green.mean - first.green.mean)
        switch motion {
        case .panLeft: #expect(x < -20 && abs(y) < 3)
        case .panRight: #expect(x > 20 && abs(y) < 3)
        case .panUp: #expect(y < -20 && abs(x) < 3)
        case .panDown: #expect(y > 20 && abs(x) < 3)
        case .zoomIn: #expect(last.red.range < 0.7 * first.red.range)
        case .zoomOut: #expect(first.green.range < 0.7 * last.green.range)
        }
      }
    }
    #expect(seen == Set(CameraMotion.allCases))
  }

  @Test("show the window's part of the picture, resized without a detour")
  func pixels() throws {
    let clip = try crops.clips(.train, 3)[2]
    let windows = crops.paths(.train, 3)[1].windows(
      over: PixelSize(width: 96, height: 64), frameCount: 5)
    let frames = windows.map {
      RampPictures.picture(96, 64).cropped(to: $0).resized(toWidth: 32, height: 32)
    }
    #expect(clip == MotionJPEG(frames: frames, framesPerSecond: 8))
  }

  @Test("are a function of seed, split and the picture's number: more begin with the same")
  func prefix() throws {
    let training = try pictures.dataset(.train, count: 8)
    var fewer = CropsCollection(of: [training], limits: [.train: 3])
    (fewer.size, fewer.frameCount, fewer.pairsPerPicture) = (32, 5, 1)
    #expect(fewer.pictures(.train).count == 3 && fewer.pictureCount == 3)
    for index in 0..<3 {
      #expect(fewer.motions(.train, index) == Array(crops.motions(.train, index).prefix(2)))
      #expect(try fewer.clips(.train, index) == Array(crops.clips(.train, index).prefix(2)))
    }
    var other = fewer
    other.seed = 2
    #expect(try other.clips(.train, 0) != fewer.clips(.train, 0))
    let validation = CropsCollection(of: [
      CaptionDataset(split: .validation, examples: training.examples)
    ])
    #expect(validation.paths(.validation, 0) != crops.paths(.train, 0))
  }

  @Test("need captioned pictures, and leave the test split alone")
  func choice() {
    #expect(crops.pictures(.test).isEmpty)
    let examples = [[], ["."], ["a dog"]].enumerated().map { index, captions in
      CaptionedImage(id: index, folder: "x", name: "\(index).png", captions: captions)
    }
    let some = CropsCollection(of: [CaptionDataset(split: .train, examples: examples)])
    #expect(some.pictures(.train).map(\.name) == ["2.png"])
  }
}

/// The colours of a compressed frame.
private struct Look {
  let red: (mean: Double, range: Double)
  let green: (mean: Double, range: Double)

  init(at jpeg: [UInt8]) throws {
    let image = try decodeStillImage(.bytes(jpeg, name: "frame")).image
    func channel(_ offset: Int) -> (Double, Double) {
      let values = stride(from: offset, to: image.pixels.count, by: 3).map {
        Double(image.pixels[$0])
      }
      return (
        values.reduce(0, +) / Double(values.count), (values.max() ?? 0) - (values.min() ?? 0)
      )
    }
    (red, green) = (channel(0), channel(1))
  }
}
