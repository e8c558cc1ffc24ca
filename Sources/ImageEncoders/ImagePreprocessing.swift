import Media
import Tensors

/// The preprocessing of a picture for an encoder: resize, crop and normalise.
///
/// Stored with every model, because captions only make sense when pictures are prepared in use as
/// they were in training. Resampling is Pillow's, with antialiasing, as torchvision's.
package struct ImagePreprocessing: Sendable, Equatable {
  /// The rule by which a picture of any shape becomes a square.
  package enum Framing: Sendable, Equatable {
    /// Stretched to fit: all of the picture is kept, and its aspect ratio is lost.
    case squash
    /// The shorter side becomes this long, and the middle is cut out (torchvision).
    case shorterSide(Int)
    /// This share of each side, about the middle, is cut out and then stretched (TensorFlow).
    case centralFraction(Double)
  }
  package var framing: Framing
  /// Height and width of what the encoder reads, in pixels.
  package var size: Int
  /// The filter that pictures are resized with.
  package var filter: ResamplingFilter
  /// The mean per channel, of pixels in `0...1`.
  package var mean: [Float]
  /// The standard deviation per channel, of pixels in `0...1`.
  package var deviation: [Float]

  package init(
    framing: Framing, size: Int, filter: ResamplingFilter = .bilinear, mean: [Float],
    deviation: [Float]
  ) {
    (self.framing, self.size, self.filter) = (framing, size, filter)
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// The preprocessing of torchvision's ImageNet classifiers.
  package static func torchvision(resize: Int = 256, crop: Int = 224) -> ImagePreprocessing {
    ImagePreprocessing(
      framing: .shorterSide(resize), size: crop, mean: [0.485, 0.456, 0.406],
      deviation: [0.229, 0.224, 0.225])
  }

  /// The preprocessing of TensorFlow's classifiers: pixels in `-1...1`.
  package static func tensorFlow(size: Int = 224) -> ImagePreprocessing {
    ImagePreprocessing(
      framing: .centralFraction(0.875), size: size, mean: [0.5, 0.5, 0.5],
      deviation: [0.5, 0.5, 0.5])
  }

  /// Returns the same preprocessing for squares of another size, which show as much of a picture.
  package func resized(to size: Int) -> ImagePreprocessing {
    var other = self
    other.size = size
    if case .shorterSide(let side) = framing {
      other.framing = .shorterSide(
        Int((Double(side) * Double(size) / Double(self.size)).rounded()))
    }
    return other
  }

  /// The size below which a picture should not be scaled down while it is decoded.
  package func smallestUsefulSize(of original: PixelSize) -> PixelSize {
    switch framing {
    case .squash: return PixelSize(width: size, height: size)
    case .shorterSide(let side):
      return Self.scaled(original.width, original.height, shorterSide: side)
    case .centralFraction(let fraction):
      let full = Int((Double(size) / fraction).rounded(.up))
      return PixelSize(width: full, height: full)
    }
  }

  /// The square that the encoder sees, in 8-bit pixels.
  package func resizeAndCrop(_ image: Image) -> Image {
    switch framing {
    case .squash:
      return image.resized(toWidth: size, height: size, filter: filter)
    case .shorterSide(let side):
      let image = image.withoutFarEnds
      let scaled = Self.scaled(image.width, image.height, shorterSide: side)
      return image.resized(
        to: scaled, keeping: scaled.center(width: size, height: size), filter: filter)
    case .centralFraction(let fraction):
      let middle = PixelSize(width: image.width, height: image.height).middle(fraction)
      return image.cropped(to: middle).resized(toWidth: size, height: size, filter: filter)
    }
  }

  /// The part of a picture of the given size that is in the square, to the nearest pixel.
  package func seenPart(of size: PixelSize) -> PixelRectangle {
    switch framing {
    case .squash:
      return PixelRectangle(x: 0, y: 0, width: size.width, height: size.height)
    case .shorterSide(let side):
      // The square in the picture that was scaled is a square about the middle here.
      let share = Double(self.size) / Double(side)
      let length = max(1, Int((Double(min(size.width, size.height)) * share).rounded()))
      return size.center(width: length, height: length)
    case .centralFraction(let fraction):
      return size.middle(fraction)
    }
  }

  /// Pictures as an encoder reads them, `[B, size, size, 3]`.
  package func tensor(_ images: [Image]) -> Tensor {
    tensor(inputs: images.map(resizeAndCrop))
  }

  /// Returns pictures that are resized and cropped already, `[B, size, size, 3]`, as numbers of a type.
  package func tensor(inputs images: [Image], as type: ElementType = .float32) -> Tensor {
    let pixels = Tensor(
      pictures: images.map(\.pixels), height: size, width: size,
      scale: deviation.map { 1 / (255 * $0) }, shift: zip(mean, deviation).map { -$0 / $1 },
      type: type == .bfloat16 ? .float32 : type)
    return pixels.converted(to: type)
  }

  /// torchvision's rule: the longer side is cut to a whole number, not rounded.
  private static func scaled(_ width: Int, _ height: Int, shorterSide side: Int) -> PixelSize {
    width <= height
      ? PixelSize(width: side, height: max(side, side * height / width))
      : PixelSize(width: max(side, side * width / height), height: side)
  }
}

extension Image {
  /// The middle of a strip over eight times as long as it is wide; any other picture as it is.
  ///
  /// torchvision would enlarge 1×65,500 pixels to 12 GB before it cuts out the middle. The ends of a
  /// strip are cut off afterwards anyway, so this moves the result by less than a pixel.
  fileprivate var withoutFarEnds: Image {
    let center = PixelSize(width: width, height: height)
      .center(width: min(width, 8 * height), height: min(height, 8 * width))
    return cropped(to: center)
  }
}

extension PixelSize {
  /// This share of each side: whole pixels off both ends, as `tf.image.central_crop` does.
  fileprivate func middle(_ fraction: Double) -> PixelRectangle {
    func margin(_ side: Int) -> Int { Int((Double(side) - Double(side) * fraction) / 2) }
    let (x, y) = (margin(width), margin(height))
    return PixelRectangle(x: x, y: y, width: width - 2 * x, height: height - 2 * y)
  }

  /// The middle of a picture; torchvision rounds the offset to the nearest even number at ties.
  fileprivate func center(width: Int, height: Int) -> PixelRectangle {
    func offset(_ full: Int, _ part: Int) -> Int {
      Int((Double(full - part) / 2).rounded(.toNearestOrEven))
    }
    return PixelRectangle(
      x: offset(self.width, width), y: offset(self.height, height), width: width, height: height)
  }
}
