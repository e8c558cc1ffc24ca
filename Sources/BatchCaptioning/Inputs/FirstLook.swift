import Files
import Media

/// The kind of a file that a batch met in a folder or an archive: by its name, or else by its first bytes.
enum FirstLook: Equatable {
  case media, archive, nothing
  /// A picture or clip under a compression of its own.
  case compressed

  /// As many bytes as are looked at.
  static let byteCount = 4096

  /// Names of clips that are as often names of texts: TypeScript and Qt's translations.
  private static let doubtfulExtensions: Set = ["ts", "mts"]
  /// Sound, in containers that clips have, too.
  private static let soundExtensions: Set = [
    "mp3", "m4a", "m4b", "m4r", "aac", "ogg", "oga", "opus", "wma", "mka", "weba", "wav", "flac",
    "aif", "aiff", "amr", "caf",
  ]

  /// What the file `name` is, whose first bytes `head` reads where they are needed.
  ///
  /// Whatever is called like a picture or clip is one, be it empty, damaged or of a form that cannot be read:
  /// then its row says so. All else must begin like one.
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
      // A tar tells itself; packed archives begin like documents of all kinds.
      self =
        Self.isMedia(head, ending) ? .media : ArchiveForm(head) == .tar ? .archive : .nothing
    } else {
      self = .media
    }
  }

  /// What lies beside pictures: texts and data about them, and what systems write of their own.
  private static let companionExtensions: Set = [
    "txt", "caption", "cap", "tags", "json", "jsonl", "csv", "tsv", "xmp", "aae", "pp3", "srt",
    "vtt", "md",
  ]
  private static let companionNames: Set = [
    ".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".picasa.ini", "picasa.ini",
  ]

  /// Whether a file is called like what lies beside pictures.
  static func isCompanion(_ name: String) -> Bool {
    companionNames.contains(name.lowercased()) || name.hasPrefix("._")
      || fileExtension(of: name).map(companionExtensions.contains) == true
  }

  /// Whether a file begins as those do in which a Mac keeps what other systems have no place for: `._a.jpg`.
  static func isResourceFork(_ head: [UInt8]) -> Bool { head.starts(with: [0, 5, 0x16, 7]) }

  private static func isMedia(_ head: [UInt8], _ ending: String) -> Bool {
    if doubtfulExtensions.contains(ending) { return !isText(head) }
    guard let format = MediaFormat(recognizing: head) else { return false }
    // Some are written in digits.
    guard format == .portableAnymap || !isText(head) else { return false }
    return !format.isVideo || !soundExtensions.contains(ending) || beginsOggVideo(head)
  }

  /// Whether one of the streams that an Ogg file begins with is of pictures (RFC 5334).
  private static func beginsOggVideo(_ head: [UInt8]) -> Bool {
    ["\u{80}theora", "OVP80", "BBCD", "video\0"].contains { mark in
      let bytes = mark.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      return head.starts(with: "OggS".utf8)
        && head.indices.contains { head[$0...].starts(with: bytes) }
    }
  }

  /// Whether bytes are text: some formats begin with letters that any sentence may begin with.
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

/// How an archive is read.
enum ArchiveForm: Equatable {
  /// Where it lies.
  case tar
  /// Unpacked by libarchive.
  case packed

  private static let extensions: Set = ["tar", "tgz", "tzst", "txz", "tbz", "tbz2", "zip", "7z"]
  private static let compressions: Set = ["gz", "zst", "xz", "bz2", "lz4", "lzma", "z"]

  /// Whether the file is called like an archive that can be read.
  static func isPromised(by name: String) -> Bool {
    guard let ending = fileExtension(of: name) else { return false }
    if extensions.contains(ending) { return true }
    return compressions.contains(ending)
      && fileExtension(of: name.dropLast(ending.count + 1)) == "tar"
  }

  /// Whether the file is called like a picture or clip that was compressed alone, as `a.jpg.gz` is.
  static func isCompressedMedia(_ name: String) -> Bool {
    guard let ending = fileExtension(of: name), compressions.contains(ending) else { return false }
    return MediaKind(fileName: name.dropLast(ending.count + 1)) != nil
  }

  private static let packedMagics: [[UInt8]] = [
    [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],
  ]
  /// Those of gzip, compress, zstd, xz, bzip2, lz4 and lzma.
  private static let compressionMagics: [[UInt8]] = [
    [0x1F, 0x8B], [0x1F, 0x9D], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00],
    Array("BZh".utf8), [0x04, 0x22, 0x4D, 0x18], [0x5D, 0x00, 0x00],
  ]

  /// Whether a file begins like one that is compressed, be it an archive or not.
  static func isCompressed(_ head: [UInt8]) -> Bool {
    compressionMagics.contains { head.starts(with: $0) }
  }

  /// Tells the form from the first bytes; nil for what is no archive, as far as they tell.
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
