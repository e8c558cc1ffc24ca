import Glibc

/// What is in a folder, sorted by the bytes of the names.
///
/// The names lie end to end: as texts of their own, those of a million files would take three times the
/// memory.
package struct FolderListing: Sendable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// A link is not followed.
    package let kind: FileStatus.Kind
  }

  private let path: String
  /// For each entry the byte of its kind, its name and a NUL.
  private var bytes: [UInt8] = []
  private var starts: [Int] = []

  /// Lists the folder at `path`.
  package init(_ path: String) throws(FileError) {
    self.path = path
    guard !path.utf8.contains(0) else { throw FileError(path, after: "opendir", code: EINVAL) }
    guard let folder = opendir(systemPath(path)) else { throw FileError(path, after: "opendir") }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let start = bytes.count
      bytes.append(entry.pointee.d_type)
      withUnsafeBytes(of: &entry.pointee.d_name) { name in
        bytes += name.prefix { $0 != 0 }
      }
      bytes.append(0)
      if [".", ".."].contains(where: { $0.utf8.elementsEqual(nameBytes(at: start)) }) {
        bytes.removeSubrange(start...)
      } else {
        starts.append(start)
      }
    }
    sort()
  }

  package var count: Int { starts.count }

  package subscript(index: Int) -> Entry {
    let name = nameText(nameBytes(at: starts[index]))
    let kind: FileStatus.Kind? =
      switch Int(bytes[starts[index]]) {
      case Int(DT_REG): .file
      case Int(DT_DIR): .folder
      case Int(DT_LNK): .link
      case Int(DT_UNKNOWN): FileStatus(joinedPath(path, name), followingLinks: false)?.kind
      default: .other
      }
    return Entry(name: name, kind: kind ?? .other)
  }

  private func nameBytes(at start: Int) -> ArraySlice<UInt8> {
    bytes[(start + 1)...].prefix { $0 != 0 }
  }

  private mutating func sort() {
    bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      // No byte of a name is NUL, so that the one behind it orders a name before longer ones.
      starts.sort { strcmp(name(base, $0), name(base, $1)) < 0 }
    }
    func name(_ base: UnsafePointer<UInt8>, _ start: Int) -> UnsafePointer<CChar> {
      UnsafeRawPointer(base + start + 1).assumingMemoryBound(to: CChar.self)
    }
  }
}
