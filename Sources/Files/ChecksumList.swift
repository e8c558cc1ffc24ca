/// A `SHA256SUMS` file, the checksums of the files in its folder, in the format of `sha256sum`.
package struct ChecksumList: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package let digest: SHA256Digest
    /// A path relative to the folder of the list, and inside it.
    package let name: String
  }
  package private(set) var entries: [Entry] = []

  /// Computes the checksums of the files `names` of `folder`.
  package init(of names: [String], in folder: String) throws(FileError) {
    for name in names {
      entries.append(Entry(digest: try SHA256.digest(ofFile: "\(folder)/\(name)"), name: name))
    }
  }

  /// Reads a list of at most 1 MB.
  package init(reading path: String) throws(ChecksumError) {
    let text: String
    do throws(FileError) {
      text = try MappedFile(path, limit: 1 << 20).withBytes { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw ChecksumError(path, .unreadable(error))
    }
    var names: Set<String> = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.isEmpty { continue }
      guard let entry = Entry(line) else {
        throw ChecksumError(path, .malformed(line: index + 1))
      }
      guard isInsideFolder(entry.name) else {
        throw ChecksumError(path, .outside(line: index + 1, name: entry.name))
      }
      guard names.insert(entry.name).inserted else {
        throw ChecksumError(path, .repeated(line: index + 1, name: entry.name))
      }
      entries.append(entry)
    }
  }

  /// The list in the format of `sha256sum`, with one `HEX  name` per line.
  package var text: String { entries.map { "\($0.digest)  \($0.name)\n" }.joined() }

  /// Verifies the checksum of every listed file in `folder`.
  package func verify(in folder: String) throws(ChecksumError) {
    for entry in entries {
      let path = "\(folder)/\(entry.name)"
      let found: SHA256Digest
      do throws(FileError) {
        found = try SHA256.digest(ofFile: path)
      } catch {
        throw ChecksumError(path, .unreadable(error))
      }
      guard found == entry.digest else {
        throw ChecksumError(
          path, .mismatch(expected: entry.digest.description, found: found.description))
      }
    }
  }
}

extension ChecksumList.Entry {
  /// Reads `HEX  name`, or `HEX *name` as `sha256sum --binary` writes it.
  fileprivate init?(_ line: Substring) {
    let rest = line.dropFirst(64)
    guard let digest = SHA256Digest(line.prefix(64)), rest.hasPrefix("  ") || rest.hasPrefix(" *")
    else { return nil }
    self.init(digest: digest, name: String(rest.dropFirst(2)))
  }
}

/// Returns true if `name` is a relative path that cannot leave the folder it starts from.
///
/// Symbolic links are not checked; that is up to the code that opens the file.
package func isInsideFolder(_ name: String) -> Bool {
  guard !name.isEmpty, !name.hasPrefix("/"), !name.utf8.contains(0) else { return false }
  return !name.split(separator: "/").contains("..")
}

/// An error from reading or verifying a list of checksums.
package struct ChecksumError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    case unreadable(FileError)
    case malformed(line: Int)
    case outside(line: Int, name: String)
    case repeated(line: Int, name: String)
    case mismatch(expected: String, found: String)
  }
  /// The path of the list, or of the listed file that does not match.
  package let path: String
  package let problem: Problem

  init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  package var description: String {
    switch problem {
    case .unreadable(let error): error.description
    case .malformed(let line):
      "\(path), line \(line): is not a SHA-256 checksum and a name. "
        + "Write the list again, with sha256sum FILES > SHA256SUMS."
    case .outside(let line, let name):
      "\(path), line \(line): '\(name)' lies outside the folder. "
        + "A list may only name files beside it; get it from a source you trust."
    case .repeated(let line, let name):
      "\(path), line \(line): '\(name)' is listed twice. Remove one of the two lines."
    case .mismatch(let expected, let found):
      "\(path): its SHA-256 is \(found), but the list says \(expected). "
        + "The file was damaged or changed; get a fresh copy, or write the list again."
    }
  }
}
