import Captioning
import Dispatch
import ImageEncoders
import Media
import Synchronization
import Tensors

/// Decodes pictures and clips on several threads and prepares them for the encoder.
package struct PictureLoader: Sendable {
  package let preprocessing: ImagePreprocessing
  /// Which frames of clips are looked at.
  package let frames: ClipSampling.Frames
  /// How pictures are changed at random, all frames of a clip alike; nil shows them as they are.
  package var augmentation: Augmentation?
  /// The number of pictures or clips that are decoded at once.
  package var threadCount = Device.coreCount

  package init(
    _ preprocessing: ImagePreprocessing, frames: ClipSampling.Frames = .evenly(16),
    augmentation: Augmentation? = nil
  ) {
    (self.preprocessing, self.frames, self.augmentation) = (preprocessing, frames, augmentation)
  }

  /// The pictures of `examples`, those of clips frame by frame.
  ///
  /// - Parameters:
  ///   - examples: What to load.
  ///   - epoch: Decides, with each picture's number, how it is changed.
  /// - Returns: Pixels, normalised, and how many frames each has.
  /// - Throws: What is wrong with the first picture that cannot be read.
  package func pixels(
    of examples: [TrainingExample], epoch: Int
  ) throws(MediaError) -> TrainingBatch.Pictures {
    pixels(framed: try images(of: examples, epoch: epoch))
  }

  func pixels(framed images: [[Image]]) -> TrainingBatch.Pictures {
    .pixels(
      preprocessing.tensor(framed: Array(images.joined())), frameCounts: images.map(\.count))
  }

  /// The same before it becomes numbers; each has one frame at least.
  ///
  /// - Parameters:
  ///   - examples: What to load.
  ///   - epoch: Decides, with each picture's number, how it is changed.
  ///   - isAside: Decodes on other threads than those that compute, which go on meanwhile.
  /// - Returns: The frames of each example.
  /// - Throws: What is wrong with the first picture that cannot be read.
  func images(
    of examples: [TrainingExample], epoch: Int, aside isAside: Bool = false
  ) throws(MediaError) -> [[Image]] {
    let results = Mutex([Result<[Image], MediaError>?](repeating: nil, count: examples.count))
    let load: @Sendable (Int) -> Void = { index in
      let result = Result { () throws(MediaError) in try framed(examples[index], epoch: epoch) }
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

  private func framed(_ example: TrainingExample, epoch: Int) throws(MediaError) -> [Image] {
    let frame: @Sendable (Image) -> Image = { image in
      guard let augmentation else { return preprocessing.frame(image) }
      return preprocessing.frame(
        augmentation(
          image, epoch: epoch, example: example.number, canBeMirrored: example.canBeMirrored))
    }
    switch example.kind {
    case .picture: return [frame(try decodeStillImage(example.source).image)]
    case .clip: return try clip(example, frame)
    case .frames:
      var images: [Image] = []
      for picture in try FrameFolder(example.source).pictures(frames) {
        images.append(frame(try decodeStillImage(picture).image))
      }
      return images
    }
  }

  private func clip(
    _ example: TrainingExample, _ frame: @escaping @Sendable (Image) -> Image
  ) throws(MediaError) -> [Image] {
    var sampling = ClipSampling()
    sampling.frames = frames
    (sampling.start, sampling.end) = (example.segment?.start, example.segment?.end)
    var images: [Image] = []
    do {
      _ = try ClipReader(sampling, VideoOptions(), frame: frame).read(example.source) {
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
