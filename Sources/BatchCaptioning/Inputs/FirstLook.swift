import Files
import Media

/// The kind of a file found in a folder or an archive, by its name, or else by its first bytes.
enum FirstLook: Equatable {
  case media, archive, nothing
  /// A picture or clip that is compressed on its own, such as `a.jpg.gz`.
  case compressed

  /// The number of bytes that are read at most.
  static let byteCount = 4096

  /// Extensions of clips that are as common for texts: TypeScript and Qt's translations.
  private static let doubtfulExtensions: Set = ["ts", "mts"]
  /// Extensions of sound in containers that clips use, too.
  private static let soundExtensions: Set = [
    "mp3", "m4a", "m4b", "m4r", "aac", "ogg", "oga", "opus", "wma", "mka", "weba", "wav", "flac",
    "aif", "aiff", "amr", "caf",
  ]

  /// Classifies the file `name`; `head` reads its first bytes where they are needed.
  ///
  /// A file with the name of a picture or clip is one, even if it is empty, damaged or in a format
  /// that cannot be read: its row then says so. Any other file must begin like one.
  init<Failure: Error>(
    name: String, head: () throws(Failure) -> [UInt8]
  ) throws(Failure) {
    let ending = fileExtension(of: name) ?? ""
    if ArchiveForm.isPromised(by: name) {
      self = .archive
    } else if ArchiveForm.isCompressedMedia(name) {
      self = .compressed
    } else if MediaKind(fileName: name) == nil || Self.doubtfulExtensions.contains(ending) {
      let head = try head()
      // A tar is recognized by content alone; packed archives begin like documents of all kinds.
      self =
        Self.isMedia(head, ending) ? .media : ArchiveForm(head) == .tar ? .archive : .nothing
    } else {
      self = .media
    }
  }

  /// Extensions of files that accompany pictures: texts and data about them, and files that systems
  /// write.
  private static let companionExtensions: Set = [
    "txt", "caption", "cap", "tags", "json", "jsonl", "csv", "tsv", "xmp", "aae", "pp3", "srt",
    "vtt", "md",
  ]
  private static let companionNames: Set = [
    ".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".picasa.ini", "picasa.ini",
  ]

  /// Returns true if the name is that of a file that accompanies pictures.
  static func isCompanion(_ name: String) -> Bool {
    companionNames.contains(name.lowercased()) || name.hasPrefix("._")
      || fileExtension(of: name).map(companionExtensions.contains) == true
  }

  /// Returns true if a file begins like a resource fork, in which macOS keeps metadata: `._a.jpg`.
  static func isResourceFork(_ head: [UInt8]) -> Bool { head.starts(with: [0, 5, 0x16, 7]) }

  private static func isMedia(_ head: [UInt8], _ ending: String) -> Bool {
    if doubtfulExtensions.contains(ending) { return !isText(head) }
    guard let format = MediaFormat(recognizing: head) else { return false }
    // Some formats are written in digits.
    guard format == .portableAnymap || !isText(head) else { return false }
    return !format.isVideo || !soundExtensions.contains(ending) || beginsOggVideo(head)
  }

  /// Returns true if one of the first streams of an Ogg file is video (RFC 5334).
  private static func beginsOggVideo(_ head: [UInt8]) -> Bool {
    ["\u{80}theora", "OVP80", "BBCD", "video\0"].contains { mark in
      let bytes = mark.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      return head.starts(with: "OggS".utf8)
        && head.indices.contains { head[$0...].starts(with: bytes) }
    }
  }

  /// Returns true if the bytes are text: some formats begin with letters that any text may begin
  /// with.
  private static func isText(_ head: [UInt8]) -> Bool {
    guard !head.isEmpty, head.allSatisfy({ $0 >= 32 || (9...13).contains($0) || $0 == 27 }) else {
      return false
    }
    // The last scalar may be cut off.
    return (0...min(3, head.count)).contains { count in
      String(validating: head.dropLast(count), as: UTF8.self) != nil
    }
  }
}

/// The way in which an archive is read.
enum ArchiveForm: Equatable {
  /// Read in place.
  case tar
  /// Unpacked by libarchive.
  case packed

  private static let extensions: Set = ["tar", "tgz", "tzst", "txz", "tbz", "tbz2", "zip", "7z"]
  private static let compressions: Set = ["gz", "zst", "xz", "bz2", "lz4", "lzma", "z"]

  /// Returns true if the name is that of an archive that can be read.
  static func isPromised(by name: String) -> Bool {
    guard let ending = fileExtension(of: name) else { return false }
    if extensions.contains(ending) { return true }
    return compressions.contains(ending)
      && fileExtension(of: name.dropLast(ending.count + 1)) == "tar"
  }

  /// Returns true if the name is that of a single compressed picture or clip, such as `a.jpg.gz`.
  static func isCompressedMedia(_ name: String) -> Bool {
    guard let ending = fileExtension(of: name), compressions.contains(ending) else { return false }
    return MediaKind(fileName: name.dropLast(ending.count + 1)) != nil
  }

  private static let packedMagics: [[UInt8]] = [
    [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],
  ]
  /// The first bytes of gzip, compress, zstd, xz, bzip2, lz4 and lzma.
  private static let compressionMagics: [[UInt8]] = [
    [0x1F, 0x8B], [0x1F, 0x9D], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00],
    Array("BZh".utf8), [0x04, 0x22, 0x4D, 0x18], [0x5D, 0x00, 0x00],
  ]

  /// Returns true if a file begins like a compressed one, whether an archive or not.
  static func isCompressed(_ head: [UInt8]) -> Bool {
    compressionMagics.contains { head.starts(with: $0) }
  }

  /// Detects the form from the first bytes; nil if they do not show an archive.
  init?(_ head: [UInt8]) {
    if Self.packedMagics.contains(where: { head.starts(with: $0) }) || Self.isCompressed(head) {
      self = .packed
    } else if head.dropFirst(257).starts(with: "ustar".utf8) {
      self = .tar
    } else {
      return nil
    }
  }
}
