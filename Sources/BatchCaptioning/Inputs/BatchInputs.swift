import Files

/// The inputs of a batch, as named by the user.
package struct BatchInputs: Sendable {
  package enum Argument: Sendable {
    /// A file, a folder, an archive or a pattern.
    case path(String)
    /// A file with one path per line, or separated by NUL; none of them is a pattern.
    case list(ReadableFile, isSeparatedByNull: Bool)
  }

  package let arguments: [Argument]
  /// True if subfolders are searched.
  package let isRecursive: Bool
  /// True if symbolic links in folders are followed, wherever they lead; links named by the user
  /// always are.
  let followsLinks: Bool
  /// The folder that is never searched: the output, which may lie among the inputs.
  let excluded: FileStatus.Identity?
  /// The folder in which members of archives may be unpacked, in files without a name.
  let unpackingFolder: String

  /// True if more than one input was named, as by a shell that expands a pattern.
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
