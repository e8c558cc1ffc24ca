// Paths as text, without a look at the disk.

/// `path` without what does not change where it leads: `./a//b/` is `a/b`, and `.` is nothing.
///
/// A `..` stays: behind a symbolic link it leads elsewhere than the text says.
package func normalizedPath(_ path: String) -> String {
  let parts = path.split(separator: "/").filter { $0 != "." }
  return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}

/// The path of `name` in `folder`, where no text is the folder that the process is in.
package func joinedPath(_ folder: String, _ name: String) -> String {
  if folder.isEmpty { return name }
  return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
}

/// What follows the last point of a path's last part, in lower case; nil where there is none.
package func fileExtension(of path: some StringProtocol) -> String? {
  let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
  return name[name.index(after: dot)...].lowercased()
}
