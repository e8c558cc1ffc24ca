/// The directory to decode of a TIFF file, and properties that libtiff does not report or silently corrects.
struct TIFFFacts {
  /// The offset of the directory to decode: the first that is neither a reduced copy nor a mask.
  private(set) var place = 0
  /// True if a directory is referenced but not in the file, which may be truncated.
  private(set) var lacksDirectories = false
  /// True if there are other images, not counting reduced copies and masks.
  private(set) var hasMorePages = false
  /// True for a camera's raw photo, whose first directory holds only a preview.
  ///
  /// It is recognised by Canon's marker, Adobe's DNG version, colour filter array pixels in any directory, or
  /// a preview without a size, as Sony writes it.
  private(set) var isRawPhoto = false
  /// True if the pixels are palette indices but there is no palette.
  private(set) var lacksPalette = false
  /// True if the meaning of samples beyond the colours is stated.
  private(set) var explainsSamples = false

  init(_ bytes: borrowing MediaBytes) {
    let layout = TIFFLayout(bytes)
    guard let start = layout.firstDirectory(of: bytes),
      let first = TIFFDirectory(layout, in: bytes, at: start)
    else { return }
    let (subdirectories, lacksOwn) = first.subdirectories(layout, in: bytes)
    let dngVersion = 50706
    isRawPhoto =
      bytes.bytes(2, at: 8) == Array("CR".utf8) || first.fields[dngVersion] != nil
      || first.isPreviewWithoutSize || first.isRaw(layout, in: bytes)
      || subdirectories.contains { $0.directory.isRaw(layout, in: bytes) }
    let (all, lacksNext) = Self.pages(layout, in: bytes, from: start)
    lacksDirectories = lacksOwn || lacksNext
    let pages = all.filter { $0.directory.isWhole(layout, in: bytes) }
    hasMorePages = pages.count > 1
    // Some cameras store the photo in a subdirectory of its thumbnail.
    let chosen =
      pages.first ?? subdirectories.first { $0.directory.isWhole(layout, in: bytes) }
      ?? (start, first)
    place = chosen.place
    let (photometric, palette) = (262, 3)
    lacksPalette =
      chosen.directory.number(photometric, layout, in: bytes) == palette
      && chosen.directory.fields[320] == nil
    explainsSamples = chosen.directory.fields[338] != nil
    isRawPhoto = isRawPhoto || chosen.directory.isRaw(layout, in: bytes)
  }

  private typealias Page = (place: Int, directory: TIFFDirectory)

  /// Returns the chain of directories, at most 64, as a file can have thousands or a cycle, and true for
  /// `lacksNext` if one is referenced but missing.
  private static func pages(
    _ layout: TIFFLayout, in bytes: borrowing MediaBytes, from start: Int
  ) -> (pages: [Page], lacksNext: Bool) {
    var pages: [Page] = []
    var place: Int? = start
    while pages.count < 64, let next = place, next > 0,
      !pages.contains(where: { $0.place == next })
    {
      guard let directory = TIFFDirectory(layout, in: bytes, at: next) else { return (pages, true) }
      pages.append((next, directory))
      place = directory.next
    }
    return (pages, false)
  }
}

extension TIFFDirectory {
  /// True if the directory has image data but no size.
  fileprivate var isPreviewWithoutSize: Bool {
    fields[256] == nil && [273, 324, 330, 513].contains { fields[$0] != nil }
  }

  /// Returns true if the pixels are those of a colour filter array or DNG's linear raw data.
  fileprivate func isRaw(_ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Bool {
    [32803, 34892].contains(number(262, layout, in: bytes))
  }

  /// Returns true if the image is neither a reduced copy of another (1) nor a mask of one (4).
  fileprivate func isWhole(_ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Bool {
    guard fields[256] != nil, fields[257] != nil else { return false }
    if let kind = number(254, layout, in: bytes) { return kind & 5 == 0 }
    // The field before TIFF 6.0, where 2 is a reduced copy.
    return number(255, layout, in: bytes) != 2
  }

  /// Returns the subdirectories, at most 16, and true for `lacksOne` if one of them is missing.
  fileprivate func subdirectories(
    _ layout: TIFFLayout, in bytes: borrowing MediaBytes
  ) -> (found: [(place: Int, directory: TIFFDirectory)], lacksOne: Bool) {
    guard let list = fields[330] else { return ([], false) }
    var found: [(place: Int, directory: TIFFDirectory)] = []
    for index in 0..<min(list.count, 16) {
      guard let place = list.number(index, layout, in: bytes),
        let directory = TIFFDirectory(layout, in: bytes, at: place)
      else { return (found, true) }
      found.append((place, directory))
    }
    return (found, false)
  }
}
