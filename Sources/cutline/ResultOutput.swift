import Files

/// Where results go: standard output, or a file that appears once it is complete.
struct ResultOutput: ~Copyable {
  private let file: AtomicFile?
  private var isEmpty = true

  /// - Parameter path: The file to write; nil for standard output.
  init(_ path: String?, overwriting: Bool) throws(FileError) {
    if let path {
      file = try AtomicFile(path, overwriting: overwriting)
    } else {
      file = nil
    }
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
