extension Image {
  /// Reads a picture file: JPEG, PNG, WebP, TIFF, HEIC, AVIF, JPEG XL, GIF and more.
  ///
  /// The content tells the format, not the name. The picture is turned upright as its EXIF data says, and
  /// transparent parts lie over white. Of a file of several pictures the first is read. A damaged picture whose
  /// header is whole is read as far as it goes.
  ///
  /// - Throws: `MediaError` if the file is missing, is no picture, has more than 178,956,970 pixels or more than
  ///   512 MiB, or is damaged.
  public init(contentsOf path: String) throws(MediaError) {
    self = try decodeStillImage(.file(path)).image
  }

  /// Decodes the bytes of a picture file.
  ///
  /// - Parameters:
  ///   - data: All bytes of the file.
  ///   - name: The name of the picture in error messages.
  /// - Throws: `MediaError` as for a file.
  public init(data: [UInt8], name: String = "picture") throws(MediaError) {
    self = try decodeStillImage(.bytes(data, name: name)).image
  }

  /// Creates a picture from pixels.
  ///
  /// - Parameters:
  ///   - width: At least 1.
  ///   - height: At least 1.
  ///   - rgb: Rows from the top, pixels from the left, each red, green, blue in `0...255`.
  /// - Throws: `MediaError` with the code `empty` if there are no pixels, or `corrupt` if they are not
  ///   `width * height * 3` bytes.
  public init(width: Int, height: Int, rgb: [UInt8]) throws(MediaError) {
    func error(_ code: MediaError.Code, _ problem: String) -> MediaError {
      MediaError(path: "picture", code: code, stage: .open, problem: problem)
    }
    guard width > 0, height > 0 else {
      throw error(.empty, "has \(width)x\(height) pixels, and needs at least 1x1.")
    }
    let (pixels, isTooWide) = width.multipliedReportingOverflow(by: height)
    let (count, isTooLarge) = pixels.multipliedReportingOverflow(by: 3)
    guard !isTooWide, !isTooLarge, rgb.count == count else {
      throw error(
        .corrupt, "has \(rgb.count) bytes for \(width)x\(height) pixels. Give three for each pixel."
      )
    }
    self.init(width: width, height: height, pixels: rgb)
  }
}
