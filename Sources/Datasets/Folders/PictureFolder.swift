import Files
import Glibc
import Media

/// A folder of pictures; names may not lead out of it, and links only if that is allowed.
struct PictureFolder: Sendable {
  let path: String
  /// True if links may lead anywhere.
  let followsLinks: Bool

  /// The number of bytes of a file that are read to detect its kind.
  private static let headSize = 1 << 12

  /// Returns true if there is a file `name`.
  func hasFile(_ name: String) -> Bool {
    followsLinks
      ? isInsideFolder(name) && isFile("\(path)/\(name)") : Files.hasFile(name, beneath: path)
  }

  /// Returns true if there is a file, or a folder of frames, called `name`.
  func has(_ name: String) -> Bool {
    isInsideFolder(name) && (hasFile(name) || isFolder("\(path)/\(name)"))
  }

  func hasFolder(_ name: String) -> Bool { isFolder("\(path)/\(name)") }

  /// Returns the names in the folder at `path`, relative to this one; empty if it leads out of this
  /// folder.
  func names(in path: String) -> [String] {
    if !followsLinks, !path.isEmpty {
      guard let opened = try? openFile(path, beneath: self.path) else { return [] }
      close(opened)
    }
    return (try? namesInFolder("\(self.path)/\(path)")) ?? []
  }

  /// Returns the pictures in the folder of frames called `name`.
  func frames(of name: String) -> [String] {
    names(in: name).filter {
      MediaKind(fileName: $0) == .image && !$0.hasPrefix(".") && hasFile("\(name)/\($0)")
    }
  }

  /// Returns the first bytes of the file `name`; empty if it cannot be read.
  func head(of name: String) -> [UInt8] {
    guard followsLinks else {
      return (try? bytes(ofFile: name, beneath: path, prefixLength: Self.headSize)) ?? []
    }
    return (try? ReadableFile("\(path)/\(name)").bytes(0..<Self.headSize)) ?? []
  }

  /// Returns the text in the file `name`, of at most `limit` bytes.
  func text(of name: String, limit: Int) throws(DatasetError.Problem) -> String {
    let content: [UInt8]
    do throws(FileError) {
      content = try contents(of: name, limit: limit)
    } catch {
      throw .unreadable(error)
    }
    if isLargeFilePointer(content) { throw .largeFilePointer }
    if let target = linkText(content, at: "\(path)/\(name)") { throw .linkText(target) }
    return try Datasets.text(inUTF8(content) ?? content)
  }

  private func contents(of name: String, limit: Int) throws(FileError) -> [UInt8] {
    guard followsLinks else { return try bytes(ofFile: name, beneath: path, limit: limit) }
    let file = try ReadableFile("\(path)/\(name)")
    let size = file.status.byteCount
    guard size <= limit else {
      throw FileError(file.path, .tooLarge(byteCount: size, limit: limit))
    }
    return try file.bytes(0..<size)
  }

  func source(of name: String) -> MediaSource {
    followsLinks ? .file("\(path)/\(name)") : .fileInside(folder: path, name: name)
  }
}
