import Dispatch
import ImageEncoders
import Media
import Synchronization
import Tensors

/// Decodes pictures on all cores and prepares them for the encoder.
package struct PictureLoader: Sendable {
  package let preprocessing: ImagePreprocessing
  /// How pictures are changed at random; nil shows them as they are.
  package var augmentation: Augmentation?

  package init(_ preprocessing: ImagePreprocessing, augmentation: Augmentation? = nil) {
    (self.preprocessing, self.augmentation) = (preprocessing, augmentation)
  }

  /// The pictures of `examples`, `[P, H, W, 3]`.
  ///
  /// - Parameters:
  ///   - examples: What to load.
  ///   - epoch: Decides, with each picture's number, how it is changed.
  /// - Returns: Pixels, normalised.
  /// - Throws: What is wrong with the first picture that cannot be read.
  package func pixels(of examples: [TrainingExample], epoch: Int) throws(MediaError) -> Tensor {
    preprocessing.tensor(framed: try images(of: examples, epoch: epoch))
  }

  /// The same before it becomes numbers.
  func images(of examples: [TrainingExample], epoch: Int) throws(MediaError) -> [Image] {
    let results = Mutex([Result<Image, MediaError>?](repeating: nil, count: examples.count))
    DispatchQueue.concurrentPerform(iterations: examples.count) { index in
      let result = Result { () throws(MediaError) in try framed(examples[index], epoch: epoch) }
      results.withLock { $0[index] = result }
    }
    var images: [Image] = []
    for result in results.withLock({ $0 }) {
      if let result { images.append(try result.get()) }
    }
    return images
  }

  private func framed(_ example: TrainingExample, epoch: Int) throws(MediaError) -> Image {
    let decoded = try decodeStillImage(example.source)
    guard let augmentation else { return preprocessing.frame(decoded.image) }
    return preprocessing.frame(
      augmentation(
        decoded.image, epoch: epoch, example: example.number, canBeMirrored: example.canBeMirrored))
  }
}
