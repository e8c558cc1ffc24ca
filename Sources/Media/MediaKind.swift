import Files

/// The kind of media suggested by a file's extension; the actual format is recognised from the content.
package enum MediaKind: String, Sendable, CaseIterable {
  case image, video

  /// Creates the kind for the extension of `path`; nil if it is neither an image nor a video.
  ///
  /// Unsupported formats are included, so that every photo in a folder that cannot be captioned is reported.
  package init?(fileName path: some StringProtocol) {
    guard let name = fileExtension(of: path) else { return nil }
    if Self.imageExtensions.contains(name) {
      self = .image
    } else if Self.videoExtensions.contains(name) {
      self = .video
    } else {
      return nil
    }
  }

  private static let imageExtensions = Set(
    """
    jpg jpeg jpe jfif jif pjpeg pjp mpo jps png apng webp gif bmp dib tif tiff avif avifs heic heics heif \
    heifs hif jxl jp2 j2k jpf jpx jpm j2c jpc ico cur pbm pgm ppm pnm pam tga psd psb xcf pcx sgi qoi exr dds \
    dpx xwd xbm xpm cr2 cr3 crw nef nrw arw sr2 srf dng orf rw2 raf pef srw x3f 3fr iiq erf mrw
    """.split(separator: " ").map(String.init))
  private static let videoExtensions = Set(
    """
    mp4 m4v mov qt mkv webm avi divx flv f4v ogv ogm wmv asf mpg mpeg mpe m1v m2v mpv vob m2ts mts m2t ts tp \
    trp tod 3gp 3gpp 3g2 3gp2 mxf dv y4m ivf h264 264 avc h265 265 hevc obu rm rmvb mjpg mjpeg nut wtv swf
    """.split(separator: " ").map(String.init))
}
