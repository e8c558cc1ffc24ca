import Files
import Media

/// Visits the inputs of a batch one after the other, in the same order every time.
///
/// Folders are listed when they are reached; archives and lists are read as they are visited.
/// Memory holds only the names of each folder on the path, and the exceptions of archives.
package struct InputWalk {
  private enum Level {
    case folder(FolderLevel)
    case archive(ArchiveLevel)
    case list(PathList)
  }

  private let inputs: BatchInputs
  private let unpacker = Unpacker()
  private let outlines = ArchiveOutlines()
  private var nextArgument = 0
  /// The levels being visited, the innermost last.
  private var levels: [Level] = []
  private var pattern: (text: String, hasMatched: Bool)?
  /// The folders that were entered, if links are followed: no link leads into one of them again.
  private var entered: Set<FileStatus.Identity> = []

  package var leftOut = BatchInputs.LeftOut()
  /// The patterns that matched nothing.
  package private(set) var unmatchedPatterns: [String] = []

  package init(_ inputs: BatchInputs) { self.inputs = inputs }

  /// Returns the next input; nil after the last.
  ///
  /// - Throws: `FileError` if a list cannot be read.
  package mutating func next() throws(FileError) -> BatchInput? {
    while true {
      let found: BatchInput?
      switch levels.popLast() {
      case nil:
        endArgument()
        guard nextArgument < inputs.arguments.count else { return nil }
        nextArgument += 1
        found = begin(inputs.arguments[nextArgument - 1])
      case .folder(var folder):
        guard let entry = folder.next() else { continue }
        levels.append(.folder(folder))
        found = take(entry, in: folder)
      case .archive(var archive):
        guard let member = archive.next(&leftOut) else { continue }
        if !archive.isOver { levels.append(.archive(archive)) }
        found = member
      case .list(var list):
        guard let path = try list.next() else { continue }
        levels.append(.list(list))
        found = begin(path: path)
      }
      if let found { return found }
    }
  }

  // MARK: Arguments

  private mutating func begin(_ argument: BatchInputs.Argument) -> BatchInput? {
    switch argument {
    case .list(let file, let isSeparatedByNull):
      levels.append(.list(PathList(file, isSeparatedByNull: isSeparatedByNull)))
      return nil
    case .path(let text):
      // A file may have a name that looks like a pattern.
      guard FileStatus(text) == nil, let glob = GlobPattern(text) else {
        return begin(path: text)
      }
      pattern = (text, false)
      if let listing = try? FolderListing(glob.base.isEmpty ? "." : glob.base) {
        levels.append(
          .folder(
            FolderLevel(
              path: glob.base, mirrorPath: "", listing: listing, pattern: glob,
              state: glob.start, takesAll: false)))
      }
      return nil
    }
  }

  private mutating func begin(path text: String) -> BatchInput? {
    let path = normalizedPath(text)
    switch FileStatus(text)?.kind {
    case .folder: return enter(path, mirrorPath: "")
    case .file:
      let name = String(path.split(separator: "/").last ?? "")
      if inputs.areSeveral, isCompanion(text, name) {
        leftOut.add(.notMedia, path)
        return nil
      }
      // A file with the name of an archive, or an archive without a telling name.
      let mayBeArchive = ArchiveForm.isPromised(by: path) || MediaKind(fileName: path) == nil
      if mayBeArchive, let level = archive(at: path, mirrorPath: name) {
        levels.append(.archive(level))
        return nil
      }
    default: break
    }
    return BatchInput(name: path, place: .file(text), mirrorPath: path)
  }

  private mutating func endArgument() {
    if let pattern, !pattern.hasMatched { unmatchedPatterns.append(pattern.text) }
    (pattern, entered) = (nil, [])
  }

  // MARK: Folders

  private mutating func enter(
    _ path: String, mirrorPath: String, pattern: GlobPattern? = nil,
    state: GlobPattern.State = [], takesAll: Bool = true
  ) -> BatchInput? {
    let place = path.isEmpty ? "." : path
    if inputs.followsLinks, let identity = FileStatus(place)?.identity { entered.insert(identity) }
    do throws(FileError) {
      levels.append(
        .folder(
          FolderLevel(
            path: path, mirrorPath: mirrorPath, listing: try FolderListing(place),
            pattern: pattern, state: state, takesAll: takesAll)))
      return nil
    } catch {
      return BatchInput(
        name: place, place: .nowhere(.unlistable(path, error)), mirrorPath: mirrorPath)
    }
  }

  private mutating func take(_ entry: FolderListing.Entry, in folder: FolderLevel) -> BatchInput? {
    let step = folder.pattern?.step(folder.state, entry.name) ?? .nothing
    if step.matches { pattern?.hasMatched = true }
    let path = joinedPath(folder.path, entry.name)
    let leadsOn =
      !step.inside.isEmpty
      && (entry.kind == .folder || entry.kind == .link && FileStatus(path)?.kind == .folder)
    guard folder.takesAll || step.matches || leadsOn else { return nil }
    let found = Found(
      path: path, mirrorPath: joinedPath(folder.mirrorPath, entry.name), step: step,
      isNamedWithEnding: step.isNamed && folder.pattern?.namesExtension == true)
    if entry.name.hasPrefix("."), !step.matches, step.inside.isEmpty {
      leftOut.add(.hidden, found.path)
      return nil
    }
    switch entry.kind {
    case .link: return follow(found, in: folder)
    case .folder: return enter(found, in: folder)
    case .file: return file(found, isLink: false)
    case .other:
      leftOut.add(.others, found.path)
      return nil
    }
  }

  private mutating func enter(_ found: Found, in folder: FolderLevel) -> BatchInput? {
    let step = found.step
    guard step.matches || !step.inside.isEmpty || inputs.isRecursive else {
      leftOut.add(.folders, found.path)
      return nil
    }
    if let excluded = inputs.excluded, FileStatus(found.path)?.identity == excluded { return nil }
    return enter(
      found.path, mirrorPath: found.mirrorPath, pattern: folder.pattern, state: step.inside,
      takesAll: step.matches || folder.takesAll && inputs.isRecursive)
  }

  /// Follows a link if a pattern names it, as shells do, or if the user asks for all links to be
  /// followed.
  private mutating func follow(_ found: Found, in folder: FolderLevel) -> BatchInput? {
    var found = found
    if !inputs.followsLinks {
      found.step = found.step.throughLink
      guard found.step.matches || !found.step.inside.isEmpty else {
        leftOut.add(.links, found.path)
        return nil
      }
    }
    let status = FileStatus(found.path)
    switch status?.kind {
    // A link into a folder that has been entered may form a circle.
    case .folder where status.map { entered.contains($0.identity) } == true:
      leftOut.add(.circles, found.path)
      return nil
    case .folder: return enter(found, in: folder)
    case .file: return file(found, isLink: true)
    case nil where found.step.isNamed || MediaKind(fileName: found.path) != nil:
      // Opening it yields the error.
      return BatchInput(
        name: found.path, place: .file(found.path), mirrorPath: found.mirrorPath)
    case nil:
      leftOut.add(inputs.followsLinks ? .brokenLinks : .links, found.path)
      return nil
    case .other, .link:
      leftOut.add(.others, found.path)
      return nil
    }
  }

  // MARK: Files

  private mutating func file(_ found: Found, isLink: Bool) -> BatchInput? {
    let path = found.path
    let input = BatchInput(name: path, place: .file(path), mirrorPath: found.mirrorPath)
    let look: FirstLook
    do throws(FileError) {
      look = try FirstLook(name: path) { () throws(FileError) in
        try ReadableFile(path, followingLinks: isLink).bytes(0..<FirstLook.byteCount)
      }
    } catch {
      // A file with the name of a clip, or of a text, fails in its row.
      if MediaKind(fileName: path) != nil { return input }
      leftOut.add(.unreadable, path)
      return nil
    }
    switch look {
    case .media: return input
    case .archive:
      // Any other file is read as a picture, for the same error as all files get.
      guard let level = archive(at: path, mirrorPath: found.mirrorPath) else { return input }
      levels.append(.archive(level))
      return nil
    case .nothing where found.isNamedWithEnding, .compressed where found.isNamedWithEnding:
      return input
    case .compressed:
      leftOut.add(.compressed, path)
      return nil
    case .nothing:
      leftOut.add(.notMedia, path)
      return nil
    }
  }

  /// Returns true if a named file is no picture but accompanies pictures, so that a shell's pattern
  /// named it with them.
  private func isCompanion(_ path: String, _ name: String) -> Bool {
    guard FirstLook.isCompanion(name), let file = try? ReadableFile(path),
      let head = try? file.bytes(0..<FirstLook.byteCount)
    else { return false }
    return FirstLook.isResourceFork(head) || FirstLook(name: name) { head } == .nothing
  }

  /// Returns the archive at `path`; nil if it is empty, something else, or cannot be opened.
  private func archive(at path: String, mirrorPath: String) -> ArchiveLevel? {
    guard let file = try? ReadableFile(path), file.status.byteCount > 0,
      let head = try? file.bytes(0..<FirstLook.byteCount)
    else { return nil }
    let form = ArchiveForm(head)
    if form == nil, MediaFormat(recognizing: head) != nil { return nil }
    // A self-extracting archive begins with a program; old tars have no magic number.
    let mayBeZip = form == nil && !isTar(file) || head.starts(with: "PK".utf8)
    let zipEnd = mayBeZip ? ZipEnd(file) : nil
    switch form {
    case nil where zipEnd == nil && !ArchiveForm.isPromised(by: path): return nil
    case .packed,
      nil where zipEnd != nil:
      return ArchiveLevel(
        PackedArchive(file, in: inputs.unpackingFolder, by: unpacker), mirrorPath: mirrorPath,
        outlines, frontByteCount: zipEnd?.frontByteCount ?? 0)
    case .tar, nil: return ArchiveLevel(file, mirrorPath: mirrorPath, outlines)
    }
  }
}

/// Returns true if a file begins with the header of a tar, old or new.
private func isTar(_ file: ReadableFile) -> Bool {
  var reader = TarReader(file)
  do throws(TarError) {
    return try reader.next() != nil
  } catch {
    return false
  }
}

/// An entry of a folder.
private struct Found {
  let path: String
  let mirrorPath: String
  /// The pattern's decision about its name.
  var step: GlobPattern.Step
  /// True if it was named by a pattern with an extension, such as `*.jpg`.
  let isNamedWithEnding: Bool
}

/// A folder being visited, and the pattern that its entries must match.
private struct FolderLevel {
  let path: String
  let mirrorPath: String
  let listing: FolderListing
  let pattern: GlobPattern?
  let state: GlobPattern.State
  /// True if all entries are taken, not only those that match the pattern.
  let takesAll: Bool
  private var index = 0

  init(
    path: String, mirrorPath: String, listing: FolderListing, pattern: GlobPattern?,
    state: GlobPattern.State, takesAll: Bool
  ) {
    (self.path, self.mirrorPath, self.listing) = (path, mirrorPath, listing)
    (self.pattern, self.state, self.takesAll) = (pattern, state, takesAll)
  }

  mutating func next() -> FolderListing.Entry? {
    guard index < listing.count else { return nil }
    index += 1
    return listing[index - 1]
  }
}

extension MediaError {
  fileprivate static func unlistable(_ path: String, _ error: FileError) -> MediaError {
    let problem =
      error.problem == .noPermission
      ? "a folder, and you have no permission to list it. Try chmod u+rx."
      : "a folder that cannot be listed. Check the disk it lies on."
    return MediaError(path: path, code: .unreadable, stage: .open, problem: problem)
  }
}
