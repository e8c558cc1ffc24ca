/// Which picture of a TIFF is looked at, and what of it libtiff does not tell, or mends in silence.
struct TIFFFacts {
  /// Where the directory of the picture lies: the first that is neither a smaller copy of another nor a mask.
  private(set) var place = 0
  /// Whether it names directories that the file does not hold: it may be cut off.
  private(set) var lacksDirectories = false
  /// Whether there are other pictures, copies and masks left out.
  private(set) var hasMorePages = false
  /// Whether it is a camera's raw photo, whose first directory holds no more than a preview.
  ///
  /// Told by Canon's mark, Adobe's version of DNG, pixels of a colour filter in any directory, or a preview
  /// that says no size, as Sony's.
  private(set) var isRawPhoto = false
  /// Whether it names colours of a palette and has none.
  private(set) var lacksPalette = false
  /// Whether it says what samples beyond the colours are.
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
    // Some cameras have the photo below its own thumbnail.
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

  /// The directories in a row, as many as are looked at: a file can have thousands, or a ring; and whether one
  /// is named that is not there.
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
  /// Whether there is a picture of which nobody says how large it is.
  fileprivate var isPreviewWithoutSize: Bool {
    fields[256] == nil && [273, 324, 330, 513].contains { fields[$0] != nil }
  }

  /// Whether its pixels are those of a colour filter array, or linear ones of DNG.
  fileprivate func isRaw(_ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Bool {
    [32803, 34892].contains(number(262, layout, in: bytes))
  }

  /// Whether it has a picture that is neither a smaller copy of another (1) nor a mask of one (4).
  fileprivate func isWhole(_ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Bool {
    guard fields[256] != nil, fields[257] != nil else { return false }
    if let kind = number(254, layout, in: bytes) { return kind & 5 == 0 }
    // As it was said before TIFF 6.0: 2 is the smaller copy.
    return number(255, layout, in: bytes) != 2
  }

  /// Those that it names itself, at most 16, and whether one of them is not there.
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
