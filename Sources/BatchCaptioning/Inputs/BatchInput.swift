import Files
import Media

/// A file, or a member of an archive, that gets a row.
package struct BatchInput: Sendable {
  package enum Place: Sendable {
    case file(String)
    case member(of: ReadableFile, Range<Int>)
    /// A member that has to be unpacked, by its number, and its size in bytes.
    case packed(PackedArchive, Int, byteCount: Int)
    /// No place: it cannot be read.
    case nowhere(MediaError)
  }

  /// The name in its row.
  package let name: String
  package let place: Place
  /// The path below the folder, the fixed part of the pattern, or the archive's folder, in which it
  /// was found; its side files use the same path in the output.
  package let mirrorPath: String

  package init(name: String, place: Place, mirrorPath: String) {
    (self.name, self.place, self.mirrorPath) = (name, place, mirrorPath)
  }

  /// The source of its bytes, or the reason why there is none; a member of a packed archive is
  /// unpacked for this.
  package var source: Result<MediaSource, MediaError> {
    switch place {
    case .file(let path): .success(.file(path))
    case .member(let archive, let range):
      .success(.part(of: archive, range: range, name: name))
    case .packed(let archive, let index, _):
      Result { () throws(MediaError) in try archive.contents(of: index, name: name) }
    case .nowhere(let error): .failure(error)
    }
  }

  /// The stamp that changes when the input changes; nil if it cannot be read.
  ///
  /// It must be taken before the bytes are read: an input that changes in between is then captioned
  /// again.
  package var stamp: SourceStamp? {
    switch place {
    case .file(let path): FileStatus(path).map { SourceStamp($0) }
    case .member(let archive, let range): SourceStamp(archive.status, range)
    case .packed(let archive, let index, let byteCount):
      SourceStamp(
        size: byteCount, modificationNanoseconds: archive.status.modificationNanoseconds,
        offset: index)
    case .nowhere: nil
    }
  }

  /// A number that depends on the name alone, so that it is the same in every batch and on every
  /// machine.
  package var number: UInt64 {
    let digest = Array(name.utf8).withUnsafeBytes { SHA256.digest(of: $0) }
    return digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// The properties compared to decide whether a file is the one that was captioned.
package struct SourceStamp: Sendable, Hashable {
  /// The size in bytes.
  package let size: Int
  /// The modification time of the file, or of the archive that contains it.
  package let modificationNanoseconds: Int
  /// The offset of a member's bytes in its archive; for a packed archive, the member's number.
  package let offset: Int?

  package init(size: Int, modificationNanoseconds: Int, offset: Int? = nil) {
    self.size = size
    self.modificationNanoseconds = modificationNanoseconds
    self.offset = offset
  }

  init(_ status: FileStatus) {
    self.init(
      size: status.byteCount, modificationNanoseconds: status.modificationNanoseconds)
  }

  init(_ archive: FileStatus, _ range: Range<Int>) {
    self.init(
      size: range.count, modificationNanoseconds: archive.modificationNanoseconds,
      offset: range.lowerBound)
  }
}
