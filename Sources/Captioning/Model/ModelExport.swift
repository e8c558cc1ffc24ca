import Files
import Layers
import Tensors

extension ModelDirectory {
  /// Writes a copy of the model with its weights in another precision; the other files stay as they are.
  ///
  /// - Parameters:
  ///   - path: The folder to write.
  ///   - precision: The element type that the weights are stored in.
  ///   - isReplacing: True if an existing model may be replaced.
  /// - Throws: `ModelError` if the model is not whole; `FileError` for what cannot be written.
  package func export(
    to path: String, precision: ElementType, replacing isReplacing: Bool = false
  ) throws {
    try copy(to: path, replacing: isReplacing) { working in
      try WeightsFile.write(
        try weightsFile().tensors().map { ($0.name, $0.value.converted(to: precision)) },
        to: "\(working)/\(FileName.weights)", metadata: ["format": "pt"])
      return [FileName.weights]
    }
  }

  /// Writes a copy of the model with some files of its own.
  ///
  /// - Parameters:
  ///   - path: The folder to write.
  ///   - isReplacing: True if an existing model may be replaced.
  ///   - writeFiles: Writes files into the folder that it is given, and returns their names; the other files are
  ///     copied.
  /// - Throws: `ModelError` if the model is not whole; `FileError` for what cannot be written.
  func copy(
    to path: String, replacing isReplacing: Bool, _ writeFiles: (String) throws -> [String]
  ) throws {
    _ = try verify()
    let folder = try Self.replacement(of: path, replacing: isReplacing)
    let working = folder.workingPath
    var names = try writeFiles(working)
    for name in FileName.all where !names.contains(name) && isFile("\(self.path)/\(name)") {
      try AtomicFile.copy("\(self.path)/\(name)", to: "\(working)/\(name)")
      names.append(name)
    }
    try AtomicFile.write(
      try ChecksumList(of: names.sorted(), in: working).text,
      to: "\(working)/\(FileName.checksums)")
    try folder.commit()
  }
}
