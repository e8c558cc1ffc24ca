import Glibc

/// The entries of a folder, sorted by the bytes of their names.
///
/// The names are stored in one buffer; a million separate strings would take three times the memory.
package struct FolderListing: Sendable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// The kind of the entry itself; symbolic links are not followed.
    package let kind: FileStatus.Kind
  }

  private let path: String
  /// A kind byte, the name and a NUL per entry.
  private var bytes: [UInt8] = []
  private var starts: [Int] = []

  /// Reads the entries of the folder at `path`.
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
      // Names hold no NUL, so the terminator sorts a name before longer ones.
      starts.sort { strcmp(name(base, $0), name(base, $1)) < 0 }
    }
    func name(_ base: UnsafePointer<UInt8>, _ start: Int) -> UnsafePointer<CChar> {
      UnsafeRawPointer(base + start + 1).assumingMemoryBound(to: CChar.self)
    }
  }
}
