import Files
import Media

/// Which members of an archive count once it is unpacked, and whose bytes hard links have.
///
/// A look at all headers tells, before the members are gone through: of an archive that is one stream, such as a
/// compressed tar, nothing can be known of what comes later but by unpacking it once more. Meanwhile some sixty
/// bytes are held for each member, and afterwards only what is out of the ordinary. Hard links are known by
/// where their bytes lie, and so in plain archives alone; from a stream they are left out.
struct ArchiveOutline {
  /// The numbers of members in whose place a later one of the same name lies in the end.
  private(set) var replaced: Set<Int> = []
  /// Where the bytes of hard links lie, by their numbers.
  private(set) var links: [Int: Range<Int>] = [:]

  private struct Place {
    let index: Int
    /// Nil where nobody can read it.
    let range: Range<Int>?
  }
  /// The members that lie unpacked so far, by their names.
  private var latest: [UInt64: Place] = [:]
  /// How many members there are.
  private(set) var count = 0
  /// Why a packed archive cannot be read to its end; nil where it can.
  private(set) var failure: MediaError?
  /// How many bytes behind a packed archive are of no member.
  private(set) var unreadByteCount = 0

  /// Looks at a plain tar as far as it can be read.
  init(_ file: ReadableFile) {
    var reader = TarReader(file)
    while let member = try? reader.next() {
      add(member.name, member.kind, member.target, member.range)
    }
    latest = [:]
  }

  /// Looks at a packed archive as far as it can be read, for which it is unpacked if it is one stream.
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
    // It never takes the place of a file.
    case .folder: return
    case .hardLink:
      // As unpacking has it: a link to nothing fails, and one to itself changes nothing.
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

/// The outlines of the archives of a batch, each made once, though its inputs are gone through twice.
///
/// A class, because both times share it.
final class ArchiveOutlines {
  private struct Key: Hashable {
    let identity: FileStatus.Identity
    let stamp: SourceStamp
  }
  private var known: [Key: ArchiveOutline] = [:]

  /// The outline of the archive that `status` tells of, which `make` makes if it is not known.
  func outline(_ status: FileStatus, _ make: () -> ArchiveOutline) -> ArchiveOutline {
    let key = Key(identity: status.identity, stamp: SourceStamp(status))
    if let outline = known[key] { return outline }
    let outline = make()
    known[key] = outline
    return outline
  }
}
