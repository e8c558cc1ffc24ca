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
  /// What is never looked into: the output, which may lie among the inputs.
  let excluded: FileStatus.Identity?

  package init(_ arguments: [Argument], isRecursive: Bool, outsideOf output: String? = nil) {
    (self.arguments, self.isRecursive) = (arguments, isRecursive)
    excluded = output.flatMap { FileStatus($0)?.identity }
  }

  /// What was met in folders and archives and gets no row.
  package struct LeftOut: Sendable, Equatable {
    package var hidden = 0
    /// Neither picture nor video, by its name.
    package var notMedia = 0
    /// Symbolic links, and in archives second names.
    package var links = 0
    /// Pipes, sockets and devices.
    package var others = 0
    /// Folders in folders.
    package var folders = 0
  }
}
