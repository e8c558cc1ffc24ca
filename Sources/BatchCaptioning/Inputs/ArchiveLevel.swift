import Files
import Media

/// An archive, such as a shard of WebDataset, whose pictures and clips are visited.
///
/// Members of a plain tar are read in place; those of other archives are unpacked one by one. Their
/// names are only text in rows, and never open a file. Of members with the same name the last one
/// counts, as when the archive is unpacked.
struct ArchiveLevel {
  private enum Members {
    case plain(TarReader, ReadableFile)
    case packed(PackedArchive)
  }
  private struct Member {
    let index: Int
    let name: [UInt8]
    let kind: TarReader.Kind
    let isEncrypted: Bool
    let place: BatchInput.Place
  }

  private let path: String
  private let mirrorPath: String
  private let outline: ArchiveOutline
  /// The number of bytes of the file before the archive.
  private let frontByteCount: Int
  private var members: Members
  private var nextIndex = 0
  private var fileCount = 0
  /// True if there are no more members.
  private(set) var isOver = false

  /// A plain tar archive.
  init(_ file: ReadableFile, mirrorPath: String, _ outlines: ArchiveOutlines) {
    (path, self.mirrorPath) = (file.path, mirrorPath)
    outline = outlines.outline(file.status) { ArchiveOutline(file) }
    (members, frontByteCount) = (.plain(TarReader(file), file), 0)
  }

  init(
    _ archive: PackedArchive, mirrorPath: String, _ outlines: ArchiveOutlines,
    frontByteCount: Int
  ) {
    (path, self.mirrorPath) = (archive.path, mirrorPath)
    outline = outlines.outline(archive.status) { ArchiveOutline(archive) }
    (members, self.frontByteCount) = (.packed(archive), frontByteCount)
  }

  /// Returns the next input; nil after the last.
  ///
  /// An archive that cannot be read any further is returned as a failed input.
  mutating func next(_ leftOut: inout BatchInputs.LeftOut) -> BatchInput? {
    do throws(MediaError) {
      while let member = try nextMember() {
        if member.kind != .folder { fileCount += 1 }
        if let input = try input(member, &leftOut) { return input }
      }
    } catch {
      isOver = true
      return BatchInput(name: path, place: .nowhere(error), mirrorPath: mirrorPath)
    }
    end(&leftOut)
    return nil
  }

  /// Reports bytes that belong to no member.
  private func end(_ leftOut: inout BatchInputs.LeftOut) {
    var restByteCount = frontByteCount
    switch members {
    case .plain(let reader, _):
      restByteCount += reader.unreadByteCount
      if !reader.hasEnd { leftOut.add(.unended, path) }
    case .packed: restByteCount += outline.unreadByteCount
    }
    if restByteCount > 0 { leftOut.add(.rests, "\(path): \(restByteCount) bytes") }
    if fileCount == 0 { leftOut.add(.emptyArchives, path) }
  }

  private mutating func nextMember() throws(MediaError) -> Member? {
    let index = nextIndex
    nextIndex += 1
    switch members {
    case .plain(var reader, let file):
      do throws(TarError) {
        let member = try reader.next()
        members = .plain(reader, file)
        return member.map { member in
          Member(
            index: index, name: member.name, kind: member.kind, isEncrypted: false,
            place: .member(of: file, outline.links[index] ?? member.range))
        }
      } catch {
        throw MediaError(path, error)
      }
    case .packed(let archive):
      guard index < outline.count else {
        if let failure = outline.failure { throw failure }
        return nil
      }
      return try member(index, of: archive).map {
        Member(
          index: index, name: $0.name, kind: $0.kind, isEncrypted: $0.isEncrypted,
          place: .packed(archive, index, byteCount: $0.byteCount ?? 0))
      }
    }
  }

  /// Returns a member that the outline has seen.
  ///
  /// The result of damage must not depend on which members were read before, or rows would: if a
  /// member read earlier prevents reading on, the archive is begun anew.
  private func member(
    _ index: Int, of archive: PackedArchive
  ) throws(MediaError) -> PackedMember? {
    do throws(MediaError) {
      if let member = try archive.member(index) { return member }
    } catch {
      // Reported below, if it fails again.
    }
    archive.beginAnew()
    return try archive.member(index)
  }

  private func input(
    _ member: Member, _ leftOut: inout BatchInputs.LeftOut
  ) throws(MediaError) -> BatchInput? {
    let text = nameText(member.name)
    let name = joinedPath(path, text)
    switch member.kind {
    case .folder: return nil
    case _ where outline.replaced.contains(member.index): leftOut.add(.replaced, name)
    case _ where text.split(separator: "/").last?.hasPrefix(".") == true: leftOut.add(.hidden, name)
    case .hardLink where outline.links[member.index] != nil:
      return try file(member, text, &leftOut)
    case .link, .hardLink: leftOut.add(.archiveLinks, name)
    case .other: leftOut.add(.others, name)
    case .file, .sparse: return try file(member, text, &leftOut)
    }
    return nil
  }

  /// Returns the input of a member whose bytes are at hand; nil if it is not an input.
  private func file(
    _ member: Member, _ text: String, _ leftOut: inout BatchInputs.LeftOut
  ) throws(MediaError) -> BatchInput? {
    let look = try look(at: member, text)
    guard look == .media else {
      leftOut.add(look.reasonInArchive, joinedPath(path, text))
      return nil
    }
    guard isInsideFolder(text) else {
      return failed(
        text, .outsideRoot,
        "its name leads out of the archive. Get the archive from a source you trust.")
    }
    if case .plain = members, member.kind == .sparse {
      return failed(
        text, .unsupported,
        "a sparse file, in pieces. Make the archive again, without --sparse.")
    }
    if member.isEncrypted {
      return failed(text, .unsupported, "encrypted. Unpack the archive with its password first.")
    }
    return BatchInput(
      name: joinedPath(path, normalizedPath(text)), place: member.place,
      mirrorPath: joinedPath(mirrorPath, normalizedPath(text)))
  }

  private func look(at member: Member, _ name: String) throws(MediaError) -> FirstLook {
    try FirstLook(name: name) { () throws(MediaError) in try head(of: member) }
  }

  private func head(of member: Member) throws(MediaError) -> [UInt8] {
    switch member.place {
    case .member(let file, let range):
      let end = min(range.upperBound, range.lowerBound + FirstLook.byteCount)
      // A disk error is reported when the archive is read on.
      return (try? file.bytes(range.lowerBound..<end)) ?? []
    case .packed(let archive, let index, _) where !member.isEncrypted:
      return try archive.head(of: index)
    case .packed, .file, .nowhere: return []
    }
  }

  private func failed(
    _ name: String, _ code: MediaError.Code, _ problem: String
  ) -> BatchInput {
    let path = joinedPath(path, name)
    return BatchInput(
      name: path,
      place: .nowhere(MediaError(path: path, code: code, stage: .open, problem: problem)),
      mirrorPath: joinedPath(mirrorPath, name))
  }
}

extension FirstLook {
  /// The reason why a member that is no picture or clip is left out.
  fileprivate var reasonInArchive: BatchInputs.LeftOut.Reason {
    switch self {
    case .archive: .nested
    case .compressed: .compressed
    case .media, .nothing: .notMedia
    }
  }
}

extension MediaError {
  fileprivate init(_ path: String, _ error: TarError) {
    let (code, problem): (Code, String) =
      switch error.problem {
      case .notTar: (.corrupt, "not an archive. Get a fresh copy, or change its name.")
      case .damaged:
        (.corrupt, "a damaged tar archive, at byte \(error.offset). What comes before was read.")
      case .truncated:
        (
          .truncated,
          "a tar archive that ends too early, at byte \(error.offset). Get a fresh copy."
        )
      case .unreadable: (.unreadable, "cannot be read at byte \(error.offset). Check the disk.")
      }
    self.init(path: path, code: code, stage: .open, problem: problem)
  }
}
