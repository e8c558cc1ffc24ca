import Files
import Media

/// A tar archive, such as a shard of WebDataset, whose pictures and videos are gone through.
///
/// They are read where they lie. Their names are text in rows, and lead to nothing that is opened.
struct ArchiveLevel {
  private let file: ReadableFile
  private let mirrorPath: String
  private var reader: TarReader
  /// Whether nothing more can come.
  private(set) var isOver = false

  init(_ file: ReadableFile, mirrorPath: String) {
    (self.file, self.mirrorPath) = (file, mirrorPath)
    reader = TarReader(file)
  }

  /// The next input; nil after the last.
  ///
  /// An archive that cannot be read on is an input itself, which failed.
  mutating func next(_ leftOut: inout BatchInputs.LeftOut) -> BatchInput? {
    do throws(TarError) {
      while let member = try reader.next() {
        if let input = input(member, &leftOut) { return input }
      }
    } catch {
      isOver = true
      return BatchInput(
        name: file.path, place: .nowhere(MediaError(file.path, error)), mirrorPath: mirrorPath)
    }
    return nil
  }

  private func input(
    _ member: TarReader.Member, _ leftOut: inout BatchInputs.LeftOut
  ) -> BatchInput? {
    let (text, isUTF8) = visibleName(member.name)
    switch member.kind {
    case .folder: return nil
    case _ where text.split(separator: "/").last?.hasPrefix(".") == true: leftOut.hidden += 1
    case _ where MediaKind(fileName: text) == nil: leftOut.notMedia += 1
    case .link: leftOut.links += 1
    case .other: leftOut.others += 1
    case .file, .sparse:
      guard isInsideFolder(text) else {
        return failed(
          text, .outsideRoot,
          "its name leads out of the archive. Get the archive from a source you trust.")
      }
      let name = joinedPath(file.path, normalizedPath(text))
      let mirrorPath = joinedPath(mirrorPath, normalizedPath(text))
      if !isUTF8 { return .unnameable(name, mirrorPath: mirrorPath) }
      if member.kind == .sparse {
        return failed(
          text, .unsupported,
          "a sparse file, in pieces. Make the archive again, without --sparse.")
      }
      return BatchInput(
        name: name, place: .member(of: file, member.range), mirrorPath: mirrorPath)
    }
    return nil
  }

  private func failed(
    _ name: String, _ code: MediaError.Code, _ problem: String
  ) -> BatchInput {
    let path = joinedPath(file.path, name)
    return BatchInput(
      name: path,
      place: .nowhere(MediaError(path: path, code: code, stage: .open, problem: problem)),
      mirrorPath: joinedPath(mirrorPath, name))
  }
}

extension MediaError {
  fileprivate init(_ path: String, _ error: TarError) {
    let (code, problem): (Code, String) =
      switch error.problem {
      case .notTar: (.corrupt, "not a tar archive. Get a fresh copy, or change its name.")
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
