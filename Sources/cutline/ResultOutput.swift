import Files

/// Where results go: standard output, or a file that appears once it is complete.
struct ResultOutput: ~Copyable {
  private let file: AtomicFile?
  private var isEmpty = true

  /// - Parameters:
  ///   - path: The file to write; nil for standard output.
  ///   - overwriting: Whether a file that is there may be replaced.
  init(_ path: String?, overwriting: Bool) throws(FileError) {
    guard let path else {
      file = nil
      return
    }
    let cleanup = InterruptionCleanup()
    let begun = try AtomicFile(path, overwriting: overwriting)
    cleanup.add(begun.workingPath)
    file = consume begun
  }

  mutating func write(_ text: String) throws(FileError) {
    if text.isEmpty { return }
    isEmpty = false
    if file != nil {
      try file?.write(text)
    } else {
      try StandardStream.output.write(text)
    }
  }

  /// Gives the file its name, unless there is nothing in it.
  consuming func finish() throws(FileError) {
    if isEmpty { return }
    try file?.commit()
  }
}
