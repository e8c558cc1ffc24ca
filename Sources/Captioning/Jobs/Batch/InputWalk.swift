import Files
import Media

/// Goes through what a batch was given, one input after the other and in the same order every time.
///
/// Folders are listed when they are come to, archives and lists read as they are gone through: what is
/// held in memory is a folder's names, for each folder on the way.
package struct InputWalk {
  private enum Level {
    case folder(FolderLevel)
    case archive(ArchiveLevel)
    case list(LineReader, isSeparatedByNull: Bool)
  }

  /// As long as a line of a list may be, in bytes.
  private static let longestLine = 1 << 20

  private let inputs: BatchInputs
  private var nextArgument = 0
  /// What is being gone through, the innermost last.
  private var levels: [Level] = []
  private var pattern: (text: String, hasMatched: Bool)?

  package private(set) var leftOut = BatchInputs.LeftOut()
  /// The patterns that nothing was like.
  package private(set) var unmatchedPatterns: [String] = []

  package init(_ inputs: BatchInputs) { self.inputs = inputs }

  /// The next input; nil after the last.
  ///
  /// - Throws: What keeps a list from being read.
  package mutating func next() throws(FileError) -> BatchInput? {
    while true {
      let found: BatchInput?
      switch levels.popLast() {
      case nil:
        endPattern()
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
      case .list(var lines, let isSeparatedByNull):
        guard let line = try lines.next() else { continue }
        levels.append(.list(lines, isSeparatedByNull: isSeparatedByNull))
        found = begin(line: isSeparatedByNull ? line : line.withoutReturn)
      }
      if let found { return found }
    }
  }

  // MARK: Arguments

  private mutating func begin(_ argument: BatchInputs.Argument) -> BatchInput? {
    switch argument {
    case .list(let file, let isSeparatedByNull):
      let separator = isSeparatedByNull ? 0 : UInt8(ascii: "\n")
      levels.append(
        .list(
          LineReader(file, separator: separator, limit: Self.longestLine),
          isSeparatedByNull: isSeparatedByNull))
      return nil
    case .path(let text):
      // A file may be called like a pattern.
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

  private mutating func begin(line: ArraySlice<UInt8>) -> BatchInput? {
    if line.isEmpty { return nil }
    let (text, isUTF8) = visibleName(line)
    return isUTF8 ? begin(path: text) : .unnameable(text, mirrorPath: text)
  }

  private mutating func begin(path text: String) -> BatchInput? {
    let path = normalizedPath(text)
    switch FileStatus(text)?.kind {
    case .folder: return enter(path, mirrorPath: "")
    case .file where fileExtension(of: path) == "tar":
      return open(path, mirrorPath: String(path.split(separator: "/").last ?? ""))
    default: return BatchInput(name: path, place: .file(text), mirrorPath: path)
    }
  }

  private mutating func endPattern() {
    if let pattern, !pattern.hasMatched { unmatchedPatterns.append(pattern.text) }
    pattern = nil
  }

  // MARK: Folders

  private mutating func enter(
    _ path: String, mirrorPath: String, pattern: GlobPattern? = nil,
    state: GlobPattern.State = [], takesAll: Bool = true
  ) -> BatchInput? {
    do throws(FileError) {
      let listing = try FolderListing(path.isEmpty ? "." : path)
      levels.append(
        .folder(
          FolderLevel(
            path: path, mirrorPath: mirrorPath, listing: listing, pattern: pattern, state: state,
            takesAll: takesAll)))
      return nil
    } catch {
      return BatchInput(
        name: path.isEmpty ? "." : path, place: .nowhere(.unlistable(path, error)),
        mirrorPath: mirrorPath)
    }
  }

  private mutating func take(_ entry: FolderListing.Entry, in folder: FolderLevel) -> BatchInput? {
    let (inside, matches) = folder.pattern?.step(folder.state, entry.name) ?? ([], false)
    if matches { pattern?.hasMatched = true }
    let isWanted = folder.takesAll || matches
    guard isWanted || !inside.isEmpty && entry.kind == .folder else { return nil }
    let path = joinedPath(folder.path, entry.name)
    let mirrorPath = joinedPath(folder.mirrorPath, entry.name)
    switch entry.kind {
    case _ where entry.name.hasPrefix(".") && !matches && inside.isEmpty: leftOut.hidden += 1
    case .link: leftOut.links += 1
    case .other: leftOut.others += 1
    case .folder:
      guard matches || !inside.isEmpty || inputs.isRecursive else {
        leftOut.folders += 1
        return nil
      }
      guard entry.isUTF8 else { return .unnameable(path, mirrorPath: mirrorPath) }
      if let excluded = inputs.excluded, FileStatus(path)?.identity == excluded { return nil }
      return enter(
        path, mirrorPath: mirrorPath, pattern: folder.pattern, state: inside,
        takesAll: matches || folder.takesAll && inputs.isRecursive)
    case .file:
      let isNamed = matches && folder.pattern?.namesExtension == true
      let isArchive = fileExtension(of: path) == "tar"
      guard isNamed || isArchive || MediaKind(fileName: path) != nil else {
        leftOut.notMedia += 1
        return nil
      }
      guard entry.isUTF8 else { return .unnameable(path, mirrorPath: mirrorPath) }
      if isArchive { return open(path, mirrorPath: mirrorPath) }
      return BatchInput(name: path, place: .file(path), mirrorPath: mirrorPath)
    }
    return nil
  }

  // MARK: Archives

  private mutating func open(_ path: String, mirrorPath: String) -> BatchInput? {
    do throws(FileError) {
      let file = try ReadableFile(path)
      if file.status.byteCount > 0 {
        levels.append(.archive(ArchiveLevel(file, mirrorPath: mirrorPath)))
        return nil
      }
    } catch {}
    // Reading it as a picture says what is wrong, in the words that all files get.
    return BatchInput(name: path, place: .file(path), mirrorPath: mirrorPath)
  }
}

/// A folder that is gone through, and what is wanted of it.
private struct FolderLevel {
  let path: String
  let mirrorPath: String
  let listing: FolderListing
  let pattern: GlobPattern?
  let state: GlobPattern.State
  /// Whether everything is wanted, rather than what is like the pattern.
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

extension ArraySlice<UInt8> {
  /// A line as it is meant where lines end with two characters.
  fileprivate var withoutReturn: ArraySlice<UInt8> {
    last == UInt8(ascii: "\r") ? dropLast() : self
  }
}

extension BatchInput {
  static func unnameable(_ name: String, mirrorPath: String) -> BatchInput {
    BatchInput(
      name: name,
      place: .nowhere(
        MediaError(
          path: name, code: .unreadable, stage: .open,
          problem: "its name is not UTF-8, so that no result could name it. Rename it.")),
      mirrorPath: mirrorPath)
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
