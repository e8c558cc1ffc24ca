import Captioning
import Layers
import Tensors
import Text

/// Searches for captions of random features, by a decoder of random weights that never ends one.
struct SearchBench {
  private let decoder: any CaptionDecoder
  private let features: VisualFeatures
  private let beam: BeamSearch

  /// - Parameters:
  ///   - hasAttention: Whether pictures are 196 positions that are looked at again.
  ///   - pictureCount: How many pictures are searched together.
  init(hasAttention: Bool, pictureCount: Int) {
    var random = SeededGenerator(seed: 1)
    let featureSize = 2048
    let name = hasAttention ? DecoderName.showAttendTell : .showAndTell
    var decoder = DecoderConfiguration(reading: name.reading())
      .makeDecoder(featureSize: featureSize, vocabularySize: 10_000)
    decoder.initialize(using: &random)
    self.decoder = decoder
    let shape = (hasAttention ? [pictureCount, 196] : [pictureCount]) + [featureSize]
    features = VisualFeatures(
      Tensor((0..<shape.reduce(1, *)).map { _ in max(0, 2 * random.uniform() - 1) }, shape: shape))
    var beam = BeamSearch(width: 3, maximumWords: 20)
    beam.rules.forbidden = [.end]
    self.beam = beam
  }

  func search() {
    func search(_ decoder: some CaptionDecoder) { _ = beam.captions(of: features, by: decoder) }
    search(decoder)
  }
}
