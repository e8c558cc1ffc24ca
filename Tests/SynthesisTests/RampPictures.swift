import Datasets
import Media
import TestSupport

/// Captioned pictures that tell where in them a part lies: red grows to the right, green downwards.
struct RampPictures {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.makeFolder("pictures")
  }

  /// A split of `count` pictures with two captions each, of the given size.
  func dataset(
    _ split: CaptionDataset.Split, count: Int, width: Int = 96, height: Int = 64
  ) throws -> CaptionDataset {
    let examples = try (0..<count).map { index in
      let name = "\(split.rawValue)-\(index).png"
      try folder.write(Self.picture(width, height).pngBytes, to: "pictures/\(name)")
      return CaptionedImage(
        id: index, folder: "\(folder.path)/pictures", name: name,
        captions: ["\(split.rawValue) ramp \(index) .", "colours"])
    }
    return CaptionDataset(split: split, examples: examples)
  }

  static func picture(_ width: Int, _ height: Int) -> Image {
    let pixels = (0..<width * height).flatMap { pixel -> [UInt8] in
      [UInt8(pixel % width * 255 / width), UInt8(pixel / width * 255 / height), 128]
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}
