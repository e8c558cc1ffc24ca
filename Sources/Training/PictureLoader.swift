import Dispatch
import ImageEncoders
import Media
import Synchronization
import Tensors

/// Decodes pictures on all cores and prepares them for the encoder.
package struct PictureLoader: Sendable {
  package let preprocessing: ImagePreprocessing
  /// Fixes which pictures are mirrored; nil mirrors none.
  package var mirroring: SeededRandom?

  package init(_ preprocessing: ImagePreprocessing, mirroring: SeededRandom? = nil) {
    (self.preprocessing, self.mirroring) = (preprocessing, mirroring)
  }

  /// The pictures of `examples`, `[P, H, W, 3]`.
  ///
  /// - Parameters:
  ///   - examples: What to load.
  ///   - epoch: Decides, with each picture's number, whether it is mirrored.
  /// - Returns: Pixels, normalised.
  /// - Throws: What is wrong with the first picture that cannot be read.
  package func pixels(of examples: [TrainingExample], epoch: Int) throws(MediaError) -> Tensor {
    let results = Mutex([Result<Image, MediaError>?](repeating: nil, count: examples.count))
    DispatchQueue.concurrentPerform(iterations: examples.count) { index in
      let result = Result { () throws(MediaError) in try framed(examples[index], epoch: epoch) }
      results.withLock { $0[index] = result }
    }
    var images: [Image] = []
    for result in results.withLock({ $0 }) {
      if let result { images.append(try result.get()) }
    }
    return preprocessing.tensor(framed: images)
  }

  private func framed(_ example: TrainingExample, epoch: Int) throws(MediaError) -> Image {
    let decoded = try decodeStillImage(example.source)
    let image = preprocessing.frame(decoded.image)
    guard let mirroring, example.canBeMirrored else { return image }
    let draw = mirroring.uniform(.augmentation, epoch: epoch, example: example.number)
    return draw < 0.5 ? image.flippedHorizontally() : image
  }
}
