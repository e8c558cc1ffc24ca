import Captioning
import ImageEncoders
import Media
import Reports

/// Draws where in pictures the words of their captions come from.
package struct HeatMapDrawing: Sendable {
  private let captioner: Captioner
  private let limits: StillImageOptions
  /// The longer side of a single word's picture, in pixels.
  private static let size = 720

  /// - Parameters:
  ///   - captioner: What said the captions.
  ///   - limits: Which pictures are refused.
  package init(_ captioner: Captioner, _ limits: StillImageOptions) {
    (self.captioner, self.limits) = (captioner, limits)
  }

  /// The maps of a caption over its picture, which is read once more: captioning keeps no more of it than
  /// what the encoder sees.
  package func sheet(
    of source: MediaSource, saying caption: Caption
  ) throws(MediaError) -> HeatMapSheet {
    let reader = PictureReader(for: captioner.preprocessing, limits, threadCount: 1)
    let framed = try reader.framed(source, since: .now).image
    let photo = try photo(source)
    let seen = captioner.preprocessing.seenPart(
      of: PixelSize(width: photo.width, height: photo.height))
    return HeatMapSheet(
      photo, seen: seen, captioner.heatMaps(of: framed, saying: caption), note: note)
  }

  /// The picture upright, at the size it is drawn.
  private func photo(_ source: MediaSource) throws(MediaError) -> Image {
    var options = limits
    options.smallestUsefulSize = { $0.fitted(to: Self.size) }
    let image = try decodeStillImage(source, options).image
    let size = PixelSize(width: image.width, height: image.height).fitted(to: Self.size)
    return image.resized(toWidth: size.width, height: size.height)
  }

  private var note: String {
    switch captioner.heatMapKind {
    case .attention:
      "Bright is where it looked more than evenly; the number says how many times as much at the "
        + "brightest place."
    case .occlusion:
      "Bright is what the word depends on; the number says how many times less likely it is with "
        + "the brightest place covered."
    }
  }
}
