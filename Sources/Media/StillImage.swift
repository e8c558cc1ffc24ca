/// How a still picture is read, and what is refused.
package struct StillImageOptions: Sendable {
  /// The most pixels a picture may have: where Pillow refuses, which its users know.
  package var maximumPixels = 2 * largePixels
  /// More pixels are worth a warning: where Pillow warns.
  package static let largePixels = 89_478_485
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
  package fileprivate(set) var warnings: [MediaWarning]
}

/// Decodes a picture: upright, 8-bit RGB, transparency over white.
///
/// Of a file of several pictures it gives the first, of an icon the largest. The format is told by the
/// content, never by the name. The size is checked against the limits before anything of that size is
/// allocated. A damaged picture whose header is whole is decoded as far as it goes, with a warning, unless
/// the options are strict.
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

/// The bytes of one picture on their way to pixels.
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

  /// What is wrong with bytes in no format of pictures or clips.
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

  /// As Pillow has it: so large a picture may be a bomb.
  private func largeWarning(_ size: PixelSize) -> MediaWarning? {
    let limit = StillImageOptions.largePixels
    guard size.width * size.height > limit else { return nil }
    return MediaWarning(
      code: .tooLarge,
      message: "\(size.width) x \(size.height) pixels are a lot (over \(limit.grouped))")
  }
}
