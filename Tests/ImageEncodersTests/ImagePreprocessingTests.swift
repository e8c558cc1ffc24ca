import Media
import Tensors
import TestSupport
import Testing

@testable import ImageEncoders

extension ImageEncodersTests {
  @Suite("Image preprocessing")
  struct ImagePreprocessingTests {
    static let pictures = [
      "scene-640x480", "shapes-333x251", "tower-97x500", "noise-31x17", "tiles-224x224",
    ]
    static let rules: [(name: String, preprocessing: ImagePreprocessing)] = [
      ("torchvision", .torchvision()),
      ("squash", squash),
      ("inception", EncoderArchitecture.inceptionV3.publishedPreprocessing),
      ("bicubic", EncoderArchitecture.efficientNetLite2.publishedPreprocessing),
      ("tensorflow", .tensorFlow()),
    ]

    private static let squash: ImagePreprocessing = {
      var rule = ImagePreprocessing.torchvision()
      rule.framing = .squash
      return rule
    }()

    /// `scripts/fixtures/preprocessing.py` wrote the fixture with torchvision and Pillow.
    ///
    /// Pixels agree to the bit, so what is left is the rounding of one product and one sum.
    @Test("agrees with torchvision to the bit before normalisation", arguments: pictures)
    func parity(picture: String) throws {
      let fixture = try Fixture("preprocessing")
      let path = Fixture.folder.appending(path: "preprocessing/\(picture).png").path
      let image = try decodeStillImage(.file(path)).image
      let stride = try fixture.integers("stride")[0]
      for (name, preprocessing) in Self.rules {
        let x = preprocessing.tensor([image])
        let key = "\(picture).\(name)"
        #expect(Array(x.shape.dropFirst()) == (try fixture.integers("\(key).size")))
        let numbers = x.floats
        let samples = Swift.stride(from: 0, to: numbers.count, by: stride).map { numbers[$0] }
        // A pixel's step is 1/255 over a deviation of about 1/4: 0.016.
        expectClose(
          Tensor(samples, shape: [samples.count]), try fixture["\(key).samples"], within: 2e-6, key)
        for (channel, mean) in try fixture.floats("\(key).mean").enumerated() {
          let values = Swift.stride(from: channel, to: numbers.count, by: 3).map { numbers[$0] }
          let sum = values.reduce(0) { $0 + Double($1) }
          #expect(abs(sum / Double(values.count) - Double(mean)) < 1e-6, "mean of \(key)")
        }
      }
    }

    @Test("the part that is said to be seen is the one that is in the square")
    func seenPart() {
      for (name, preprocessing) in Self.rules {
        for (width, height) in [(250, 250), (240, 130), (97, 200), (255, 20)] {
          // The value of each pixel encodes its position.
          let pixels = (0..<width * height).flatMap { index -> [UInt8] in
            [UInt8(index % width), UInt8(index / width), 0]
          }
          let image = Image(width: width, height: height, pixels: pixels)
          let part = preprocessing.seenPart(of: PixelSize(width: width, height: height))
          let framed = preprocessing.resizeAndCrop(image)
          let size = preprocessing.size
          func expectPlace(_ x: Int, _ y: Int) {
            let place = (y * size + x) * 3
            let column = Double(part.x) + (Double(x) + 0.5) / Double(size) * Double(part.width)
            let row = Double(part.y) + (Double(y) + 0.5) / Double(size) * Double(part.height)
            #expect(abs(Double(framed.pixels[place]) + 0.5 - column) < 2, "\(name)")
            #expect(abs(Double(framed.pixels[place + 1]) + 0.5 - row) < 2, "\(name)")
          }
          for x in [0, size / 2, size - 1] {
            for y in [0, size / 2, size - 1] { expectPlace(x, y) }
          }
        }
      }
    }

    @Test("pictures of a batch do not mix")
    func batch() {
      let images = (0..<3).map { index in
        Image(
          width: 40 + index, height: 50,
          pixels: (0..<(40 + index) * 150).map { UInt8(($0 * (index + 3)) % 251) })
      }
      let rule = ImagePreprocessing.torchvision(resize: 20, crop: 16)
      let batch = rule.tensor(images)
      #expect(batch.shape == [3, 16, 16, 3])
      for (index, image) in images.enumerated() {
        #expect(batch.slice(index..<index + 1).floats == rule.tensor([image]).floats)
      }
      #expect(rule.tensor(inputs: images.map(rule.resizeAndCrop)).floats == batch.floats)
    }

    @Test("says how small a picture may be decoded")
    func smallestUsefulSize() {
      #expect(
        ImagePreprocessing.torchvision().smallestUsefulSize(of: PixelSize(width: 1280, height: 960))
          == PixelSize(width: 341, height: 256))
      #expect(
        ImagePreprocessing.torchvision().smallestUsefulSize(of: PixelSize(width: 300, height: 600))
          == PixelSize(width: 256, height: 512))
      #expect(
        Self.squash.smallestUsefulSize(of: PixelSize(width: 1280, height: 960))
          == PixelSize(width: 224, height: 224))
      // Seven eighths of 256 pixels are 224.
      #expect(
        ImagePreprocessing.tensorFlow().smallestUsefulSize(of: PixelSize(width: 1280, height: 960))
          == PixelSize(width: 256, height: 256))
    }

    /// Resized whole, the last one would be a picture of 256×5,120,000 pixels.
    @Test("one pixel, and a strip far longer than it is wide, become a square")
    func extremeShapes() {
      for (width, height) in [(1, 1), (3, 1), (1, 20_000)] {
        let count = width * height
        let pixels: [UInt8] = (0..<count).flatMap { pixel -> [UInt8] in
          [0, 100, abs(pixel - count / 2) > 2 ? 0 : 200]
        }
        let image = Image(width: width, height: height, pixels: pixels)
        for (name, rule) in Self.rules {
          let framed = rule.resizeAndCrop(image)
          #expect(framed.width == rule.size && framed.height == rule.size, "\(name)")
          guard name == "torchvision" else { continue }
          let middle = (framed.height / 2 * framed.width + framed.width / 2) * 3
          #expect(Array(framed.pixels[middle..<middle + 3]) == [0, 100, 200], "\(name)")
        }
      }
    }
  }
}
