import Media
import Tensors

/// Drawn pictures of coloured shapes with captions, and clips of them, as a folder in COCO's form.
///
///     images/train_000001.png      annotations/captions_train.json
///     images/val_000001.png        annotations/captions_val.json
///     clips/                       the same of clips, where any are asked for, with a training.json
///     training.json                options of `cutline train` with which it is learned in minutes
///     synthesis.json               what it was made with, and how to make it again
///
/// Every pixel is a function of seed, part and number: a larger collection begins with a smaller
/// one.
package struct ShapesCollection: Sendable {
  /// A part of the collection, which draws its own scenes.
  package enum Part: String, Sendable, CaseIterable {
    case training = "train"
    case validation = "val"
  }

  /// The number of training pictures.
  package var trainingCount = 20_000
  /// The number of validation pictures.
  package var validationCount = 400
  /// The number of training clips, an even one; a tenth as many are added for validation, at most
  /// 1,000.
  package var clipCount = 0
  /// Width and height of all pictures, in pixels.
  package var size = 64
  package var seed: UInt64 = 1
  /// The language of the pictures' captions; those of clips are English.
  package var language = CaptionLanguage.english

  package init() {}

  func count(_ part: Part) -> Int { part == .training ? trainingCount : validationCount }

  func clipCount(_ part: Part) -> Int {
    part == .training ? clipCount : min((clipCount + 19) / 20 * 2, 1000)
  }

  /// The number of pictures and clips in all.
  package var fileCount: Int {
    Part.allCases.reduce(0) { $0 + count($1) + clipCount($1) }
  }

  // MARK: What is drawn

  /// The scene of picture `index` of `part`.
  package func scene(_ part: Part, _ index: Int) -> Scene {
    var random = generator(.picture, part, index)
    return Scene(using: &random)
  }

  package func picture(_ part: Part, _ index: Int) -> Image {
    let scene = scene(part, index)
    var noise = generator(.pictureNoise, part, index)
    return Painter(size: size).image(of: scene.things, on: scene.background, noise: &noise)
  }

  /// Returns the caption of clip `index`; an odd clip is the reverse of the one before.
  package func clipCaption(_ part: Part, _ index: Int) -> ClipCaption {
    let caption = movingScene(part, index / 2).caption
    return index % 2 == 0 ? caption : caption.reversed
  }

  package func clip(_ part: Part, _ index: Int) -> [Image] {
    var noise = generator(.clipNoise, part, index / 2)
    let frames = movingScene(part, index / 2).frames(by: Painter(size: size), noise: &noise)
    return index % 2 == 0 ? frames : frames.reversed()
  }

  private func movingScene(_ part: Part, _ pair: Int) -> MovingScene {
    var random = generator(.clip, part, pair)
    return MovingScene(using: &random)
  }

  private enum Purpose: Int { case picture, pictureNoise, clip, clipNoise }

  private func generator(_ purpose: Purpose, _ part: Part, _ index: Int) -> SeededGenerator {
    let stream = 2 * purpose.rawValue + (part == .training ? 0 : 1)
    return SeededRandom(seed).generator(.synthesis, epoch: stream, example: index)
  }
}
