/// Still pictures that FFmpeg reads.
///
/// Some of its decoders give a picture that they have not filled, and say nothing. So they are given frames of
/// noise, and what is still noise afterwards was never decoded.
extension StillImageFile {
  /// The format, if FFmpeg reads it: also a film of AVIF or HEIC that lists no single picture.
  var formatForFFmpeg: MediaFormat? {
    guard let format = MediaFormat(recognizing: bytes) else { return nil }
    if [.avif, .heic].contains(format) {
      let boxes = bytes.withUnsafeBytes { MediaBytes(borrowing: $0).outermostBoxes }
      return boxes.contains("moov") && !boxes.contains("meta") ? format : nil
    }
    return format.isReadByFFmpeg ? format : nil
  }

  /// The first picture, over white.
  func decodeFirstFrame(_ format: MediaFormat, name: String) throws(MediaError) -> DecodedImage {
    var limits = VideoOptions()
    (limits.maximumPixels, limits.isStrict) = (options.maximumPixels, options.isStrict)
    limits.isStill = true
    var file = try VideoFile(.bytes(bytes, name: name), limits)
    let image = try file.firstFrame()
    let rows = file.keptRows
    guard rows.filled > 0 else {
      throw StillImageProblem(
        .unsupported,
        "\(format.rawValue) of a kind that is not supported (nothing of it is decoded)",
        remedy: StillImageProblem.convert
      ).error(name)
    }
    var damage: StillImageProblem?
    if rows.filled < rows.all, file.warnings.isEmpty {
      let share = rows.filled * 100 / rows.all
      damage = .damaged(format.rawValue, "bad data after \(share) % of the rows")
    }
    let pixels = DecodedPixels(image: image, damage: damage)
    do throws(StillImageProblem) {
      let size = PixelSize(width: image.width, height: image.height)
      let decoded = try finish(pixels, format, size, .upright)
      return DecodedImage(
        image: image, width: image.width, height: image.height, format: format,
        warnings: file.warnings + decoded.warnings)
    } catch {
      throw error.error(name)
    }
  }
}
