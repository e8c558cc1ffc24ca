import Media
import Tensors

#if canImport(Glibc)
import Glibc
#endif

/// Random changes of pictures, different in every epoch, for an encoder that learns.
package struct Augmentation: Sendable {
  private let random: SeededRandom
  private let mirrors: Bool
  private let leastArea: Float

  /// - Parameters:
  ///   - random: The source of the draws.
  ///   - mirrors: True to mirror half of the pictures.
  ///   - leastArea: The least share of a picture's area that a crop keeps, in `0...1`.
  package init(_ random: SeededRandom, mirrors: Bool, leastArea: Float) {
    (self.random, self.mirrors, self.leastArea) = (random, mirrors, leastArea)
  }

  /// Returns a picture as it is seen in an epoch.
  package func callAsFunction(
    _ image: Image, epoch: Int, example: Int, canBeMirrored: Bool
  ) -> Image {
    var generator = random.generator(.augmentation, epoch: epoch, example: example)
    let isMirrored = generator.uniform() < 0.5
    let part = leastArea < 1 ? image.cropped(to: crop(of: image, &generator)) : image
    return mirrors && canBeMirrored && isMirrored ? part.flippedHorizontally() : part
  }

  /// Returns a rectangle of random area and aspect, as torchvision's `RandomResizedCrop`; the whole picture
  /// if ten draws do not fit.
  private func crop(of image: Image, _ generator: inout SeededGenerator) -> PixelRectangle {
    let area = Float(image.width * image.height)
    for _ in 0..<10 {
      let target = area * (leastArea + (1 - leastArea) * generator.uniform())
      let aspect = exp(log(Float(0.75)) + (log(Float(4) / 3) - log(0.75)) * generator.uniform())
      let width = Int((target * aspect).squareRoot().rounded())
      let height = Int((target / aspect).squareRoot().rounded())
      guard width > 0, height > 0, width <= image.width, height <= image.height else { continue }
      return PixelRectangle(
        x: generator.below(image.width - width + 1), y: generator.below(image.height - height + 1),
        width: width, height: height)
    }
    return PixelRectangle(x: 0, y: 0, width: image.width, height: image.height)
  }
}
