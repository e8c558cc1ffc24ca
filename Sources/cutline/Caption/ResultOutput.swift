import Files

/// The destination of results: standard output, or a file that appears once it is complete.
struct ResultOutput: ~Copyable {
  private enum Destination: ~Copyable {
    case standardOutput
    case file(AtomicFile)
  }
  private let destination: Destination
  private var isEmpty = true
  /// Removes the file if a signal arrives; nil for standard output.
  let cleanup: InterruptionCleanup?

  /// - Parameters:
  ///   - path: The file to write; nil for standard output.
  ///   - overwriting: True if an existing file may be replaced.
  /// - Throws: `FileError` if the file cannot be written.
  init(_ path: String?, overwriting: Bool) throws(FileError) {
    guard let path else {
      destination = .standardOutput
      cleanup = nil
      return
    }
    let cleanup = InterruptionCleanup()
    let file = try cleanup.adding { () throws(FileError) in
      try AtomicFile(path, overwriting: overwriting)
    }
    destination = .file(file)
    self.cleanup = cleanup
  }

  /// Marks the output as one that is written, even if it stays empty.
  mutating func keep() { isEmpty = false }

  mutating func write(_ bytes: [UInt8]) throws(FileError) {
    if bytes.isEmpty { return }
    isEmpty = false
    switch destination {
    case .standardOutput: try StandardStream.output.write(bytes)
    case .file(let file): try file.write(bytes)
    }
  }

  /// Moves the file to its final name, unless it is empty.
  consuming func finish() throws(FileError) {
    if isEmpty { return }
    switch consume destination {
    case .standardOutput: break
    case .file(let file): try file.commit()
    }
  }
}
