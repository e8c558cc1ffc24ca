import Captioning
import ImageEncoders
import Media
import Reports

/// Draws heat maps of the words of captions over their pictures.
package struct HeatMapDrawing: Sendable {
  private let captioner: Captioner
  private let limits: StillImageOptions
  /// The longer side of a single word's picture, in pixels.
  private static let size = 720

  /// - Parameters:
  ///   - captioner: The captioner that wrote the captions.
  ///   - limits: The limits above which pictures are refused.
  package init(_ captioner: Captioner, _ limits: StillImageOptions) {
    (self.captioner, self.limits) = (captioner, limits)
  }

  /// Returns the maps of a caption over its picture, which is read again: captioning keeps only the
  /// encoder's input.
  package func sheet(
    of source: MediaSource, saying words: [String]
  ) throws(MediaError) -> HeatMapSheet {
    let reader = PictureReader(for: captioner.ensemble.preprocessing, limits, threadCount: 1)
    let input = try reader.inputPicture(source, since: .now).image
    let photo = try photo(source)
    let seen = captioner.ensemble.preprocessing.seenPart(
      of: PixelSize(width: photo.width, height: photo.height))
    return HeatMapSheet(
      photo, seen: seen, captioner.heatMaps(of: input, saying: words), note: note)
  }

  /// Returns the attention to the frames of each segment of a clip, which is read again.
  ///
  /// - Parameters:
  ///   - source: The clip.
  ///   - captions: The caption of each segment; nil for one that is withheld.
  ///   - clips: Reads the same frames as for the captions.
  /// - Returns: A sheet for each segment that has a caption.
  /// - Throws: `MediaError` if the clip cannot be read any more.
  package func sheets(
    of source: MediaSource, saying captions: [Caption?], by clips: ClipReader
  ) throws -> [FrameAttentionSheet] {
    var sheets: [FrameAttentionSheet] = []
    var number = 0
    _ = try clips.read(source) { part in
      defer { number += 1 }
      guard number < captions.count, let caption = captions[number] else { return }
      sheets.append(
        FrameAttentionSheet(
          part.images, captioner.frameAttention(to: part.images, saying: caption),
          note: "Dark: more attention to this frame when the word was chosen. Numbers: percent."))
    }
    return sheets
  }

  /// Returns the picture upright, at the size it is drawn.
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
      "Bright: attention above uniform. Number: attention at the brightest place, relative to uniform."
    case .occlusion:
      "Bright: the word depends on this place. Number: how many times less likely the word is with "
        + "the brightest place covered."
    }
  }
}
