import Datasets
import Media
import Tensors

/// Clips of a camera that moves over captioned pictures, each with its reverse.
///
///     images/train_000001.avi      annotations/captions_train.json
///     images/val_000001.avi        annotations/captions_val.json
///     synthesis.json               what it was made with
///
/// The captions of the picture are true of both clips of a pair, which have the same frames: only
/// the order of the frames tells the motion of the camera. Every pixel is a function of picture,
/// seed, split and the picture's number: a larger collection begins with a smaller one.
package struct CropsCollection: Sendable {
  /// The pictures to make clips of, by their split.
  private let pictures: [CaptionDataset.Split: [CaptionedImage]]
  /// The number of clips per picture, not counting their reverses.
  package var pairsPerPicture = 1
  /// Width and height of all clips, in pixels.
  package var size = 224
  package var frameCount = 12
  package var seed: UInt64 = 1

  package static let framesPerSecond = 8
  /// The least width and height of a picture, in pixels.
  package static let leastSide = 32

  /// - Parameters:
  ///   - datasets: Captioned pictures; a test split is left alone.
  ///   - limits: The number of captioned pictures to use of each split; all of a split that is
  ///     missing here.
  package init(of datasets: [CaptionDataset], limits: [CaptionDataset.Split: Int] = [:]) {
    var pictures: [CaptionDataset.Split: [CaptionedImage]] = [:]
    for dataset in datasets where Self.splits.contains(dataset.split) {
      let captioned = dataset.examples.lazy.filter { picture in
        picture.captions.contains { CameraMotion.panLeft.caption(of: $0) != nil }
      }
      pictures[dataset.split] = Array(captioned.prefix(limits[dataset.split] ?? .max))
    }
    self.pictures = pictures
  }

  package static let splits: [CaptionDataset.Split] = [.train, .validation]

  package func pictures(_ split: CaptionDataset.Split) -> [CaptionedImage] {
    pictures[split] ?? []
  }

  /// The total number of pictures.
  package var pictureCount: Int { Self.splits.reduce(0) { $0 + pictures($1).count } }

  // MARK: What is seen

  /// Returns the camera motions in the clips of picture `index` and in their reverses, in turn.
  package func motions(_ split: CaptionDataset.Split, _ index: Int) -> [CameraMotion] {
    paths(split, index).flatMap { [$0.motion, $0.motion.reversed] }
  }

  /// The clips of picture `index`, each followed by its reverse.
  package func clips(
    _ split: CaptionDataset.Split, _ index: Int
  ) throws(MediaError) -> [MotionJPEG] {
    let image = try decoded(pictures(split)[index].source)
    return paths(split, index).flatMap { path in
      let clip = clip(of: image, path)
      return [clip, clip.reversed]
    }
  }

  /// Returns the camera paths over picture `index`, one for each pair of clips.
  func paths(_ split: CaptionDataset.Split, _ index: Int) -> [CameraPath] {
    // Streams 0 to 7 are those of the shapes.
    var random = SeededRandom(seed).generator(
      .synthesis, epoch: split == .train ? 8 : 9, example: index)
    return (0..<pairsPerPicture).map { _ in CameraPath(using: &random) }
  }

  private func clip(of image: Image, _ path: CameraPath) -> MotionJPEG {
    let windows = path.windows(
      over: PixelSize(width: image.width, height: image.height), frameCount: frameCount)
    return MotionJPEG(
      frames: windows.lazy.map { image.cropped(to: $0).resized(toWidth: size, height: size) },
      framesPerSecond: Self.framesPerSecond)
  }

  private func decoded(_ source: MediaSource) throws(MediaError) -> Image {
    var options = StillImageOptions()
    // Of a photo much larger than needed, the closest zoom still has pixels enough.
    let needed = size * 5 / 2
    options.smallestUsefulSize = { _ in PixelSize(width: needed, height: needed) }
    let picture = try decodeStillImage(source, options)
    guard min(picture.width, picture.height) >= Self.leastSide else {
      throw MediaError(
        path: source.name, code: .unsupported, stage: .decode,
        problem: "has \(picture.width) x \(picture.height) pixels, and a camera that moves over it "
          + "needs \(Self.leastSide) either way. Take it out, or get a larger copy.")
    }
    return picture.image
  }
}
