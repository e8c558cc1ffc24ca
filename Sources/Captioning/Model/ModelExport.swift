import Files
import Layers
import Tensors

extension ModelDirectory {
  /// Writes the model anew, its numbers stored with the given precision; all else stays as it is.
  ///
  /// - Parameters:
  ///   - path: The folder to write.
  ///   - precision: How the numbers are stored.
  ///   - isReplacing: Whether a model that is there may be replaced.
  /// - Throws: `ModelError` if the model is not whole; `FileError` for what cannot be written.
  package func export(
    to path: String, precision: Tensors.ElementType, replacing isReplacing: Bool = false
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
