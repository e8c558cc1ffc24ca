import Captioning
import Dispatch
import ImageEncoders
import Media
import Synchronization
import Tensors

/// Decodes pictures and clips on several threads and prepares them for the encoder.
package struct PictureLoader: Sendable {
  package let preprocessing: ImagePreprocessing
  /// The frames of clips to read.
  package let frames: ClipSampling.Frames
  /// Random changes of pictures, the same for all frames of a clip; nil changes nothing.
  package var augmentation: Augmentation?
  /// The number of pictures or clips that are decoded at once.
  package var threadCount = Device.coreCount

  package init(
    _ preprocessing: ImagePreprocessing, frames: ClipSampling.Frames = .evenly(16),
    augmentation: Augmentation? = nil
  ) {
    (self.preprocessing, self.frames, self.augmentation) = (preprocessing, frames, augmentation)
  }

  /// Returns the pictures of `examples`, and all frames of clips.
  ///
  /// - Parameters:
  ///   - examples: The pictures and clips to load.
  ///   - epoch: The epoch that random changes are keyed by, together with the number of the example.
  /// - Returns: The normalized pixels, and the number of frames of each example.
  /// - Throws: The error of the first picture that cannot be read.
  package func pixels(
    of examples: [TrainingExample], epoch: Int
  ) throws(MediaError) -> BatchPictures {
    pixels(inputs: try images(of: examples, epoch: epoch))
  }

  func pixels(inputs images: [[Image]]) -> BatchPictures {
    .pixels(
      preprocessing.tensor(inputs: Array(images.joined())), frameCounts: images.map(\.count))
  }

  /// Returns the images of `examples`, resized and cropped for the encoder.
  ///
  /// - Parameters:
  ///   - examples: The pictures and clips to load.
  ///   - epoch: The epoch that random changes are keyed by, together with the number of the example.
  ///   - isAside: True to decode on other threads than those that compute, which continue meanwhile.
  /// - Returns: The frames of each example, at least one.
  /// - Throws: The error of the first picture that cannot be read.
  func images(
    of examples: [TrainingExample], epoch: Int, aside isAside: Bool = false
  ) throws(MediaError) -> [[Image]] {
    let results = Mutex([Result<[Image], MediaError>?](repeating: nil, count: examples.count))
    let load: @Sendable (Int) -> Void = { index in
      let result = Result { () throws(MediaError) in try inputs(of: examples[index], epoch: epoch) }
      results.withLock { $0[index] = result }
    }
    if isAside {
      decodeAside(examples.count, load)
    } else {
      Device.forEach(examples.count, load)
    }
    var images: [[Image]] = []
    for result in results.withLock({ $0 }) {
      if let result { images.append(try result.get()) }
    }
    return images
  }

  private func decodeAside(_ count: Int, _ load: @Sendable (Int) -> Void) {
    let begun = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threadCount, count)) { _ in
      while true {
        let index = begun.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        load(index)
      }
    }
  }

  /// Returns the frames of an example, resized and cropped for the encoder.
  private func inputs(of example: TrainingExample, epoch: Int) throws(MediaError) -> [Image] {
    let resizeAndCrop: @Sendable (Image) -> Image = { image in
      guard let augmentation else { return preprocessing.resizeAndCrop(image) }
      return preprocessing.resizeAndCrop(
        augmentation(
          image, epoch: epoch, example: example.number, canBeMirrored: example.canBeMirrored))
    }
    switch example.kind {
    case .picture: return [resizeAndCrop(try decodeStillImage(example.source).image)]
    case .clip: return try clip(example, resizeAndCrop)
    case .frames:
      var images: [Image] = []
      for picture in try FrameFolder(example.source).pictures(frames) {
        images.append(resizeAndCrop(try decodeStillImage(picture).image))
      }
      return images
    }
  }

  private func clip(
    _ example: TrainingExample, _ resizeAndCrop: @escaping @Sendable (Image) -> Image
  ) throws(MediaError) -> [Image] {
    var sampling = ClipSampling()
    sampling.frames = frames
    (sampling.start, sampling.end) = (example.segment?.start, example.segment?.end)
    var images: [Image] = []
    do {
      _ = try ClipReader(sampling, VideoOptions(), resizingBy: resizeAndCrop).read(example.source) {
        images += $0.images
      }
    } catch let error as MediaError {
      throw error
    } catch {
      preconditionFailure("reading a clip throws nothing else: \(error)")
    }
    return images
  }
}
