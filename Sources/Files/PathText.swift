// Path operations on text, without file system access.

/// Returns `path` without redundant parts: `./a//b/` is `a/b`, and `.` is empty.
///
/// A `..` is kept, because after a symbolic link it leads elsewhere than the text suggests.
package func normalizedPath(_ path: String) -> String {
  let parts = path.split(separator: "/").filter { $0 != "." }
  return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}

/// Returns the path of `name` in `folder`; an empty folder is the current one.
package func joinedPath(_ folder: String, _ name: String) -> String {
  if folder.isEmpty { return name }
  return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
}

/// Returns the extension of a path in lower case, without the dot; nil if there is none.
package func fileExtension(of path: some StringProtocol) -> String? {
  let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
  return name[name.index(after: dot)...].lowercased()
}
