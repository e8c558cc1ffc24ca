import Files
import Media

/// The members of an archive that count once it is unpacked, and the bytes of its hard links.
///
/// It is built from all headers before the members are visited: in an archive that is one stream,
/// such as a compressed tar, later members are only known by unpacking it once more. This takes
/// some sixty bytes per member while it is built, and afterwards only the exceptions are kept. Hard
/// links are resolved by the position of their bytes, and so in plain archives only; in streams
/// they are left out.
struct ArchiveOutline {
  /// The numbers of members that a later one of the same name replaces.
  private(set) var replaced: Set<Int> = []
  /// The byte ranges of hard links, by their member numbers.
  private(set) var links: [Int: Range<Int>] = [:]

  private struct Place {
    let index: Int
    /// The range of its bytes; nil if it cannot be read.
    let range: Range<Int>?
  }
  /// The members that exist unpacked so far, by their names.
  private var latest: [UInt64: Place] = [:]
  /// The number of members.
  private(set) var count = 0
  /// The reason why a packed archive cannot be read to its end; nil if it can.
  private(set) var failure: MediaError?
  /// The number of bytes after a packed archive that belong to no member.
  private(set) var unreadByteCount = 0

  /// Reads the headers of a plain tar, as far as it can be read.
  init(_ file: ReadableFile) {
    var reader = TarReader(file)
    while let member = try? reader.next() {
      add(member.name, member.kind, member.target, member.range)
    }
    latest = [:]
  }

  /// Reads the headers of a packed archive, as far as it can be read; an archive that is one stream
  /// is unpacked for this.
  init(_ archive: PackedArchive) {
    do throws(MediaError) {
      try archive.list { add($0.name, $0.kind, $0.target) }
    } catch {
      failure = error
    }
    unreadByteCount = archive.unreadByteCount
    latest = [:]
  }

  private mutating func add(
    _ name: [UInt8], _ kind: TarReader.Kind, _ target: [UInt8]?, _ range: Range<Int>? = nil
  ) {
    let key = Self.key(name)
    let index = count
    count += 1
    switch kind {
    // A folder never replaces a file.
    case .folder: return
    case .hardLink:
      // As when unpacking: a link to a missing member fails, and one to itself changes nothing.
      guard let target = target.map(Self.key), let found = latest[target] else { return }
      links[index] = found.range
      if target != key { put(Place(index: index, range: found.range), at: key) }
    case .file: put(Place(index: index, range: range), at: key)
    case .link, .sparse, .other: put(Place(index: index, range: nil), at: key)
    }
  }

  private mutating func put(_ place: Place, at key: UInt64) {
    if let earlier = latest.updateValue(place, forKey: key) { replaced.insert(earlier.index) }
  }

  private static func key(_ name: [UInt8]) -> UInt64 {
    JournalIndex.hash(normalizedPath(nameText(name)))
  }
}

/// The outlines of the archives of a batch, each made once, though the inputs are visited twice.
///
/// A class, because both visits share it.
final class ArchiveOutlines {
  private struct Key: Hashable {
    let identity: FileStatus.Identity
    let stamp: SourceStamp
  }
  private var known: [Key: ArchiveOutline] = [:]

  /// Returns the outline of the archive with `status`; `make` creates it if it is not known.
  func outline(_ status: FileStatus, _ make: () -> ArchiveOutline) -> ArchiveOutline {
    let key = Key(identity: status.identity, stamp: SourceStamp(status))
    if let outline = known[key] { return outline }
    let outline = make()
    known[key] = outline
    return outline
  }
}
