import Files

/// What a batch was given to caption.
package struct BatchInputs: Sendable {
  package enum Argument: Sendable {
    /// A file, a folder, an archive or a pattern.
    case path(String)
    /// A file with a path on each line, or between NULs; none of them is a pattern.
    case list(ReadableFile, isSeparatedByNull: Bool)
  }

  package let arguments: [Argument]
  /// Whether folders in folders are looked into.
  package let isRecursive: Bool
  /// Symbolic links in folders are followed, wherever they lead; links that were named always are.
  let followsLinks: Bool
  /// What is never looked into: the output, which may lie among the inputs.
  let excluded: FileStatus.Identity?
  /// Where members of archives may be unpacked to, in files without a name.
  let unpackingFolder: String

  /// Whether more than one thing was named, as shells do that expand a pattern.
  var areSeveral: Bool {
    guard arguments.count == 1, case .path = arguments[0] else { return true }
    return false
  }

  package init(
    _ arguments: [Argument], isRecursive: Bool, followsLinks: Bool = false,
    outsideOf output: String? = nil
  ) {
    (self.arguments, self.isRecursive, self.followsLinks) = (arguments, isRecursive, followsLinks)
    excluded = output.flatMap { FileStatus($0)?.identity }
    unpackingFolder = output ?? "/tmp"
  }
}
