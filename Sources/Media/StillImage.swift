/// How a still picture is read, and what is refused.
package struct StillImageOptions: Sendable {
  /// The most pixels a picture may have: Pillow's limit, which its users know.
  package var maximumPixels = 89_478_485
  /// The longest side a picture may have, in pixels.
  package var maximumSide = 65_500
  /// The largest file that is read, in bytes.
  package var maximumFileBytes = 512 << 20
  /// Whether a truncated or damaged picture is an error rather than a warning.
  package var isStrict = false
  /// The size that a picture of a given upright size will be resized to, where that is known: a much
  /// larger JPEG is then decoded at a fraction of its size, which is several times faster.
  package var smallestUsefulSize: (@Sendable (_ original: PixelSize) -> PixelSize)?

  package init() {}
}

/// A picture and what reading it taught us.
package struct DecodedImage: Sendable, Equatable {
  /// The upright picture, smaller than the original if `smallestUsefulSize` allowed it.
  package let image: Image
  /// The size of the original in pixels, upright.
  package let width: Int
  package let height: Int
  package let format: MediaFormat
  package let warnings: [MediaWarning]
}

/// Decodes a JPEG, PNG or WebP picture: upright, 8-bit RGB, transparency over white.
///
/// Of the formats that FFmpeg reads (GIF, BMP, TIFF, AVIF) it gives the first picture as FFmpeg shows it.
///
/// The format is told by the content, never by the name. The size is checked against the limits
/// before anything of that size is allocated. A damaged picture whose header is whole is decoded as
/// far as it goes, with a warning, unless the options are strict.
package func decodeStillImage(
  _ source: MediaSource, _ options: StillImageOptions = StillImageOptions()
) throws(MediaError) -> DecodedImage {
  let bytes = try source.bytes(atMost: options.maximumFileBytes)
  let file = StillImageFile(bytes: bytes, options: options)
  let format: MediaFormat
  do throws(StillImageProblem) {
    guard let found = MediaFormat(recognizing: bytes), found.isReadByFFmpeg else {
      return try file.decode()
    }
    if let size = found.announcedSize(in: bytes) { try file.check(size) }
    format = found
  } catch {
    throw MediaError(
      path: source.name, code: error.code, stage: .decode, problem: "\(error.fact). \(error.remedy)"
    )
  }
  return try decodeFirstFrame(.bytes(bytes, name: source.name), format, options)
}

/// The first picture in a file that FFmpeg reads.
private func decodeFirstFrame(
  _ source: MediaSource, _ format: MediaFormat, _ options: StillImageOptions
) throws(MediaError) -> DecodedImage {
  var limits = VideoOptions()
  (limits.maximumPixels, limits.isStrict) = (options.maximumPixels, options.isStrict)
  var file = try VideoFile(source, limits)
  let image = try file.firstFrame()
  return DecodedImage(
    image: image, width: image.width, height: image.height, format: format,
    warnings: file.warnings)
}

/// The bytes of one picture on their way to pixels.
private struct StillImageFile {
  let bytes: [UInt8]
  let options: StillImageOptions

  func decode() throws(StillImageProblem) -> DecodedImage {
    guard let format = MediaFormat(recognizing: bytes) else {
      throw StillImageProblem(
        .notMedia, "not a picture or video in any known format",
        remedy: "Give a JPEG, PNG or WebP file.")
    }
    switch format {
    case .jpeg: return try decodeJPEG()
    case .png: return try decodePNG()
    case .webp: return try decodeWebP()
    case _ where format.isVideo:
      throw StillImageProblem(
        .unsupported, "a clip, in \(format.rawValue) format, and not a picture",
        remedy: "Give a picture.")
    default:
      throw StillImageProblem(
        .unsupported, "in \(format.rawValue) format, which is not supported yet",
        remedy: "Convert it to JPEG, PNG or WebP.")
    }
  }

  private func decodeJPEG() throws(StillImageProblem) -> DecodedImage {
    let header = try JPEGHeader(parsing: bytes)
    try check(header.size)
    let decoder = JPEGDecoder(bytes: bytes, header: header)
    let scale = decoder.scale(forTarget: options.smallestUsefulSize?(header.uprightSize))
    return try finish(decoder.decode(scale: scale), .jpeg, header.size, header.orientation)
  }

  private func decodePNG() throws(StillImageProblem) -> DecodedImage {
    let structure = try PNGStructure(parsing: bytes)
    try check(structure.size)
    let decoder = PNGDecoder(structure: structure)
    return try finish(decoder.decode(), .png, structure.size, structure.orientation)
  }

  private func decodeWebP() throws(StillImageProblem) -> DecodedImage {
    let container = try WebPContainer(bytes)
    try check(container.size)
    let decoder = WebPDecoder(container: container)
    return try finish(decoder.decode(), .webp, container.size, container.orientation)
  }

  /// Refuses a picture over the limits, before anything is allocated for it.
  func check(_ size: PixelSize) throws(StillImageProblem) {
    let (pixels, isHuge) = size.width.multipliedReportingOverflow(by: size.height)
    guard !isHuge, pixels <= options.maximumPixels else {
      throw StillImageProblem(
        .tooLarge,
        "\(size.width) x \(size.height) pixels are over the limit of "
          + options.maximumPixels.grouped,
        remedy: "Make the picture smaller, or raise --max-pixels.")
    }
    guard max(size.width, size.height) <= options.maximumSide else {
      throw StillImageProblem(
        .tooLarge,
        "a side of \(max(size.width, size.height).grouped) pixels is over the limit of "
          + options.maximumSide.grouped,
        remedy: "Make the picture smaller.")
    }
  }

  private func finish(
    _ pixels: DecodedPixels, _ format: MediaFormat, _ stored: PixelSize,
    _ orientation: ImageOrientation
  ) throws(StillImageProblem) -> DecodedImage {
    if let damage = pixels.damage, options.isStrict { throw damage }
    let upright = orientation.exchangesSides ? stored.transposed : stored
    return DecodedImage(
      image: pixels.image.turned(orientation), width: upright.width, height: upright.height,
      format: format, warnings: [pixels.damage?.warning, pixels.remark].compactMap { $0 })
  }
}
