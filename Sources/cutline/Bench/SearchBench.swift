import Captioning
import Layers
import Tensors
import Text

/// Beam search over random features, with a decoder of random weights that never ends a caption.
struct SearchBench {
  private let decoder: any VisualDecoder
  private let features: PackedSequence
  private let beam: BeamSearch

  /// - Parameters:
  ///   - hasAttention: True for attention over 196 positions of a picture.
  ///   - pictureCount: The number of pictures that are searched together.
  init(hasAttention: Bool, pictureCount: Int) {
    var random = SeededGenerator(seed: 1)
    let featureSize = 2048
    var decoder = DecoderConfiguration(hasAttention ? .showAttendTell : .showAndTell)
      .makeDecoder(featureSize: featureSize, vocabularySize: 10_000)
    decoder.initialize(using: &random)
    self.decoder = decoder
    let shape = (hasAttention ? [pictureCount, 196] : [pictureCount]) + [featureSize]
    features = PackedSequence(
      Tensor((0..<shape.reduce(1, *)).map { _ in max(0, 2 * random.uniform() - 1) }, shape: shape))
    var beam = BeamSearch(width: 3, maximumWords: 20)
    beam.rules.forbidden = [.end]
    self.beam = beam
  }

  func search() {
    func search(from start: some CaptionsInProgress) {
      _ = beam.captions(from: start, pictureCount: features.count)
    }
    search(from: decoder.emptyCaptions(of: features))
  }
}
