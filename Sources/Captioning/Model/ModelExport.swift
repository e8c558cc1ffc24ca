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
    _ = try verify()
    let folder = try DirectoryReplacement(
      path, replacingFolderWith: isReplacing ? FileName.configuration : nil)
    let working = folder.workingPath
    var names = [FileName.weights]
    for name in [
      FileName.configuration, FileName.vocabulary, FileName.counts, FileName.tokenizer,
      FileName.card,
    ] where isFile("\(self.path)/\(name)") {
      try AtomicFile.copy("\(self.path)/\(name)", to: "\(working)/\(name)")
      names.append(name)
    }
    try WeightsFile.write(
      try weightsFile().tensors().map { ($0.name, $0.value.converted(to: precision)) },
      to: "\(working)/\(FileName.weights)", metadata: ["format": "pt"])
    try AtomicFile.write(
      try ChecksumList(of: names.sorted(), in: working).text,
      to: "\(working)/\(FileName.checksums)")
    try folder.commit()
  }
}
