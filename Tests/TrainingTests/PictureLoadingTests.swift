import Captioning
import Foundation
import ImageEncoders
import Media
import Tensors
import Testing

@testable import Training

@Suite("Picture loading")
struct PictureLoadingTests {
  private let examples = ["dog-on-grass.jpg", "red-car.jpg", "house.png", "sailing-boat.webp"]
    .enumerated().map { number, name in
      TrainingExample(
        number: number, path: Self.folder + "/" + name, captions: [], canBeMirrored: number != 2)
    }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../datasets/samples").standardized.path

  private func loader(
    mirrors: Bool = true, leastArea: Float = 1, threadCount: Int = 2
  ) -> PictureLoader {
    var loader = PictureLoader(
      EncoderConfiguration(.smallCNN).preprocessing,
      augmentation: Augmentation(SeededRandom(5), mirrors: mirrors, leastArea: leastArea))
    loader.threadCount = threadCount
    return loader
  }

  @Test("decoded ahead, on however many threads, pictures are the same", arguments: [1, 2, 8])
  func ahead(threadCount: Int) throws {
    let loader = loader(leastArea: 0.5)
    let pictures = PicturePrefetch(self.loader(leastArea: 0.5, threadCount: threadCount))
    let steps = [[examples[0], examples[1]], [examples[2]], [examples[3], examples[0]]]
    for epoch in 0..<2 {
      for (place, step) in steps.enumerated() {
        // What was announced may not be what is asked for then.
        let following = place == 0 ? steps[1] : place == 1 ? steps[0] : nil
        let found = try pictures.pixels(of: step, thenOf: following, epoch: epoch)
        #expect(found.floats == (try loader.pixels(of: step, epoch: epoch)).floats)
      }
    }
  }

  @Test("a picture that cannot be read is told when it is its turn")
  func missing() throws {
    let missing = TrainingExample(
      number: 9, path: Self.folder + "/none.jpg", captions: [], canBeMirrored: true)
    let pictures = PicturePrefetch(loader(threadCount: 8))
    _ = try pictures.pixels(of: [examples[0]], thenOf: [missing], epoch: 0)
    #expect(throws: MediaError.self) {
      try pictures.pixels(of: [missing], thenOf: nil, epoch: 0)
    }
  }

  @Test("pictures are mirrored in half of the epochs, unless a caption forbids it")
  func mirroring() throws {
    let plain = PictureLoader(EncoderConfiguration(.smallCNN).preprocessing)
    for example in [examples[0], examples[2]] {
      let upright = try plain.pixels(of: [example], epoch: 0).floats
      let mirroredCount = try (0..<20).count { epoch in
        try loader().pixels(of: [example], epoch: epoch).floats != upright
      }
      #expect(example.canBeMirrored ? (4...16).contains(mirroredCount) : mirroredCount == 0)
      let never = try loader(mirrors: false).pixels(of: [example], epoch: 3).floats
      #expect(never == upright)
    }
  }

  @Test("crops keep at least the share of the area they are told to, and about the aspect")
  func cropping() {
    let image = Image(
      width: 120, height: 90, pixels: [UInt8](repeating: 7, count: 120 * 90 * 3))
    let augmentation = Augmentation(SeededRandom(1), mirrors: false, leastArea: 0.5)
    var sizes: Set<[Int]> = []
    for example in 0..<200 {
      let part = augmentation(image, epoch: 1, example: example, canBeMirrored: true)
      let share = Double(part.width * part.height) / Double(120 * 90)
      #expect((0.48...1).contains(share))
      let aspect = Double(part.width) / Double(part.height)
      #expect((0.74...1.35).contains(aspect), "\(part.width)x\(part.height)")
      sizes.insert([part.width, part.height])
      let again = augmentation(image, epoch: 1, example: example, canBeMirrored: true)
      #expect((again.width, again.height) == (part.width, part.height))
    }
    #expect(sizes.count > 100)
    let whole = Augmentation(SeededRandom(1), mirrors: false, leastArea: 1)
    #expect(whole(image, epoch: 0, example: 0, canBeMirrored: true) == image)
  }
}

extension BatchPictures {
  /// The pixels; none of features.
  fileprivate var floats: [Float] {
    guard case .pixels(let pixels, _) = self else { return [] }
    return pixels.floats
  }
}
