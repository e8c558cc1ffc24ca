/// Limits and options for decoding a still image.
package struct StillImageOptions: Sendable {
  /// The maximum number of pixels: the limit at which Pillow raises an error.
  package var maximumPixels = 2 * largePixels
  /// The number of pixels above which there is a warning: the limit at which Pillow warns.
  package static let largePixels = 89_478_485
  /// The maximum length of a side, in pixels.
  package var maximumSide = 65_500
  /// The maximum size of a file, in bytes.
  package var maximumFileBytes = 512 << 20
  /// True if a truncated or damaged image is an error rather than a warning.
  package var isStrict = false
  /// Returns the size to which an image of the given upright size will be resized; nil if unknown.
  ///
  /// With it, a much larger JPEG is decoded at a fraction of its size, which is several times faster.
  package var smallestUsefulSize: (@Sendable (_ original: PixelSize) -> PixelSize)?

  package init() {}
}

/// A decoded image with its original size, its format and any warnings.
package struct DecodedImage: Sendable, Equatable {
  /// The upright image; smaller than the original if `smallestUsefulSize` allowed it.
  package let image: Image
  /// The upright size of the original, in pixels.
  package let width: Int
  package let height: Int
  package let format: MediaFormat
  package fileprivate(set) var warnings: [MediaWarning]
}

/// Decodes an image: upright, 8-bit RGB, transparency composited over white.
///
/// Of a file with several images it decodes the first, of an icon the largest. The format is recognised from
/// the content, never from the file name. The size is checked against the limits before anything of that size
/// is allocated. A damaged image with an intact header is decoded as far as possible, with a warning, unless
/// `isStrict` is set.
package func decodeStillImage(
  _ source: MediaSource, _ options: StillImageOptions = StillImageOptions()
) throws(MediaError) -> DecodedImage {
  let bytes = try source.bytes(atMost: options.maximumFileBytes)
  var picture = try decodeFirstPicture(bytes, source.name, options)
  let isAnimation = bytes.withUnsafeBytes {
    MediaBytes(borrowing: $0).isAnimation(picture.format)
  }
  if isAnimation { picture.warnings.append(.firstPictureOnly) }
  return picture
}

private func decodeFirstPicture(
  _ bytes: [UInt8], _ name: String, _ options: StillImageOptions
) throws(MediaError) -> DecodedImage {
  let file = StillImageFile(bytes: bytes, options: options)
  let format: MediaFormat
  do throws(StillImageProblem) {
    guard let found = file.formatForFFmpeg else { return try file.decode() }
    if let size = found.announcedSize(in: bytes) { try file.check(size) }
    format = found
  } catch {
    throw error.error(name)
  }
  return try file.decodeFirstFrame(format, name: name)
}

/// The bytes of a still image file, and the options for decoding it.
struct StillImageFile {
  let bytes: [UInt8]
  let options: StillImageOptions

  func decode() throws(StillImageProblem) -> DecodedImage {
    guard let format = MediaFormat(recognizing: bytes) else {
      throw unknownFormat
    }
    switch format {
    case .jpeg: return try decodeJPEG()
    case .png: return try decodePNG()
    case .webp: return try decodeWebP()
    case .tiff: return try decodeTIFF()
    case .heic, .avif: return try decodeHEIF(format)
    case .jpegXL: return try decodeJPEGXL()
    case .icon: return try decodeIcon()
    case .portableAnymap: return try decodePNM()
    case _ where format.isVideo:
      throw StillImageProblem(
        .unsupported, "a clip, in \(format.rawValue) format, and not a picture",
        remedy: "Give a picture.")
    default:
      throw StillImageProblem(
        .unsupported, "in \(format.rawValue) format, which is not supported yet",
        remedy: StillImageProblem.convert)
    }
  }

  /// The error for a file in no known image or video format.
  private var unknownFormat: StillImageProblem {
    let packed: [[UInt8]] = [
      Array("PK\u{3}\u{4}".utf8), Array("7z".utf8) + [0xBC, 0xAF], Array("Rar!".utf8),
      [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58, 0x5A], Array("BZh".utf8),
    ]
    guard
      packed.contains(where: { bytes.starts(with: $0) })
        || bytes.dropFirst(257).starts(with: "ustar".utf8)
    else {
      return StillImageProblem(
        .notMedia, "not a picture or video in any known format",
        remedy: "Give a JPEG, PNG or WebP file.")
    }
    return StillImageProblem(
      .notMedia, "an archive, or compressed once more",
      remedy: "Unpack it; cutline batch also reads tar, zip and 7z as they are.")
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

  private func decodeTIFF() throws(StillImageProblem) -> DecodedImage {
    try bytes.withUnsafeBufferPointer { bytes throws(StillImageProblem) in
      let decoder = try TIFFDecoder(bytes)
      try check(decoder.size)
      return try finish(decoder.decode(), .tiff, decoder.size, decoder.orientation)
    }
  }

  private func decodeHEIF(_ format: MediaFormat) throws(StillImageProblem) -> DecodedImage {
    let found = bytes.withUnsafeBytes { HEIFTransformations(MediaBytes(borrowing: $0)) }
    let file = found.steps.isEmpty ? bytes : found.removed(from: bytes)
    return try file.withUnsafeBufferPointer { bytes throws(StillImageProblem) in
      let decoder = try HEIFDecoder(bytes, format, found.steps)
      try check(decoder.size)
      let pixels = try decoder.decode()
      let size = PixelSize(width: pixels.image.width, height: pixels.image.height)
      return try finish(pixels, format, size, .upright)
    }
  }

  private func decodeJPEGXL() throws(StillImageProblem) -> DecodedImage {
    try bytes.withUnsafeBufferPointer { bytes throws(StillImageProblem) in
      let decoder = try JPEGXLDecoder(bytes)
      try check(decoder.size)
      return try finish(decoder.decode(), .jpegXL, decoder.size, .upright)
    }
  }

  private func decodePNM() throws(StillImageProblem) -> DecodedImage {
    let header = try PNMHeader(parsing: bytes)
    try check(header.size)
    let pixels = try PNMDecoder(bytes: bytes, header: header).decode()
    return try finish(pixels, .portableAnymap, header.size, .upright)
  }

  private func decodeIcon() throws(StillImageProblem) -> DecodedImage {
    let icon = try IconFile(bytes)
    guard !icon.isPNG else {
      let structure = try PNGStructure(parsing: icon.picture)
      try check(structure.size)
      return try finish(PNGDecoder(structure: structure).decode(), .icon, structure.size, .upright)
    }
    let bitmap = try IconBitmap(icon.picture)
    try check(bitmap.size)
    return try finish(bitmap.decode(), .icon, bitmap.size, .upright)
  }

  /// Throws if the size exceeds the limits; called before any pixel is allocated.
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

  func finish(
    _ pixels: DecodedPixels, _ format: MediaFormat, _ stored: PixelSize,
    _ orientation: ImageOrientation
  ) throws(StillImageProblem) -> DecodedImage {
    if let damage = pixels.damage, options.isStrict { throw damage }
    let upright = orientation.exchangesSides ? stored.transposed : stored
    return DecodedImage(
      image: pixels.image.turned(orientation), width: upright.width, height: upright.height,
      format: format,
      warnings: [pixels.damage?.warning, pixels.remark, largeWarning(upright)].compactMap { $0 })
  }

  /// Returns a warning for an image so large that it may be a decompression bomb, at the same limit as
  /// Pillow.
  private func largeWarning(_ size: PixelSize) -> MediaWarning? {
    let limit = StillImageOptions.largePixels
    guard size.width * size.height > limit else { return nil }
    return MediaWarning(
      code: .tooLarge,
      message: "\(size.width) x \(size.height) pixels is very large (over \(limit.grouped))")
  }
}
